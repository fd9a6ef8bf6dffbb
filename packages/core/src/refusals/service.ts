/** Refusals about services, and about what one of them cannot do. */
export const serviceRefusals = {
  SERVICE_UNREACHABLE: (d: { service: string; problem: string }) => [
    `${d.service} could not be reached: ${d.problem}.`,
    "Run it again.",
  ],
  OUTCOME_UNKNOWN: (d: { problem: string }) => [
    `The connection broke while the registry was written. ${d.problem} Nobody knows whether the entry arrived.`,
    "When it answers again, look with `trainyard history`; run it again only when the entry is not there.",
  ],
  NOT_SUPPORTED: (d: { what: string; where: string }) => [`${d.what} does not work ${d.where}.`, "See docs/limits.md."],
} satisfies Record<string, (d: never) => readonly [string, string]>;
