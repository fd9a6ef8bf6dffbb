import { visibleText } from "../../escape.ts";
import type { ClassFigures } from "../looks.ts";
import type { JudgedRows } from "../rows/predictions.ts";

const MOST_LISTED = 100;
const MOST_COUNTED = 5_000;

interface Tally {
  /** Rows that truly are of a class, rows decided for it, and both. Length classes. */
  readonly rows: Uint32Array;
  readonly decided: Uint32Array;
  readonly right: Uint32Array;
}

/** What was decided for every class, or every label of rows with several, the class the candidate finds least of first. Null of two classes, and of other tasks. */
export function classFigures(candidate: JudgedRows, baseline: JudgedRows | null): ClassFigures | null {
  const ours = tallyOf(candidate);
  if (ours === null) return null;
  const theirs = baseline === null ? null : tallyOf(baseline);
  const { classes } = candidate;
  const found = (k: number) =>
    (ours.rows[k] as number) === 0 ? 2 : (ours.right[k] as number) / (ours.rows[k] as number);
  const of = ({ rows, decided, right }: Tally, k: number) => ({
    rows: rows[k] as number,
    decided: decided[k] as number,
    right: right[k] as number,
  });
  const weakest = [...classes.keys()].sort((a, b) => found(a) - found(b) || a - b);
  return {
    classes: classes.length,
    listed: weakest.slice(0, MOST_LISTED).map((k) => ({
      name: visibleText(classes[k] as string),
      candidate: of(ours, k),
      baseline: theirs === null ? null : of(theirs, k),
    })),
  };
}

function tallyOf({ task, rows, classes, labels, decisions }: JudgedRows): Tally | null {
  const size = classes.length;
  if ((task !== "multiclass" && task !== "multilabel") || labels === null || decisions === null) return null;
  if (size === 0 || size > MOST_COUNTED) return null;
  const tally = { rows: new Uint32Array(size), decided: new Uint32Array(size), right: new Uint32Array(size) };
  const add = (counts: Uint32Array, k: number) => {
    counts[k] = (counts[k] as number) + 1;
  };
  if (task === "multiclass") {
    for (let row = 0; row < rows; row++) {
      const truth = labels[row] as number;
      const decision = decisions[row] as number;
      add(tally.rows, truth);
      add(tally.decided, decision);
      if (truth === decision) add(tally.right, truth);
    }
    return tally;
  }
  for (let cell = 0, k = 0; cell < rows * size; cell++, k = k + 1 === size ? 0 : k + 1) {
    if (labels[cell] === 1) add(tally.rows, k);
    if (decisions[cell] === 1) add(tally.decided, k);
    if (labels[cell] === 1 && decisions[cell] === 1) add(tally.right, k);
  }
  return tally;
}
