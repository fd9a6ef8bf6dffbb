import { argsort } from "../../statistics/argsort.ts";
import { averagePrecision, binnedAveragePrecision, binRanking } from "../../statistics/average-precision.ts";
import { rocAuc, weightedAuc, winMatrix } from "../../statistics/roc-auc.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { binsFor } from "./binned-part.ts";
import { dot, EXACT_UNITS, effectiveRows, type Part, type Side, sumByUnit, type Units, widen } from "./part.ts";

/** ROC-AUC of binary scores; its deviations are DeLong's (1988). */
export function aucPart({ rows, units, order }: Side): Part {
  const scores = rows.scores as Float64Array;
  return rankedAuc(scores, rows.labels as Float64Array, order(scores), units, rows.weights);
}

function rankedAuc(
  scores: Float64Array,
  labels: Float64Array,
  order: Uint32Array,
  units: Units,
  given: Float64Array | null,
): Part {
  const { auc, positives, negatives, influence } = rocAuc(scores, labels, order, given);
  const weightOf = (row: number) => (given === null ? 1 : (given[row] as number));
  const deviations = () => {
    const [widenP, widenN] = widenBoth(labels, given);
    return influence.map((value, row) => value * weightOf(row) * (labels[row] === 1 ? widenP : widenN));
  };
  if (units.count <= EXACT_UNITS) {
    const matrix = winMatrix(scores, labels, order, units.of, units.count, given);
    return { value: auc, at: (weights) => weightedAuc(matrix, weights), deviations };
  }
  // The two means of placements, each over its own class: a ratio for positives plus a ratio for negatives, less the AUC counted twice.
  const [a, p, b, n] = [0, 1, 2, 3].map(() => new Float64Array(units.count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let row = 0; row < order.length; row++) {
    const unit = units.of[row] as number;
    const [sum, count, rows] = labels[row] === 1 ? [a, p, positives] : [b, n, negatives];
    sum[unit] = (sum[unit] as number) + weightOf(row) * ((influence[row] as number) * rows + auc);
    count[unit] = (count[unit] as number) + weightOf(row);
  }
  const at = (weights: Float64Array) => dot(a, weights) / dot(p, weights) + dot(b, weights) / dot(n, weights) - auc;
  return { value: auc, at, deviations };
}

/** For each class: √(n/(n−1)) of its effective rows. */
function widenBoth(labels: Float64Array, given: Float64Array | null): [positives: number, negatives: number] {
  const sums = [0, 0];
  const squares = [0, 0];
  for (let row = 0; row < labels.length; row++) {
    const k = labels[row] === 1 ? 0 : 1;
    const weight = given === null ? 1 : (given[row] as number);
    sums[k] = (sums[k] as number) + weight;
    squares[k] = (squares[k] as number) + weight * weight;
  }
  const of = (k: number) => widen((sums[k] as number) ** 2 / (squares[k] as number));
  return [of(0), of(1)];
}

export function precisionPart({ rows, units, order }: Side): Part {
  const scores = rows.scores as Float64Array;
  return rankedPrecision(scores, rows.labels as Float64Array, order(scores), units, rows);
}

function rankedPrecision(
  scores: Float64Array,
  labels: Float64Array,
  ranked: Uint32Array,
  units: Units,
  rows: JudgedRows,
): Part {
  const { value, influence } = averagePrecision(scores, labels, ranked, rows.weights);
  const shares = rows.weights === null ? influence : influence.map((one, row) => one * (rows.weights?.[row] as number));
  const scale = widen(effectiveRows(rows));
  const deviations = () => shares.map((one) => one * scale);
  if (units.count <= EXACT_UNITS) {
    const binned = binRanking(scores, labels, ranked, units.of, units.count, binsFor(units.count), rows.weights);
    const shift = value - binnedAveragePrecision(binned, new Float64Array(units.count).fill(1));
    return { value, at: (weights) => binnedAveragePrecision(binned, weights) + shift, deviations };
  }
  const byUnit = sumByUnit(shares, units);
  return { value, at: (weights) => value + dot(byUnit, weights), deviations };
}

/**
 * The mean over classes of the AUC of one class against the rest: scikit-learn's multi_class="ovr" with average="macro", a plain mean, or
 * "weighted", by the classes' true rows.
 */
export function oneAgainstRestPart({ rows, units }: Side, average: "macro" | "weighted"): Part {
  const labels = rows.labels as Float64Array;
  const parts: { part: Part; share: Float64Array }[] = [];
  for (let k = 0; k < rows.classes.length; k++) {
    const own = labels.map((label) => (label === k ? 1 : 0));
    if (!own.includes(1) || !own.includes(0)) continue;
    const column = columnOf(rows.scores as Float64Array, rows, k);
    const weighted = own.map((one, row) => one * (rows.weights?.[row] ?? 1));
    const share = average === "macro" ? new Float64Array(units.count).fill(1) : sumByUnit(weighted, units);
    parts.push({ part: rankedAuc(column, own, argsort(column), units, rows.weights), share });
  }
  const mean = (of: (part: Part) => number, drawn: Float64Array | null) => {
    let [sum, total] = [0, 0];
    for (const { part, share } of parts) {
      const weight = average === "macro" ? 1 : drawn === null ? share.reduce((a, b) => a + b, 0) : dot(share, drawn);
      sum += weight * of(part);
      total += weight;
    }
    return sum / total;
  };
  return {
    value: mean((part) => part.value, null),
    at: (drawn) => mean((part) => part.at(drawn), drawn),
    deviations() {
      const each = parts.map(({ part }) => part.deviations());
      let next = 0;
      const deviations = new Float64Array(rows.rows);
      for (let row = 0; row < rows.rows; row++) {
        next = 0;
        deviations[row] = mean(() => (each[next++] as Float64Array)[row] as number, null);
      }
      return deviations;
    },
  };
}

/** The plain mean over labels of a ranking metric of each, scikit-learn's average="macro"; without labels that every row has, or none: those have no value. */
export function overLabelsPart({ rows, units }: Side, of: "roc-auc" | "average-precision"): Part {
  const parts: Part[] = [];
  for (let k = 0; k < rows.classes.length; k++) {
    const own = columnOf(rows.labels as Float64Array, rows, k);
    if (!own.includes(1) || !own.includes(0)) continue;
    const scores = columnOf(rows.scores as Float64Array, rows, k);
    const order = argsort(scores);
    parts.push(
      of === "roc-auc"
        ? rankedAuc(scores, own, order, units, rows.weights)
        : rankedPrecision(scores, own, order, units, rows),
    );
  }
  const mean = (value: (part: Part) => number) => parts.reduce((sum, part) => sum + value(part), 0) / parts.length;
  return {
    value: mean(({ value }) => value),
    at: (drawn) => mean((part) => part.at(drawn)),
    deviations() {
      const deviations = new Float64Array(rows.rows);
      for (const part of parts) {
        const own = part.deviations();
        for (let row = 0; row < own.length; row++)
          deviations[row] = (deviations[row] as number) + (own[row] as number) / parts.length;
      }
      return deviations;
    },
  };
}

/** Column k of rows × classes. */
function columnOf(from: Float64Array, { rows, classes }: JudgedRows, k: number): Float64Array {
  const column = new Float64Array(rows);
  for (let row = 0; row < rows; row++) column[row] = from[row * classes.length + k] as number;
  return column;
}
