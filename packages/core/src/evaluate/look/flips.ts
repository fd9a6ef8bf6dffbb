import type { Goal } from "../../config/task.ts";
import { type Column, textAt } from "../../data/table.ts";
import { visibleText } from "../../escape.ts";
import { towardsGain } from "../intervals/comparison.ts";
import type { FlipExample, FlipSlice, Flips, SliceValue } from "../looks.ts";
import type { Factor } from "../rows/factor.ts";
import type { JudgedRows } from "../rows/predictions.ts";

/** Slices and rows that a report lists. */
const MOST_SLICES = 50;
const MOST_EXAMPLES = 20;

/** Rows of both sides, and what names them. */
export interface PairedRows {
  readonly candidate: JudgedRows & { readonly slices: readonly Factor[] };
  readonly baseline: JudgedRows;
  /** Which way a score is better, of task `scores`. */
  readonly goal: Goal;
  /** Ids of the candidate's file, and which of its rows each judged one is; null: all of them in order. */
  readonly ids: Column | null;
  readonly kept: Uint32Array | null;
}

/**
 * On which rows one side is better than the other, in which slices, and the rows that differ most. With classes a row counts where the decisions differ
 * and one of them is right; of two wrong classes neither counts. Else the smaller error counts, or the better score.
 * @returns Null where neither decisions nor predictions of both sides are known, for rankings, whose rows say nothing by themselves, and for rows that decide many things.
 */
export function flips(rows: PairedRows): Flips | null {
  const by = countsBy(rows);
  if (by === null) return null;
  const better = betterSides(rows, by);
  let [candidateRight, baselineRight] = [0, 0];
  for (const sign of better) {
    if (sign > 0) candidateRight++;
    else if (sign < 0) baselineRight++;
  }
  return {
    candidateRight,
    baselineRight,
    by,
    slices: bySlice(rows.candidate.slices, better),
    examples: examples(rows, better),
  };
}

function countsBy({ candidate, baseline }: PairedRows): NonNullable<Flips["by"]> | null {
  const { task } = candidate;
  if (task === "ranking" || task === "multilabel") return null;
  if (candidate.decisions !== null) return baseline.decisions === null || candidate.labels === null ? null : "decision";
  if (candidate.scores === null || baseline.scores === null) return null;
  if (task === "scores") return "score";
  return candidate.labels === null ? null : "error";
}

/** For every row 1 where the candidate is better, −1 where the baseline is, 0 where neither counts. */
function betterSides({ candidate, baseline, goal }: PairedRows, by: NonNullable<Flips["by"]>): Int8Array {
  const better = new Int8Array(candidate.rows);
  const { labels } = candidate;
  for (let row = 0; row < better.length; row++) {
    if (by === "decision") {
      const [ours, theirs, truth] = [candidate.decisions?.[row], baseline.decisions?.[row], labels?.[row]];
      better[row] = ours === theirs ? 0 : ours === truth ? 1 : theirs === truth ? -1 : 0;
      continue;
    }
    const [ours, theirs] = [candidate.scores?.[row] as number, baseline.scores?.[row] as number];
    const truth = labels?.[row] as number;
    better[row] = Math.sign(
      by === "score" ? towardsGain(ours - theirs, goal) : Math.abs(theirs - truth) - Math.abs(ours - truth),
    );
  }
  return better;
}

