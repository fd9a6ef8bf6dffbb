/** Refusals about services and permissions. */
export const serviceRefusals = {
  SERVICE_UNREACHABLE: (d: { service: string; problem: string }) => [
    `${d.service} could not be reached: ${d.problem}.`,
    "Run it again.",
  ],
  RATE_LIMITED: (d: { service: string; until: string }) => [
    `${d.service} allows no more calls until ${d.until}.`,
    "Run it again after that.",
  ],
  PERMISSION_MISSING: (d: { service: string; permission: string }) => [
    `${d.service} refused: the token lacks ${d.permission}.`,
    `Add to the job:\n  permissions:\n    ${d.permission}`,
  ],
  NOT_SUPPORTED: (d: { what: string; where: string }) => [`${d.what} does not work ${d.where}.`, "See docs/limits.md."],
} satisfies Record<string, (d: never) => readonly [string, string]>;
