/** Refusals of drift-check. Broken data is a verdict (exit 1), not a refusal. */
export const driftRefusals = {
  NOT_DEPLOYED: (d: { model: string; environment: string }) => [
    `No version of ${d.model} is live in ${d.environment}, so there is nothing to compare with.`,
    "Deploy one, or name a reference: --reference FILE.",
  ],
  PROFILE_MISSING: (d: { model: string; version: number }) => [
    `${d.model} v${d.version} was registered without a profile of its evaluation rows.`,
    "Set evaluate.data and train again, or name a reference: --reference FILE.",
  ],
  SCORES_MISSING: (d: { model: string; rows: number }) => [
    `${d.rows} of the current rows have no prediction, and drift-check runs no user code.`,
    "Score them first: `trainyard predict MODEL@production --data … --out …`, and point drift.predictions at the result.",
  ],
  NO_CURRENT_DATA: (d: { pattern: string; from: string | null; to: string | null }) => [
    `No current rows: ${d.pattern} matches nothing${d.from === null ? "" : ` from ${d.from} to ${d.to}`}.`,
    "Check drift.current, or the job that delivers the data.",
  ],
} satisfies Record<string, (d: never) => readonly [string, string]>;
