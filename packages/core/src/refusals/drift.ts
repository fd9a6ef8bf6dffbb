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
    `${d.rows} of the current rows of ${d.model} have no score, and drift-check runs no user code.`,
    "Score them first: in a workflow by a job before this one, `train` with `only: predict` and `environment: production`; elsewhere by `trainyard predict MODEL@production --data … --out …`, with drift.predictions naming the result.",
  ],
  SCORES_FOREIGN: (d: { model: string; field: string; expected: string; got: string }) => [
    `The scores of ${d.model} that were handed on are not for this check: ${d.field} must be ${d.expected}, and is ${d.got}.`,
    "Run the whole workflow again, so that the rows are scored anew: a deployment or a delivery may have come in between.",
  ],
  NO_CURRENT_DATA: (d: { pattern: string; from: string | null; to: string | null }) => [
    `No current rows: ${d.pattern} matches nothing${d.from === null ? "" : ` from ${d.from} to ${d.to}`}.`,
    "Check drift.current, or the job that delivers the data.",
  ],
} satisfies Record<string, (d: never) => readonly [string, string]>;
