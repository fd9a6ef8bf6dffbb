import { matchHashes } from "../../data/id-hash.ts";
import { matchRows } from "../../data/match-rows.ts";
import { TrainyardError } from "../../errors.ts";
import { alignClasses, withClassesOf } from "./align-classes.ts";
import type { Factor } from "./factor.ts";
import type { JudgedRows, Predictions } from "./predictions.ts";
import { takeRows, widthOf } from "./take-rows.ts";

/** The baseline's scores: those stored with its version, and those the candidate's job made of it; at least one. */
export interface BaselineScores {
  readonly stored: Predictions | null;
  readonly fromJob: Predictions | null;
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
  /** Rows that weigh otherwise than when the baseline was judged; 0 where it was judged without weights. */
  readonly weightsChanged: number;
  /** Of `rows`: scored when the baseline was judged, and scored by the candidate's job. */
  readonly stored: number;
  readonly fromJob: number;
  /** More than a few rows of the same evaluation data that the baseline has a score for and the candidate has none; of how many. */
  readonly leftOut: { readonly rows: number; readonly of: number } | null;
}

/** Below this overlap the sides are compared without pairing. */
export const LEAST_OVERLAP = 0.95;

/**
 * Finds for every row of the candidate the baseline's score: the stored one where there is one, else the candidate's job's.
 * Without ids in either, rows pair by number if both sides have as many and the same true values.
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
  const storedRows = ours === null ? null : rowsOf(candidate, ours);
  const jobRows = theirs === null ? null : rowsOf(candidate, theirs);

  const kept = new Uint32Array(candidate.rows);
  const source = new Int32Array(candidate.rows);
  let [rows, fromStored, labelsChanged, weightsChanged] = [0, 0, 0, 0];
  for (let row = 0; row < candidate.rows; row++) {
    const inStored = storedRows?.[row] ?? -1;
    const inJob = jobRows?.[row] ?? -1;
    if (inStored < 0 && inJob < 0) continue;
    const changed =
      (ours !== null && inStored >= 0 && labelsDiffer(candidate, row, ours, inStored)) ||
      (theirs !== null && inJob >= 0 && labelsDiffer(candidate, row, theirs, inJob));
    if (changed) labelsChanged++;
    if (ours !== null && inStored >= 0 && weightsDiffer(candidate, row, ours, inStored)) weightsChanged++;
    if (inStored >= 0) fromStored++;
    kept[rows] = row;
    source[rows] = inStored >= 0 ? inStored : -1 - inJob;
    rows++;
  }
  const overlap = rows / candidate.rows;
  const leftOut =
    theirs !== null && jobRows !== null
      ? leftOutOf(theirs, jobRows, 0)
      : ours !== null && storedRows !== null && sameData !== false
        ? leftOutOf(ours, storedRows, sameData === true ? 0 : LEAST_OVERLAP)
        : null;
  const counts = {
    rows,
    overlap,
    labelsChanged,
    weightsChanged,
    stored: fromStored,
    fromJob: rows - fromStored,
    leftOut,
    kept: null,
  };
  if (leftOut !== null && standsAlone((theirs ?? ours) as Predictions, candidate))
    return { ...counts, paired: false, candidate, baseline: (theirs ?? ours) as Predictions };
  if (overlap < LEAST_OVERLAP) {
    const other = (ours ?? theirs) as Predictions;
    if (other.labels === null && other.task !== "scores")
      throw new TrainyardError("LABELS_MISSING", { path: other.path });
    return { ...counts, paired: false, candidate, baseline: other };
  }
  const cut = rows === candidate.rows ? null : kept.subarray(0, rows);
  const left = cut === null ? candidate : takeRows(candidate, cut);
  return {
    ...counts,
    kept: cut,
    paired: true,
    candidate: left,
    baseline: gather(left, ours, theirs, source.subarray(0, rows)),
  };
}

/**
 * Rows of the other side that the candidate has no score for, where they are more than a few. Null also where the two are not of the same data: where
 * no row, or less than a known share of the candidate's, is among them.
 */
function leftOutOf(other: Predictions, matches: Int32Array, share: number): Pairing["leftOut"] {
  let matched = 0;
  for (const row of matches) if (row >= 0) matched++;
  if (matched === 0 || matched < share * matches.length || matched >= LEAST_OVERLAP * other.rows) return null;
  return { rows: other.rows - matched, of: other.rows };
}

/** Can be judged on its own rows: it has labels, and groups where the candidate has them. */
function standsAlone(side: Predictions, candidate: Predictions): boolean {
  return (side.labels !== null || side.task === "scores") && (side.groups !== null || candidate.groups === null);
}

