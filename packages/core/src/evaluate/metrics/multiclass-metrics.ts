import type { JudgedRows } from "../rows/predictions.ts";
import { CLIP } from "./binary-metrics.ts";
import { expectedCost } from "./cost-metric.ts";
import { family, hits, POSITIVE, ratio, share, sums } from "./define.ts";
import type { MetricDefinition, RowFeatures, TaskMetrics } from "./metric.ts";

/** Places in the sums: rows, log loss, then hits, decisions and true rows of every class. */
const [N, LOSS, FIRST] = [0, 1, 2] as const;

interface Tally {
  readonly hits: number;
  readonly decided: number;
  readonly actual: number;
}

/** Classes of a sums vector that occur as a decision or as the truth. */
function tallies(sums: ArrayLike<number>): Tally[] {
  const classes = (sums.length - FIRST) / 3;
  const of = (block: number, k: number) => sums[FIRST + block * classes + k] as number;
  return Array.from({ length: classes }, (_, k) => ({ hits: of(0, k), decided: of(1, k), actual: of(2, k) })).filter(
    (tally) => tally.decided !== 0 || tally.actual !== 0,
  );
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const macro = (of: (tally: Tally) => number) => (sums: ArrayLike<number>) => mean(tallies(sums).map(of));
const hitsOf = (sums: ArrayLike<number>) => tallies(sums).reduce((sum, tally) => sum + tally.hits, 0);

/** Matthews' correlation for many classes (Gorodkin 2004). */
function mccOf(sums: ArrayLike<number>): number {
  const n = sums[N] as number;
  let [hits, cross, decided, actual] = [0, 0, 0, 0];
  for (const tally of tallies(sums)) {
    hits += tally.hits;
    cross += tally.decided * tally.actual;
    decided += tally.decided ** 2;
    actual += tally.actual ** 2;
  }
  return share(hits * n - cross, Math.sqrt((n * n - decided) * (n * n - actual)));
}

/** Agreement beyond chance (Cohen 1960). */
function kappaOf(sums: ArrayLike<number>): number {
  const n = sums[N] as number;
  const all = tallies(sums);
  const chance = all.reduce((sum, { decided, actual }) => sum + decided * actual, 0) / n;
  return share(hitsOf(sums) - chance, n - chance);
}

/** The mean over classes by their true rows. */
const byActual = (of: (tally: Tally) => number) => (sums: ArrayLike<number>) => {
  const all = tallies(sums);
  return all.reduce((sum, tally) => sum + tally.actual * of(tally), 0) / (sums[N] as number);
};
const f1Of = (tally: Tally) => share(2 * tally.hits, tally.decided + tally.actual);
const precisionOf = (tally: Tally) => share(tally.hits, tally.decided);
const recallOf = (tally: Tally) => share(tally.hits, tally.actual);

const decided = { needs: "decisions" } as const;
const accuracyOf = (all: ArrayLike<number>) => hitsOf(all) / (all[N] as number);
const right: Parameters<typeof sums>[2] = {
  ...decided,
  share: (all) => [hitsOf(all), all[N] as number],
  trial: (rows, row) => (rows.decisions as Int32Array)[row] === (rows.labels as Float64Array)[row],
};

const definitions: readonly MetricDefinition[] = [
  sums("log_loss", (all) => (all[LOSS] as number) / (all[N] as number), {
    goal: "minimize",
    unit: "nats",
    range: POSITIVE,
    each: losses,
  }),
  { name: "roc_auc_ovr", goal: "maximize", unit: "", needs: "scores", range: [0, 1], from: { kind: "roc-auc-ovr" } },
  {
    name: "roc_auc_ovr_weighted",
    goal: "maximize",
    unit: "",
    needs: "scores",
    range: [0, 1],
    from: { kind: "roc-auc-ovr-weighted" },
  },
  ratio("brier", (rows) => ({ above: squares(rows), below: null }), { goal: "minimize", range: [0, 2] }),
  sums("accuracy", accuracyOf, right),
  sums(
    "balanced_accuracy",
    (all) =>
      mean(
        tallies(all)
          .filter(({ actual }) => actual !== 0)
          .map(recallOf),
      ),
    decided,
  ),
  sums("f1_macro", macro(f1Of), decided),
  sums("f1_micro", accuracyOf, right),
  sums("f1_weighted", byActual(f1Of), decided),
  sums("precision_macro", macro(precisionOf), decided),
  sums("precision_micro", accuracyOf, right),
  sums("precision_weighted", byActual(precisionOf), decided),
  sums("recall_macro", macro(recallOf), decided),
  sums("recall_micro", accuracyOf, right),
  sums("recall_weighted", byActual(recallOf), decided),
  sums("mcc", mccOf, { ...decided, range: [-1, 1] }),
  sums("cohen_kappa", kappaOf, { ...decided, range: [-1, 1] }),
  expectedCost,
];

/** Σ over classes of (probability − truth)², of every row. */
function squares({ rows, classes, labels, scores }: JudgedRows): Float64Array {
  const values = new Float64Array(rows);
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < classes.length; k++) {
      const off =
        ((scores as Float64Array)[row * classes.length + k] as number) - ((labels as Float64Array)[row] === k ? 1 : 0);
      values[row] = (values[row] as number) + off * off;
    }
  return values;
}

