import { TrainyardError } from "../../errors.ts";
import type { Predictions } from "./predictions.ts";

/** Sides that name their classes in another order, or have lists of other labels. */

/** Labels that only another side's lists hold are the candidate's too: it decided for none of them. */
export function withLabelsOf(candidate: Predictions, others: readonly (Predictions | null)[]): Predictions {
  if (candidate.task !== "multilabel" || candidate.scores !== null) return candidate;
  const classes = [...new Set([candidate, ...others].flatMap((side) => side?.classes ?? []))];
  return classes.length === candidate.classes.length ? candidate : spreadLabels(candidate, classes);
}

/** Rows × labels over other labels; those that a side does not have are 0. */
function spreadLabels(side: Predictions, classes: readonly string[]): Predictions {
  const place = side.classes.map((label) => classes.indexOf(label));
  const spread = <A extends Float64Array | Int32Array>(from: A, into: A): A => {
    for (let cell = 0; cell < from.length; cell++) {
      const row = Math.floor(cell / side.classes.length);
      into[row * classes.length + (place[cell % side.classes.length] as number)] = from[cell] as number;
    }
    return into;
  };
  const size = side.rows * classes.length;
  return {
    ...side,
    classes,
    labels: side.labels && spread(side.labels, new Float64Array(size)),
    scores: side.scores && spread(side.scores, new Float64Array(size)),
    decisions: side.decisions && spread(side.decisions, new Int32Array(size)),
  };
}

/** The same predictions with the classes of another side, in its order. @throws TASK_MISMATCH when one of its classes was never scored */
export function alignClasses(side: Predictions, like: Predictions): Predictions {
  if (side.classes.length === like.classes.length && side.classes.every((name, k) => name === like.classes[k]))
    return side;
  if (side.labels === null && side.task === "binary") return { ...side, classes: like.classes }; // nothing names its classes
  const place = side.classes.map((name) => like.classes.indexOf(name));
  const foreign = side.classes.find((_, k) => place[k] === -1);
  const missing = side.scores === null ? undefined : like.classes.find((name) => !side.classes.includes(name));
  if (foreign !== undefined || missing !== undefined) {
    const problem = `its classes are ${side.classes.join(", ")}, the candidate's are ${like.classes.join(", ")}`;
    throw new TrainyardError("TASK_MISMATCH", { path: side.path, task: side.task, problem });
  }
  if (side.task === "multilabel") return spreadLabels(side, like.classes);
  const moved = (code: number) => place[code] as number;
  const count = like.classes.length;
  let scores = side.scores;
  if (scores !== null && side.task === "binary") scores = scores.map((score) => 1 - score);
  else if (scores !== null) {
    const given = scores;
    scores = new Float64Array(given.length);
    for (let i = 0; i < given.length; i++) scores[i - (i % count) + moved(i % count)] = given[i] as number;
  }
  return {
    ...side,
    classes: like.classes,
    scores,
    labels: side.labels?.map(moved) ?? null,
    decisions: side.decisions?.map(moved) ?? null,
  };
}