function bySlice(factors: readonly Factor[], better: Int8Array): FlipSlice[] {
  const found = factors.flatMap(({ column, codes, values }) => {
    const [rows, ours, theirs] = [0, 1, 2].map(() => new Uint32Array(values.length)) as [
      Uint32Array,
      Uint32Array,
      Uint32Array,
    ];
    for (let row = 0; row < better.length; row++) {
      const code = codes[row] as number;
      rows[code] = (rows[code] as number) + 1;
      const sign = better[row] as number;
      if (sign === 0) continue;
      const into = sign > 0 ? ours : theirs;
      into[code] = (into[code] as number) + 1;
    }
    return values.map((value, code) => ({
      column,
      value,
      rows: rows[code] as number,
      candidateRight: ours[code] as number,
      baselineRight: theirs[code] as number,
    }));
  });
  const net = ({ candidateRight, baselineRight }: FlipSlice) => Math.abs(candidateRight - baselineRight);
  const all = ({ candidateRight, baselineRight }: FlipSlice) => candidateRight + baselineRight;
  return found
    .filter((slice) => all(slice) > 0)
    .sort((a, b) => net(b) - net(a) || all(b) - all(a) || b.rows - a.rows)
    .slice(0, MOST_SLICES)
    .map((slice) => ({ ...slice, column: visibleText(slice.column), value: visibleText(slice.value) }));
}

/** Half of them where the candidate is better, half where the baseline is; each half fills up what the other leaves. */
function examples(rows: PairedRows, better: Int8Array): FlipExample[] {
  const size = changeOf(rows);
  const [ours, theirs] = [largest(better, size, 1), largest(better, size, -1)];
  const half = MOST_EXAMPLES / 2;
  return [
    ...ours.slice(0, Math.max(half, MOST_EXAMPLES - theirs.length)),
    ...theirs.slice(0, Math.max(half, MOST_EXAMPLES - ours.length)),
  ].map((row) => exampleOf(rows, row, (better[row] as number) > 0 ? "candidate" : "baseline"));
}

/** How much a row's probability of the truth, its error or its score changed; the same for all rows where only decisions are known. */
function changeOf({ candidate, baseline }: PairedRows): (row: number) => number {
  const { task, classes, labels, scores: ours } = candidate;
  const { scores: theirs } = baseline;
  if (ours === null || theirs === null) return () => 0;
  const places = task === "multiclass" ? classes.length : 1;
  const at = (row: number) => (task === "multiclass" ? row * places + (labels?.[row] as number) : row);
  if (task !== "regression") return (row) => Math.abs((ours[at(row)] as number) - (theirs[at(row)] as number));
  const error = (scores: Float64Array, row: number) => Math.abs((scores[row] as number) - (labels?.[row] as number));
  return (row) => Math.abs(error(ours, row) - error(theirs, row));
}

/** The rows of one sign whose change is largest, largest first; of equal ones the earlier. */
function largest(better: Int8Array, size: (row: number) => number, sign: 1 | -1): number[] {
  const kept: { row: number; size: number }[] = [];
  for (let row = 0; row < better.length; row++) {
    if (better[row] !== sign) continue;
    const own = size(row);
    const last = kept.at(-1);
    if (kept.length === MOST_EXAMPLES && last !== undefined && own <= last.size) continue;
    const after = kept.findIndex((one) => one.size < own);
    kept.splice(after < 0 ? kept.length : after, 0, { row, size: own });
    if (kept.length > MOST_EXAMPLES) kept.pop();
  }
  return kept.map(({ row }) => row);
}

function exampleOf(
  { candidate, baseline, ids, kept }: PairedRows,
  row: number,
  better: FlipExample["better"],
): FlipExample {
  const { task, classes, labels } = candidate;
  const inFile = kept?.[row] ?? row;
  const truth = labels === null ? null : (labels[row] as number);
  const said = ({ scores, decisions }: JudgedRows) => ({
    score:
      scores === null ? null : (scores[task === "multiclass" ? row * classes.length + (truth ?? 0) : row] as number),
    decision: decisions === null ? null : visibleText(classes[decisions[row] as number] as string),
  });
  const slices: SliceValue[] = candidate.slices.slice(0, 10).map(({ column, codes, values }) => ({
    column: visibleText(column),
    value: visibleText(values[codes[row] as number] as string),
  }));
  return {
    id: visibleText(ids === null ? `row ${inFile + 1}` : (textAt(ids, inFile) ?? "")),
    slices,
    truth: truth === null ? null : visibleText(classes.length > 0 ? (classes[truth] as string) : String(truth)),
    candidate: said(candidate),
    baseline: said(baseline),
    better,
  };
}
