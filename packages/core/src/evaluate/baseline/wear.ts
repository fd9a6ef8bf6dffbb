import { z } from "zod";
import type { Backend } from "../../backend.ts";
import type { Check } from "../../check/check.ts";
import { canonicalJson, Sha256 } from "../../document.ts";
import type { ModelState } from "../../registry/fold/model-state.ts";
import { luckyPass } from "../../statistics/proportion.ts";
import type { RunRecord } from "../../train/run-record.ts";
import type { RowCheckId } from "../check-ids.ts";
import { EVALUATION_FILE, type EvaluationReport } from "../evaluation-report.ts";
import type { Predictions } from "../rows/predictions.ts";
import { rowSet } from "../rows/row-set.ts";
import { evaluationDigests, type JudgedRun } from "./judge-against.ts";

/** Every verdict on the same rows wears them: of many tries one passes by luck (Blum & Hardt 2015; Renggli et al. 2019). */

/** Runs of this machine that are looked at, newest first: reports are read whole. */
const MOST_RUNS = 200;

/** From so many runs on a reader is told, even where no budget was set. */
const WORTH_A_NOTE = 20;

type Wear = NonNullable<EvaluationReport["wear"]>;

/** How worn the rows of a verdict are: what the report says of it, the check of a budget, and a note. */
export async function wearOf(
  { record, candidate, rules }: Pick<JudgedRun, "record" | "candidate" | "rules">,
  state: ModelState,
  ports: Pick<Backend, "runs" | "sha256">,
): Promise<{ said: Pick<EvaluationReport, "evaluationSet" | "rowSet" | "wear">; checks: Check[]; notes: string[] }> {
  const evaluationSet = setOf(record, candidate, ports.sha256);
  const rows = candidate === null ? null : rowSet(candidate);
  if (evaluationSet === null && rows === null) return { said: {}, checks: [], notes: [] };
  const sets = {
    ...(evaluationSet !== null && { evaluationSet }),
    ...(rows !== null && { rowSet: ports.sha256(rows) }),
  };
  const runs = await runsJudgedOn(sets, record.id, state, ports);
  const wear: Wear = { runs, budget: rules["reuse-budget"] ?? null };
  return { said: { ...sets, wear }, checks: wearCheck(wear), notes: wearNotes(wear, rules.alpha) };
}

/** Which rows a verdict is given on: the evaluation data by their digests, else the true values; null where neither is known. */
function setOf(record: RunRecord, candidate: Predictions | null, sha256: Backend["sha256"]): Sha256 | null {
  const digests = evaluationDigests(record);
  if (digests !== null) return sha256(canonicalJson(digests));
  const labels = candidate?.labels ?? null;
  if (labels === null) return null;
  return sha256(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
}

const Sets = z.object({ evaluationSet: Sha256.optional(), rowSet: Sha256.optional() });
type Sets = { readonly [Name in keyof z.infer<typeof Sets>]: Sha256 | null | undefined };

/** One of the two is enough: the rows stay worn where a byte of their file changed, and where an id did. */
function sameSet(ours: Sets, theirs: Sets): boolean {
  return (["evaluationSet", "rowSet"] as const).some((name) => ours[name] != null && ours[name] === theirs[name]);
}

/** Runs judged on these rows: those the registry recorded, those of this machine, and this one. */
async function runsJudgedOn(
  sets: Sets,
  run: string,
  state: ModelState,
  { runs }: Pick<Backend, "runs">,
): Promise<number> {
  const judged = new Set([run]);
  for (const evaluation of state.evaluations.values()) if (sameSet(sets, evaluation)) judged.add(evaluation.run);
  for (const id of (await runs.list(state.model)).slice(0, MOST_RUNS)) {
    if (judged.has(id)) continue;
    const text = await (await runs.open(id)).read(EVALUATION_FILE);
    if (text !== null && sameSet(sets, setsIn(text))) judged.add(id);
  }
  return judged.size;
}

/** Another run's damaged report is told of where that run is registered; here it judged nothing. */
function setsIn(text: string): Sets {
  try {
    return Sets.safeParse(JSON.parse(text)).data ?? {};
  } catch {
    return {};
  }
}

/** Whether the rows may still decide, where the config says how often they may. Inconclusive, not failed: the model did nothing wrong. */
function wearCheck({ runs, budget }: Wear): Check[] {
  if (budget === null) return [];
  const worn = runs > budget;
  return [
    {
      id: "evaluation-set-worn" satisfies RowCheckId,
      subject: "rows",
      rule: `at most ${budget} runs judged on these rows`,
      status: worn ? "inconclusive" : "pass",
      actual: runs,
      interval: null,
      limit: budget,
      unit: "runs",
      reason: worn
        ? `these rows have judged ${runs} runs, and evaluate.reuse-budget is ${budget}: judge on fresh rows`
        : null,
      severity: "fail",
    },
  ];
}

/** @param alpha Two-sided, of one gate: half of it is a pass by luck. */
function wearNotes({ runs, budget }: Wear, alpha: number): string[] {
  if (budget !== null || runs < WORTH_A_NOTE) return [];
  const share = Math.round(100 * luckyPass(runs, alpha));
  return [
    `These rows have judged ${runs} runs: if none of them were better than its baseline, the chance that one passed for better by luck is ${share} %. Judge on fresh rows, or set evaluate.reuse-budget.`,
  ];
}
