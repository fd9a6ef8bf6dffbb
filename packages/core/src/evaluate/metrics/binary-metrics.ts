import type { JudgedRows } from "../rows/predictions.ts";
import { calibration } from "./calibration-metrics.ts";
import { expectedCost } from "./cost-metric.ts";
import { family, POSITIVE, share, sums } from "./define.ts";
import type { MetricDefinition, RowFeatures, TaskMetrics } from "./metric.ts";
import { ks, topFamilies } from "./top-metrics.ts";

/** Places in the sums: rows, log loss, squared error, and the confusion matrix at the decision. */
const [N, LOSS, SQUARE, TN, FP, FN, TP] = [0, 1, 2, 3, 4, 5, 6] as const;

/** A probability of exactly 0 or 1 is moved by this before its logarithm, as scikit-learn does for 64-bit floats. */
export const CLIP = Number.EPSILON;

type Sums = ArrayLike<number>;
const at = (sums: Sums, place: number) => sums[place] as number;
const right = (rows: JudgedRows, row: number) =>
  (rows.decisions as Int32Array)[row] === (rows.labels as Float64Array)[row];

const precisionOf = (sums: Sums) => share(at(sums, TP), at(sums, TP) + at(sums, FP));
const recallOf = (sums: Sums) => share(at(sums, TP), at(sums, TP) + at(sums, FN));
const specificityOf = (sums: Sums) => share(at(sums, TN), at(sums, TN) + at(sums, FP));

function mccOf(sums: Sums): number {
  const [tn, fp, fn, tp] = [at(sums, TN), at(sums, FP), at(sums, FN), at(sums, TP)];
  return share(tp * tn - fp * fn, Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)));
}

/** Agreement beyond chance (Cohen 1960). */
function kappaOf(sums: Sums): number {
  const [tn, fp, fn, tp] = [at(sums, TN), at(sums, FP), at(sums, FN), at(sums, TP)];
  const n = tn + fp + fn + tp;
  const chance = ((tp + fp) * (tp + fn) + (tn + fn) * (tn + fp)) / n;
  return share(tp + tn - chance, n - chance);
}

/** (1 + β²)·P·R / (β²·P + R). */
const fBeta = (beta: number) => (sums: Sums) =>
  share((1 + beta ** 2) * at(sums, TP), (1 + beta ** 2) * at(sums, TP) + beta ** 2 * at(sums, FN) + at(sums, FP));

const decided = { needs: "decisions" } as const;

const definitions: readonly MetricDefinition[] = [
  sums("log_loss", (all) => at(all, LOSS) / at(all, N), {
    goal: "minimize",
    unit: "nats",
    range: POSITIVE,
    each: losses,
  }),
  { name: "roc_auc", goal: "maximize", unit: "", needs: "scores", range: [0, 1], from: { kind: "roc-auc" } },
  {
    name: "average_precision",
    goal: "maximize",
    unit: "",
    needs: "scores",
    range: [0, 1],
    from: { kind: "average-precision" },
  },
  sums("brier", (all) => at(all, SQUARE) / at(all, N), { goal: "minimize", each: squares }),
  ...calibration,
  ks,
  sums("accuracy", (all) => (at(all, TP) + at(all, TN)) / at(all, N), {
    ...decided,
    share: (all) => [at(all, TP) + at(all, TN), at(all, N)],
    trial: right,
  }),
  sums("balanced_accuracy", (all) => (recallOf(all) + specificityOf(all)) / 2, decided),
  sums("precision", precisionOf, { ...decided, share: (all) => [at(all, TP), at(all, TP) + at(all, FP)] }),
  sums("recall", recallOf, {
    ...decided,
    share: (all) => [at(all, TP), at(all, TP) + at(all, FN)],
    trial: (rows, row) => ((rows.labels as Float64Array)[row] === 1 ? right(rows, row) : null),
  }),
  sums("specificity", specificityOf, {
    ...decided,
    share: (all) => [at(all, TN), at(all, TN) + at(all, FP)],
    trial: (rows, row) => ((rows.labels as Float64Array)[row] === 0 ? right(rows, row) : null),
  }),
  sums("false_positive_rate", (all) => share(at(all, FP), at(all, TN) + at(all, FP)), {
    ...decided,
    goal: "minimize",
    share: (all) => [at(all, FP), at(all, TN) + at(all, FP)],
    trial: (rows, row) => ((rows.labels as Float64Array)[row] === 0 ? !right(rows, row) : null),
  }),
  // Neither more nor less of it is better: it is there to be compared between groups, and for a `min` or `max`.
  sums("selection_rate", (all) => (at(all, TP) + at(all, FP)) / at(all, N), {
    ...decided,
    share: (all) => [at(all, TP) + at(all, FP), at(all, N)],
    trial: (rows, row) => (rows.decisions as Int32Array)[row] === 1,
  }),
  sums("f1", fBeta(1), decided),
  sums("mcc", mccOf, { ...decided, range: [-1, 1] }),
  sums("cohen_kappa", kappaOf, { ...decided, range: [-1, 1] }),
  expectedCost,
];

/** −ln of the probability that the true class was given. */
function losses({ labels, scores }: JudgedRows): Float64Array {
  return (scores as Float64Array).map((score, row) => {
    const given = Math.min(1 - CLIP, Math.max(CLIP, score)); // probability of the positive class, off 0 and 1
    return labels?.[row] === 1 ? -Math.log(given) : -Math.log1p(-given);
  });
}

function squares({ labels, scores }: JudgedRows): Float64Array {
  return (scores as Float64Array).map((score, row) => (score - ((labels as Float64Array)[row] as number)) ** 2);
}

function features(given: JudgedRows): RowFeatures {
  const { rows, labels, scores, decisions } = given;
  const truth = labels as Float64Array;
  const loss = scores === null ? new Float64Array(rows) : losses(given);
  const square = scores === null ? loss : squares(given);
  const cell = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    cell[row] = TN + (truth[row] === 1 ? 2 : 0) + ((decisions as Int32Array)[row] as number);
  }
  return {
    size: 7,
    add(row, weight, into, offset) {
      into[offset + N] = (into[offset + N] as number) + weight;
      into[offset + LOSS] = (into[offset + LOSS] as number) + weight * (loss[row] as number);
      into[offset + SQUARE] = (into[offset + SQUARE] as number) + weight * (square[row] as number);
      const place = offset + (cell[row] as number);
      into[place] = (into[place] as number) + weight;
    },
    dot: (row, gradient) =>
      (gradient[N] as number) +
      (gradient[LOSS] as number) * (loss[row] as number) +
      (gradient[SQUARE] as number) * (square[row] as number) +
      (gradient[cell[row] as number] as number),
  };
}

export const binary: TaskMetrics = {
  task: "binary",
  metrics: definitions,
  families: [
    ...topFamilies,
    family(
      "fB",
      (beta) => beta > 0,
      (name, beta) => sums(name, fBeta(beta), decided),
    ),
  ],
  features,
};
