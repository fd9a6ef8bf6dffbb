/** Refusals of deploy and rollback. A failed smoke test is a verdict (exit 1), not a refusal. */
export const deployRefusals = {
  ENVIRONMENT_UNKNOWN: (d: {
    model: string;
    environment: string;
    nearest: string | null;
    known: readonly string[];
  }) => [
    `${d.model} has no environment "${d.environment}".${d.nearest === null ? "" : ` Did you mean "${d.nearest}"?`}`,
    `Environments: ${d.known.join(", ") || "none; add one under deploy:"}.`,
  ],
  ENVIRONMENT_ORDER: (d: { environment: string; after: string; version: number }) => [
    `v${d.version} may go to ${d.environment} only after ${d.after}, where it was never live.`,
    `Deploy it to ${d.after} first.`,
  ],
  VERSION_REPLACED: (d: { model: string; version: number; expected: string; got: string }) => [
    `${d.model} v${d.version} is not what was approved: ${d.expected} was, and the registry has ${d.got} now. Nothing was changed.`,
    "Ask again, so that what is there now is approved. If nobody made the registry anew, run `trainyard verify` first.",
  ],
  ROLLBACK_NOTHING: (d: { environment: string }) => [
    `${d.environment} has no earlier live version to go back to.`,
    "Deploy the version you want: `trainyard deploy MODEL@VERSION --environment …`.",
  ],
  APPROVAL_NEEDED: (d: { environment: string }) => [
    `Deploying to ${d.environment} asks for a yes, and there is no terminal to ask on.`,
    "Add --yes.",
  ],
  APPROVAL_REFUSED: (d: { environment: string }) => [
    `The answer was no: ${d.environment} stays as it is.`,
    "Nothing was changed.",
  ],
  TARGET_BUSY: (d: { path: string; owner: string }) => [
    `Another deployment is writing to ${d.path} (${d.owner}).`,
    "Wait for it to end and run again.",
  ],
  TARGET_FOREIGN: (d: { path: string; found: string }) => [
    `${d.path} holds ${d.found}, which Trainyard did not put there. Nothing was changed.`,
    "Use an empty folder as target.",
  ],
  SMOKE_REQUEST_MISSING: (d: { request: string; version: number }) => [
    `The smoke request ${d.request} is not among the files of v${d.version}.`,
    "Add it to train.outputs: the training writes the request and the answer its model gives.",
  ],
  SMOKE_REQUEST_INVALID: (d: { request: string; problem: string }) => [
    `${d.request} is not a smoke request: ${d.problem}.`,
    'Write {"path", "request", "response", "tolerance"}.',
  ],
} satisfies Record<string, (d: never) => readonly [string, string]>;
