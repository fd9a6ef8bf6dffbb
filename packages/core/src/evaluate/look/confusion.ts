import { visibleText } from "../../escape.ts";
import type { Confusion } from "../looks.ts";
import type { JudgedRows } from "../rows/predictions.ts";

/** Of more classes than this a table says nothing: the pairs that are confused most are listed. */
const MOST_CLASSES = 20;
const MOST_PAIRS = 20;

/** Decisions against the truth, in rows. Null for tasks without classes. */
export function confusion(candidate: JudgedRows, baseline: JudgedRows | null): Confusion | null {
  const ours = countsOf(candidate);
  if (ours === null) return null;
  const theirs = baseline === null ? null : countsOf(baseline);
  const { classes } = candidate;
  const size = classes.length;
  const name = (k: number) => visibleText(classes[k] as string);
  if (size <= MOST_CLASSES) {
    const table = (counts: Uint32Array) =>
      classes.map((_, truth) => Array.from(counts.subarray(truth * size, (truth + 1) * size)));
    return {
      classes: classes.map((_, k) => name(k)),
      candidate: table(ours),
      baseline: theirs && table(theirs),
      pairs: [],
    };
  }
  const pairs: { cell: number; rows: number }[] = [];
  for (let cell = 0; cell < ours.length; cell++) {
    const rows = (ours[cell] as number) + (theirs?.[cell] ?? 0);
    if (rows > 0 && cell % (size + 1) !== 0) pairs.push({ cell, rows }); // off the diagonal
  }
  return {
    classes: [],
    candidate: [],
    baseline: null,
    pairs: pairs
      .sort((a, b) => b.rows - a.rows || a.cell - b.cell)
      .slice(0, MOST_PAIRS)
      .map(({ cell }) => ({
        truth: name(Math.floor(cell / size)),
        decided: name(cell % size),
        candidate: ours[cell] as number,
        baseline: theirs?.[cell] ?? null,
      })),
  };
}

/** Cell truth·classes + decision. */
function countsOf({ task, rows, classes, labels, decisions }: JudgedRows): Uint32Array | null {
  const size = classes.length;
  if (task === "multilabel" || labels === null || decisions === null || size === 0 || size > 5_000) return null; // 100 MB of cells
  const counts = new Uint32Array(size * size);
  for (let row = 0; row < rows; row++) {
    const cell = (labels[row] as number) * size + (decisions[row] as number);
    counts[cell] = (counts[cell] as number) + 1;
  }
  return counts;
}
