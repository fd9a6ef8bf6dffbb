import type { Goal } from "../../config/task.ts";
import { CLIP } from "../metrics/binary-metrics.ts";
import type { JudgedRows } from "../rows/predictions.ts";

/** What each row costs, and how a mean of that is shown. */
export interface RowLosses {
  /** The metric a mean of the losses amounts to. */
  readonly metric: string;
  /** Less is better. Length rows. */
  readonly values: Float64Array;
  /** The metric's value of a mean loss: the root of a squared error, one less the share of errors. */
  shown(mean: number): number;
}

/** Of task `scores`: what the first column of scores is called, and which way is better. */
export interface ScoreColumn {
  readonly name: string;
  readonly goal: Goal;
}

/** One number a row, less is better, whose mean is the task's loss. Null for a ranking, whose rows cost nothing by themselves, and for rows of several labels. */
export function rowLosses(
  { task, rows, classes, labels, scores, decisions }: JudgedRows,
  { name, goal }: ScoreColumn,
): RowLosses | null {
  if (task === "ranking" || task === "multilabel") return null;
  const values = new Float64Array(rows);
  if (task === "scores") {
    if (scores === null) return null;
    const sign = goal === "maximize" ? -1 : 1;
    for (let row = 0; row < rows; row++) values[row] = sign * (scores[row] as number);
    return { metric: name, values, shown: (mean) => 0 + sign * mean };
  }
  if (labels === null) return null;
  if (task === "regression") {
    if (scores === null) return null;
    for (let row = 0; row < rows; row++) values[row] = ((scores[row] as number) - (labels[row] as number)) ** 2;
    return { metric: "rmse", values, shown: Math.sqrt };
  }
  if (scores === null) {
    if (decisions === null) return null;
    for (let row = 0; row < rows; row++) values[row] = decisions[row] === labels[row] ? 0 : 1;
    return { metric: "accuracy", values, shown: (mean) => 1 - mean };
  }
  const width = task === "multiclass" ? classes.length : 1;
  for (let row = 0; row < rows; row++) {
    const truth = labels[row] as number;
    const given = scores[width === 1 ? row : row * width + truth] as number;
    const ofTruth = width === 1 && truth !== 1 ? 1 - given : given;
    values[row] = -Math.log(Math.min(1 - CLIP, Math.max(CLIP, ofTruth)));
  }
  return { metric: "log_loss", values, shown: (mean) => mean };
}
