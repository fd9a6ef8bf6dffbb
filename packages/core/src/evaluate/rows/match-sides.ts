import { matchHashes } from "../../data/id-hash.ts";
import { matchRows } from "../../data/match-rows.ts";
import type { Predictions } from "./predictions.ts";
import { labelsDiffer } from "./row-facts.ts";

/** Of every row of the candidate, the same row of another side. */
export interface Matches {
  /** The other side's row, −1 without one. Length the candidate's rows. */
  readonly rows: Int32Array;
  /** How many have one. */
  readonly matched: number;
  /** Rows are not the same by their ids, but by their order. */
  readonly byOrder: boolean;
}

/**
 * Brings rows with the same id together. Where no id says which row is which, the row number does, if there are as many rows and all true values agree.
 * @param maybeOther The other side may be of other rows altogether: then ids that are not among its own are those of other rows.
 */
export function matchSides(candidate: Predictions, other: Predictions, maybeOther: boolean): Matches {
  const rows = byId(candidate, other);
  let matched = 0;
  for (const row of rows ?? []) if (row >= 0) matched++;
  if (rows !== null && matched > 0) return { rows, matched, byOrder: false };
  const numbered = !hasIds(candidate) && !hasIds(other);
  const inOrder = numbered ? sameLabels(candidate, other) : !maybeOther && inProvenOrder(candidate, other);
  if (!inOrder) return { rows: new Int32Array(candidate.rows).fill(-1), matched: 0, byOrder: false };
  return { rows: Int32Array.from({ length: candidate.rows }, (_, row) => row), matched: candidate.rows, byOrder: true };
}

const hasIds = ({ ids, idHashes }: Predictions) => ids !== null || idHashes !== undefined;

/** Null where a side has no ids. */
function byId(candidate: Predictions, other: Predictions): Int32Array | null {
  if (candidate.ids === null) return null;
  if (other.idHashes !== undefined) return matchHashes(candidate.ids, other.idHashes);
  return other.ids === null ? null : matchRows(candidate.ids, candidate.rows, other.ids);
}

function sameLabels(candidate: Predictions, other: Predictions): boolean {
  if (candidate.rows !== other.rows || candidate.labels === null || other.labels === null) return false;
  for (let row = 0; row < candidate.rows; row++) if (labelsDiffer(candidate, row, other, row)) return false;
  return true;
}

/** True values that agree prove the order, unless they are sorted: files of other rows that are sorted by them may agree as well. */
function inProvenOrder(candidate: Predictions, other: Predictions): boolean {
  const { labels, task } = candidate;
  if (labels === null || task === "multilabel" || !sameLabels(candidate, other)) return false;
  let [rises, falls] = [false, false];
  for (let row = 1; row < labels.length; row++) {
    rises ||= (labels[row] as number) > (labels[row - 1] as number);
    falls ||= (labels[row] as number) < (labels[row - 1] as number);
  }
  return rises && falls;
}