/** The baseline on the candidate's rows: source ≥ 0 is a stored row, −1 − row one of the job's. Labels, weights and groups are the candidate's. */
function gather(
  candidate: JudgedRows,
  stored: Predictions | null,
  fromJob: Predictions | null,
  source: Int32Array,
): JudgedRows {
  const width = widthOf(candidate);
  const present = [stored, fromJob].filter((side) => side !== null);
  const scored = present.every((side) => side.scores !== null);
  const scores = scored ? new Float64Array(source.length * width) : null;
  const each = candidate.task === "multilabel" ? width : 1;
  const decisions = candidate.decisions === null ? null : new Int32Array(source.length * each);
  for (let i = 0; i < source.length; i++) {
    const place = source[i] as number;
    const side = (place >= 0 ? stored : fromJob) as Predictions;
    const row = place >= 0 ? place : -1 - place;
    if (scores !== null)
      for (let k = 0; k < width; k++) scores[i * width + k] = (side.scores as Float64Array)[row * width + k] as number;
    if (decisions !== null)
      for (let k = 0; k < each; k++) decisions[i * each + k] = (side.decisions as Int32Array)[row * each + k] as number;
  }
  const bounds = (["y_lower", "y_upper"] as const).flatMap((name) => {
    if (!present.every((side) => side.extra[name] !== undefined)) return [];
    const values = new Float64Array(source.length);
    for (let i = 0; i < source.length; i++) {
      const place = source[i] as number;
      const side = (place >= 0 ? stored : fromJob) as Predictions;
      values[i] = (side.extra[name] as Float64Array)[place >= 0 ? place : -1 - place] as number;
    }
    return [[name, values]];
  });
  const { y_naive: naive } = candidate.extra; // of the rows, not of a model
  const extra = { ...(naive && { y_naive: naive }), ...Object.fromEntries(bounds) };
  const named = candidate.named && gatherNamed(candidate.named, stored, fromJob, source);
  return { ...candidate, scores, decisions, extra, ...(named && { named }) };
}

/** Scores of every metric that each present side has; of others the baseline has none. */
function gatherNamed(
  named: ReadonlyMap<string, Float64Array>,
  stored: Predictions | null,
  fromJob: Predictions | null,
  source: Int32Array,
): ReadonlyMap<string, Float64Array> {
  const found = new Map<string, Float64Array>();
  for (const name of named.keys()) {
    const [ours, theirs] = [stored?.named?.get(name), fromJob?.named?.get(name)];
    if ((stored !== null && ours === undefined) || (fromJob !== null && theirs === undefined)) continue;
    const values = new Float64Array(source.length);
    for (let i = 0; i < source.length; i++) {
      const place = source[i] as number;
      values[i] = (place >= 0 ? ours?.[place] : theirs?.[-1 - place]) as number;
    }
    found.set(name, values);
  }
  return found;
}

/** For every row of the candidate, the other side's row with the same id; −1 without one. Without ids the row number counts, if the labels agree. */
function rowsOf(candidate: Predictions, other: Predictions): Int32Array {
  if (candidate.ids !== null && other.idHashes !== undefined) return matchHashes(candidate.ids, other.idHashes);
  if (candidate.ids !== null && other.ids !== null) return matchRows(candidate.ids, candidate.rows, other.ids);
  const rows = new Int32Array(candidate.rows).fill(-1);
  const numbered = ({ ids, idHashes }: Predictions) => ids === null && idHashes === undefined;
  const comparable = numbered(candidate) && numbered(other) && candidate.rows === other.rows;
  if (!comparable || other.labels === null) return rows;
  for (let row = 0; row < rows.length; row++) if (labelsDiffer(candidate, row, other, row)) return rows.fill(-1);
  return rows.map((_, row) => row);
}

function labelsDiffer(ours: Predictions, row: number, theirs: Predictions, other: number): boolean {
  if (ours.labels === null || theirs.labels === null) return false;
  if (ours.task !== "multilabel") return differs(ours.labels[row] as number, theirs.labels[other] as number);
  const count = ours.classes.length;
  for (let k = 0; k < count; k++) if (ours.labels[row * count + k] !== theirs.labels[other * count + k]) return true;
  return false;
}

function weightsDiffer(ours: Predictions, row: number, theirs: Predictions, other: number): boolean {
  if (ours.weights === null || theirs.weights === null) return false;
  return differs(ours.weights[row] as number, theirs.weights[other] as number);
}

/** Single precision keeps seven digits: 1e-6 of a number is more than it loses on the way, or than text loses of the last digit. */
const ROUNDING = 1e-6;

function differs(a: number, b: number): boolean {
  return a !== b && Math.abs(a - b) > ROUNDING * Math.max(Math.abs(a), Math.abs(b));
}
