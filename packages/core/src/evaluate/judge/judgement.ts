import type { Gate } from "../../config/config.ts";
import type { Costs } from "../../config/costs.ts";
import type { FairnessRule } from "../../config/fairness-rule.ts";
import type { Task } from "../../config/task.ts";
import type { EvaluationReport } from "../evaluation-report.ts";
import type { BaselineScores } from "../rows/pairing.ts";
import type { Predictions } from "../rows/predictions.ts";
import type { Pool } from "./pool.ts";
import type { Reported } from "./reported-metrics.ts";

/** How to judge, and what the sides are called. */
export interface JudgeSettings {
  readonly task: Task;
  /** Null: the default gate on the task's loss. */
  readonly gates: readonly Gate[] | null;
  /** Metrics to show besides those shown anyway and those gates name. */
  readonly metrics?: readonly string[];
  /** Metrics to hold alike between groups; absent: none. */
  readonly fairness?: readonly FairnessRule[];
  /** True where only the gates' checks are wanted: nothing else is looked into. */
  readonly gatesAlone?: boolean;
  /** What wrong decisions cost; null or absent: nobody says. */
  readonly costs?: Costs | null;
  readonly alpha: number;
  /** First 32 bits of a digest of what is judged. */
  readonly seed: number;
  /** The baseline in words, "production v1"; without one, what was asked for. */
  readonly against: string;
  /** Null when there is a baseline. */
  readonly noBaseline: EvaluationReport["noBaseline"];
  /** Versions stand though nobody ever held what was asked for; null or absent: not so. */
  readonly unheld?: EvaluationReport["unheld"] | null;
  /** The candidate's model files are the baseline's. */
  readonly unchanged: boolean;
}

/** What is judged: scored rows where there are any, else the numbers of a metrics file; a baseline of the same kind, or none. */
export interface Evidence extends Reported {
  readonly candidate: Predictions | null;
  readonly baseline: BaselineScores | null;
  /** Runs of the candidate's recipe with other seeds, judged together with it; null or absent: it alone. */
  readonly pool?: Pool | null;
  /** The baseline was judged on rows, whatever the candidate has. */
  readonly baselineHasRows?: boolean;
  /** Rows the evaluation data have, each of which must be scored; null or absent: not known. */
  readonly evaluationRows?: number | null;
  /** The baseline was judged on the same evaluation data; null or absent: not known. */
  readonly sameData?: boolean | null;
  /** Both are files of a user's own: no registry says what the baseline was judged with. */
  readonly files?: boolean;
}

export type Judgement = Pick<
  EvaluationReport,
  | "verdict"
  | "unchanged"
  | "noBaseline"
  | "pairing"
  | "method"
  | "metrics"
  | "checks"
  | "slices"
  | "smallSlices"
  | "curves"
  | "thresholds"
  | "flips"
  | "calibration"
  | "confusion"
  | "fairness"
  | "weakSlices"
  | "pointOnly"
  | "notes"
  | "seeds"
>;

/** Why comparing gates cannot be judged; null when there is a baseline. */
export function whyNoBaseline({ noBaseline, against, unheld }: JudgeSettings): string | null {
  if (noBaseline === null) return null;
  if (noBaseline === "not-asked") return "no baseline was asked for";
  return unheld
    ? `${against} was never held, though v${unheld.newest} is registered`
    : `a first model: ${against} was never held`;
}
