import { TrainyardError } from "../../errors.ts";
import { alignClasses, withClassesOf } from "./align-classes.ts";
import type { Factor } from "./factor.ts";
import { gatherRows } from "./gather-rows.ts";
import { type Matches, matchSides } from "./match-sides.ts";
import type { JudgedRows, Predictions } from "./predictions.ts";
import { labelsDiffer, type RowFact, rowFacts } from "./row-facts.ts";
import { takeRows } from "./take-rows.ts";

/** The baseline's scores: those stored with its version, and those the candidate's job made of it; at least one. */
export interface BaselineScores {
  readonly stored: Predictions | null;
  readonly fromJob: Predictions | null;
}

/** The candidate's rows beside those that the baseline has scores for. */
export interface RowsBeside {
  /** Whose rows they are: those stored with the baseline, or those that the candidate's job scored. */
  readonly scores: "stored" | "job";
  /** Rows of the baseline's. */
  readonly of: number;
  /** Of those, rows that the candidate has no score for. */
  readonly missing: number;
  /** Rows of the candidate's that are not among them. */
  readonly extra: number;
}

/** Both sides brought together. When `paired`, row i of both is the same row. */
export interface Pairing {
  readonly paired: boolean;
  readonly candidate: JudgedRows & { readonly slices: readonly Factor[] };
  readonly baseline: JudgedRows;
  /** Which rows of the candidate's file are left; null: all of them. */
  readonly kept: Uint32Array | null;
  /** Rows both scored. */
  readonly rows: number;
  /** `rows` as a share of the candidate's. */
  readonly overlap: number;
  /** Rows whose true value is another than the one the baseline was judged on. */
  readonly labelsChanged: number;
  /** What else the candidate's file says of its rows otherwise than the stored one. */
  readonly facts: readonly RowFact[];
  /** Of `rows`: those with a score of when the baseline was judged. */
  readonly stored: number;
  /** Of the baseline's rows that are judged: those whose score the candidate's job made. */
  readonly fromJob: number;
  /** No id is the stored rows': they were brought together by their order, which the labels prove. */
  readonly byOrder: boolean;
  /** Of each of the baseline's files that is there. */
  readonly beside: readonly RowsBeside[];
  /** Not paired because the candidate has no score for more than a few of the baseline's rows. */
  readonly leftOut: boolean;
}

/** Below this overlap the sides are compared without pairing. */
export const LEAST_OVERLAP = 0.95;

/** More than the few rows that two files may differ by. */
export const isMany = (rows: number, of: number): boolean => of - rows < LEAST_OVERLAP * of;

/**
 * Finds for every row of the candidate the baseline's score: the stored one where there is one, else the candidate's job's.
 * @param sameData Whether the stored scores are of the same evaluation data as the candidate's; null where nobody knows. What the job scored always is.
 * @throws LABELS_MISSING, TASK_MISMATCH
 */
export function pair(
  given: Predictions,
  { stored, fromJob }: BaselineScores,
  sameData: boolean | null = null,
): Pairing {
  const candidate = withClassesOf(given, [stored, fromJob]);
  const ours = stored === null ? null : alignClasses(stored, candidate);
  const theirs = fromJob === null ? null : alignClasses(fromJob, candidate);
  const same = sameData ?? theirs === null; // where nobody knows of what data the stored scores are, the job's are of these
  const inStored = ours === null ? null : matchSides(candidate, ours, !same);
  const inJob = theirs === null ? null : matchSides(candidate, theirs, false);

  const kept = new Uint32Array(candidate.rows);
  const source = new Int32Array(candidate.rows);
  let [rows, fromStored, labelsChanged] = [0, 0, 0];
  for (let row = 0; row < candidate.rows; row++) {
    const storedRow = inStored?.rows[row] ?? -1;
    const jobRow = inJob?.rows[row] ?? -1;
    if (storedRow < 0 && jobRow < 0) continue;
    const changed =
      (ours !== null && storedRow >= 0 && labelsDiffer(candidate, row, ours, storedRow)) ||
      (theirs !== null && jobRow >= 0 && labelsDiffer(candidate, row, theirs, jobRow));
    if (changed) labelsChanged++;
    if (storedRow >= 0) fromStored++;
    kept[rows] = row;
    source[rows] = storedRow >= 0 ? storedRow : -1 - jobRow;
    rows++;
  }
  const overlap = rows / candidate.rows;
  const beside = [
    ...(ours === null || inStored === null ? [] : [rowsBeside("stored", ours, inStored)]),
    ...(theirs === null || inJob === null ? [] : [rowsBeside("job", theirs, inJob)]),
  ];
  const counts = {
    rows,
    overlap,
    labelsChanged,
    facts: ours === null || inStored === null ? [] : rowFacts(candidate, ours, inStored.rows),
    stored: fromStored,
    fromJob: rows - fromStored,
    byOrder: inStored?.byOrder === true && hasIds(candidate, ours),
    beside,
    leftOut: false,
    kept: null,
  };
  const apart = (baseline: Predictions) => {
    return { paired: false, candidate, baseline, fromJob: baseline === theirs ? baseline.rows : 0 };
  };
  const short = beside.find(
    (one) => (one.scores === "job" || same) && isMany(one.missing, one.of) && !isMany(one.extra, candidate.rows),
  );
  const whole = short?.scores === "job" ? theirs : ours;
  if (short !== undefined && whole !== null && standsAlone(whole, candidate))
    return { ...counts, ...apart(whole), leftOut: true };
  if (overlap < LEAST_OVERLAP) {
    const other = (ours ?? theirs) as Predictions;
    if (other.labels === null && other.task !== "scores")
      throw new TrainyardError("LABELS_MISSING", { path: other.path });
    return { ...counts, ...apart(other) };
  }
  const cut = rows === candidate.rows ? null : kept.subarray(0, rows);
  const left = cut === null ? candidate : takeRows(candidate, cut);
  return {
    ...counts,
    kept: cut,
    paired: true,
    candidate: left,
    baseline: gatherRows(left, ours, theirs, source.subarray(0, rows)),
  };
}

function rowsBeside(scores: RowsBeside["scores"], { rows }: Predictions, { rows: own, matched }: Matches): RowsBeside {
  return { scores, of: rows, missing: rows - matched, extra: own.length - matched };
}

function hasIds(candidate: Predictions, other: Predictions | null): boolean {
  return candidate.ids !== null || (other !== null && (other.ids !== null || other.idHashes !== undefined));
}

/** Can be judged on its own rows: it has labels, and groups where the candidate has them. */
function standsAlone(side: Predictions, candidate: Predictions): boolean {
  return (side.labels !== null || side.task === "scores") && (side.groups !== null || candidate.groups === null);
}
