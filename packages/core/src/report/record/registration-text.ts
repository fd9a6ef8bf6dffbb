import type { Verdict } from "../../check/check.ts";
import type { ModelVersion } from "../../registry/log/model-version.ts";

/** What a registration came to, with every run that was asked about. */
export interface RegistrationFacts {
  readonly version: ModelVersion | null;
  readonly unchanged: boolean;
  readonly verdict: Verdict;
  readonly runs: readonly { readonly run: string; readonly verdict: Verdict; readonly reason: string | null }[];
}

export function registrationText({ version, unchanged, verdict, runs }: RegistrationFacts): string {
  const judged = runs.map(
    ({ run, verdict: own, reason }) => `  run ${run}: ${own}${reason === null ? "" : ` (${reason})`}`,
  );
  if (version === null)
    return [`Not registered: the verdict is ${verdict}. The evaluation is recorded.`, ...judged].join("\n");
  const what = unchanged ? "has these bytes already: nothing was added." : "registered.";
  return [`${version.model} v${version.version} ${what}`, ...(runs.length > 1 ? judged : [])].join("\n");
}
