import type { Factor } from "./factor.ts";
import type { Predictions } from "./predictions.ts";

/**
 * What a file says of a row and no model decides, the true value apart: its weight, its group, the values it is sliced by, the naive forecast. It stands in the
 * candidate's own file, so it counts only where it is what the baseline was judged with: whoever may choose it makes any model the better one.
 */
export interface RowFact {
  readonly fact: "weights" | "groups" | "slices" | "naive";
  /** What the column is called. */
  readonly column: string;
  /** Rows of which both sides speak and say different things. */
  readonly changed: number;
  /** The only side that says anything; null where both do. */
  readonly only: "candidate" | "baseline" | null;
}

/**
 * Facts that are not the baseline's; none where all are.
 * @param matches Of every row of the candidate the row of `stored`, or −1.
 */
export function rowFacts(candidate: Predictions, stored: Predictions, matches: Int32Array): RowFact[] {
  const { groups, held = new Map<string, Int32Array>() } = candidate;
  return [
    numberFact("weights", "sample_weight", [candidate.weights, stored.weights], matches),
    groups !== null && stored.groups !== null
      ? fact("groups", groups.column, regrouped(groups, stored.groups, matches))
      : fact("groups", groups?.column ?? "", 0, groups === null ? null : "candidate"),
    ...[...held].map(([column, values]) =>
      numberFact("slices", column, [values, stored.held?.get(column) ?? null], matches),
    ),
    numberFact("naive", "y_naive", [candidate.extra.y_naive ?? null, stored.extra.y_naive ?? null], matches),
  ].filter(({ changed, only }) => changed > 0 || only !== null);
}

function fact(what: RowFact["fact"], column: string, changed: number, only: RowFact["only"] = null): RowFact {
  return { fact: what, column, changed, only };
}

type Numbers = Float64Array | Int32Array;

function numberFact(
  what: RowFact["fact"],
  column: string,
  [ours, theirs]: readonly [Numbers | null, Numbers | null],
  matches: Int32Array,
): RowFact {
  if (ours === null && theirs === null) return fact(what, column, 0);
  if (ours === null || theirs === null) return fact(what, column, 0, ours === null ? "baseline" : "candidate");
  const another = ours instanceof Int32Array ? (a: number, b: number) => a !== b : differs; // hashes are alike or not
  let changed = 0;
  for (let row = 0; row < matches.length; row++) {
    const other = matches[row] as number;
    if (other >= 0 && another(ours[row] as number, theirs[other] as number)) changed++;
  }
  return fact(what, column, changed);
}

/** Rows that stand with others than before. Only which rows are together counts, not what their group is called. */
function regrouped(ours: Factor, theirs: Factor, matches: Int32Array): number {
  const there = new Int32Array(ours.values.length).fill(-1);
  const here = new Int32Array(theirs.values.length).fill(-1);
  let changed = 0;
  for (let row = 0; row < matches.length; row++) {
    const other = matches[row] as number;
    if (other < 0) continue;
    const own = ours.codes[row] as number;
    const its = theirs.codes[other] as number;
    if (there[own] === -1 && here[its] === -1) {
      there[own] = its;
      here[its] = own;
    } else if (there[own] !== its) changed++;
  }
  return changed;
}

/** Whether two rows have other true values; false where one has none. */
export function labelsDiffer(ours: Predictions, row: number, theirs: Predictions, other: number): boolean {
  if (ours.labels === null || theirs.labels === null) return false;
  if (ours.task !== "multilabel") return differs(ours.labels[row] as number, theirs.labels[other] as number);
  const count = ours.classes.length;
  for (let k = 0; k < count; k++) if (ours.labels[row * count + k] !== theirs.labels[other * count + k]) return true;
  return false;
}

/** Single precision keeps seven digits: 1e-6 of a number is more than it loses on the way, or than text loses of the last digit. */
const ROUNDING = 1e-6;

function differs(a: number, b: number): boolean {
  return a !== b && Math.abs(a - b) > ROUNDING * Math.max(Math.abs(a), Math.abs(b));
}
