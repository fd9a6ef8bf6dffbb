import { describe } from "../../document.ts";
import { TrainyardError } from "../../errors.ts";
import { inOrder, sameTwoClasses } from "./labels.ts";
import type { Predictions } from "./predictions.ts";

/** Classes of two sides, brought together: one may know some that the other never decided for. */

/** The candidate with the classes that only others know too, as far as decisions go: it decided for none of them. */
export function withClassesOf(candidate: Predictions, others: readonly (Predictions | null)[]): Predictions {
  const { task } = candidate;
  if ((task !== "multilabel" && task !== "multiclass") || candidate.scores !== null) return candidate;
  const all = [...new Set([candidate, ...others].flatMap((side) => side?.classes ?? []))];
  if (all.length === candidate.classes.length) return candidate;
  return task === "multilabel"
    ? spreadLabels(candidate, all)
    : alignClasses(candidate, { ...candidate, classes: inOrder(all) });
}

/** Rows × labels over other labels; those that a side does not have are 0. */
function spreadLabels(side: Predictions, classes: readonly string[]): Predictions {
  const places = placesOf(classes);
  const place = side.classes.map((label) => places.get(label));
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

/**
 * The same predictions with the classes of another side, in its order; without scores where the other has none, as nobody compares them then.
 * @throws TASK_MISMATCH when one of its classes was never scored
 */
export function alignClasses(given: Predictions, like: Predictions): Predictions {
  const side = given.task !== "binary" && like.scores === null ? { ...given, scores: null } : given;
  if (side.classes.length === like.classes.length && side.classes.every((name, k) => name === like.classes[k]))
    return side;
  if (side.task === "binary" && sameTwoClasses(side.classes, like.classes)) return { ...side, classes: like.classes };
  if (side.labels === null && side.task === "binary") return { ...side, classes: like.classes }; // nothing names its classes
  const [ours, theirs] = [placesOf(side.classes), placesOf(like.classes)];
  const place = side.classes.map((name) => theirs.get(name) ?? -1);
  const foreign = side.classes.filter((_, k) => place[k] === -1);
  const missing = side.scores === null ? [] : like.classes.filter((name) => !ours.has(name));
  if (foreign.length > 0 || missing.length > 0) throw apart(side, foreign, missing);
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

const placesOf = (names: readonly string[]) => new Map(names.map((name, place) => [name, place]));

/** Names of the first of them, however long each is and however many there are. */
const SHOWN = 5;
function listed(names: readonly string[]): string {
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "";
  return names.slice(0, SHOWN).map(describe).join(", ") + more;
}

function apart({ path, task }: Predictions, foreign: readonly string[], missing: readonly string[]): TrainyardError {
  const problems = [
    ...(foreign.length === 0 ? [] : [`the candidate does not know its ${classes(foreign)}`]),
    ...(missing.length === 0 ? [] : [`it has no score for the candidate's ${classes(missing)}`]),
  ];
  return new TrainyardError("TASK_MISMATCH", { path, task, problem: problems.join(", and ") });
}

const classes = (names: readonly string[]) => `${names.length === 1 ? "class" : "classes"} ${listed(names)}`;
