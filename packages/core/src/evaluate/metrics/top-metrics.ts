import { total } from "../../statistics/total.ts";
import { family, POSITIVE, ranked } from "./define.ts";
import type { Bins, MetricDefinition, MetricFamily } from "./metric.ts";

/** Metrics of the rows that score highest, and of the distance between the classes' distributions. Rows of one score are taken in part, evenly. */

/** Positives among the highest-scored rows that weigh `most` together. */
function positivesInTop({ bins, positives, rows }: Bins, most: number): number {
  let [seen, hits] = [0, 0];
  for (let bin = 0; bin < bins && seen < most; bin++) {
    const weight = rows[bin] as number;
    const part = weight <= 0 ? 0 : Math.min(1, (most - seen) / weight);
    hits += part * (positives[bin] as number);
    seen += weight;
  }
  return hits;
}

/** The greatest distance between the classes' score distributions: max |TPR − FPR| over thresholds. */
function kolmogorovSmirnov({ bins, positives, rows }: Bins): number {
  const [p, n] = [total(positives), total(rows)];
  let [hits, seen, most] = [0, 0, 0];
  for (let bin = 0; bin < bins; bin++) {
    hits += positives[bin] as number;
    seen += rows[bin] as number;
    most = Math.max(most, Math.abs(hits / p - (seen - hits) / (n - p)));
  }
  return most;
}

/** The true positive rate where the ROC curve reaches a false positive rate, on the straight line between its points. */
function recallAt({ bins, positives, rows }: Bins, rate: number): number {
  const p = total(positives);
  const allowed = rate * (total(rows) - p);
  let [hits, alarms] = [0, 0];
  for (let bin = 0; bin < bins; bin++) {
    const more = (rows[bin] as number) - (positives[bin] as number);
    if (alarms + more > allowed) {
      const part = more <= 0 ? 0 : (allowed - alarms) / more;
      return (hits + part * (positives[bin] as number)) / p;
    }
    hits += positives[bin] as number;
    alarms += more;
  }
  return 1;
}

export const ks: MetricDefinition = ranked("ks", kolmogorovSmirnov);

const percent = (value: number) => value > 0 && value <= 100;

export const topFamilies: readonly MetricFamily[] = [
  family("precision@K%", percent, (name, k) =>
    ranked(
      name,
      (bins) => {
        const most = (k / 100) * total(bins.rows);
        return positivesInTop(bins, most) / most;
      },
      { rests: (rows) => (k / 100) * rows },
    ),
  ),
  family(
    "precision@K",
    (value) => Number.isInteger(value) && value > 0,
    (name, k) =>
      ranked(
        name,
        (bins) => {
          const most = Math.min(k, total(bins.rows));
          return positivesInTop(bins, most) / most;
        },
        { rests: (rows) => Math.min(k, rows) },
      ),
  ),
  family("lift@K%", percent, (name, k) =>
    ranked(
      name,
      (bins) => {
        const most = (k / 100) * total(bins.rows);
        return positivesInTop(bins, most) / most / (total(bins.positives) / total(bins.rows));
      },
      { range: POSITIVE, rests: (rows) => (k / 100) * rows },
    ),
  ),
  family(
    "recall@fpr=R",
    (value) => value > 0 && value < 1,
    (name, rate) => ranked(name, (bins) => recallAt(bins, rate)),
  ),
];
