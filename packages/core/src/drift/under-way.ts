import type { ModelState } from "../registry/fold/model-state.ts";

/**
 * True while a retraining that drift asked for is neither live nor refused: no version went live in the environment since, and fewer
 * evaluations than candidates came out against them. One alarm, one retraining.
 */
export function retrainUnderWay(
  state: Pick<ModelState, "drifts" | "deployments" | "evaluations">,
  live: { readonly environment: string; readonly version: number; readonly candidates: number },
): boolean {
  const asked = state.drifts.findLast((drift) => drift.retrain && drift.version === live.version);
  if (asked === undefined) return false;
  const deployed = state.deployments.some(
    ({ seq, environment, outcome }) => seq > asked.seq && environment === live.environment && outcome === "live",
  );
  const refused = [...state.evaluations.values()].filter(({ seq, verdict }) => seq > asked.seq && verdict !== "pass");
  return !deployed && refused.length < live.candidates;
}