/** Whether the true class is among the `most` likeliest: 1 or 0; of equal probabilities the later class ranks higher, as in scikit-learn. */
function inTop({ rows, classes, labels, scores }: JudgedRows, most: number): Float64Array {
  const values = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const truth = (labels as Float64Array)[row] as number;
    const of = (k: number) => (scores as Float64Array)[row * classes.length + k] as number;
    let before = 0;
    for (let k = 0; k < classes.length; k++) if (of(k) > of(truth) || (k > truth && of(k) === of(truth))) before++;
    values[row] = before < most ? 1 : 0;
  }
  return values;
}

/** −ln of the share of the probabilities that the true class was given. */
function losses({ rows, classes, labels, scores }: JudgedRows): Float64Array {
  const count = classes.length;
  const of = scores as Float64Array;
  const loss = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let k = 0; k < count; k++) sum += of[row * count + k] as number;
    const given = (of[row * count + ((labels as Float64Array)[row] as number)] as number) / sum;
    loss[row] = -Math.log(Math.min(1 - CLIP, Math.max(CLIP, given)));
  }
  return loss;
}

function features(given: JudgedRows): RowFeatures {
  const { rows, classes, labels, scores, decisions } = given;
  const count = classes.length;
  const truth = labels as Float64Array;
  const decided = decisions as Int32Array;
  const loss = scores === null ? new Float64Array(rows) : losses(given);
  return {
    size: FIRST + 3 * count,
    add(row, weight, into, offset) {
      into[offset + N] = (into[offset + N] as number) + weight;
      into[offset + LOSS] = (into[offset + LOSS] as number) + weight * (loss[row] as number);
      const start = offset + FIRST;
      const [actual, chosen] = [truth[row] as number, decided[row] as number];
      if (actual === chosen) into[start + actual] = (into[start + actual] as number) + weight;
      into[start + count + chosen] = (into[start + count + chosen] as number) + weight;
      into[start + 2 * count + actual] = (into[start + 2 * count + actual] as number) + weight;
    },
    dot(row, gradient) {
      const [actual, chosen] = [truth[row] as number, decided[row] as number];
      return (
        (gradient[N] as number) +
        (gradient[LOSS] as number) * (loss[row] as number) +
        (actual === chosen ? (gradient[FIRST + actual] as number) : 0) +
        (gradient[FIRST + count + chosen] as number) +
        (gradient[FIRST + 2 * count + actual] as number)
      );
    },
  };
}

export const multiclass: TaskMetrics = {
  task: "multiclass",
  metrics: definitions,
  families: [
    family(
      "top_k_accuracy@K",
      (value) => Number.isInteger(value) && value > 0,
      (name, k) => hits(name, (rows) => ({ above: inTop(rows, k), below: null })),
    ),
  ],
  features,
};
