import type { FromSums, JudgedRows, MetricDefinition, RowFeatures, TaskMetrics } from "./metric.ts";

/** Places in the sums: rows, log loss, squared error, and the confusion matrix at the decision. */
const [N, LOSS, SQUARE, TN, FP, FN, TP] = [0, 1, 2, 3, 4, 5, 6] as const;

/** A probability of exactly 0 or 1 is moved by this before its logarithm, as scikit-learn does for 64-bit floats. */
export const CLIP = Number.EPSILON;

const metric = (
  name: string,
  rest: Pick<MetricDefinition, "goal" | "needs"> &
    Partial<MetricDefinition> & { of: FromSums["of"] } & Partial<FromSums>,
): MetricDefinition => ({
  name,
  goal: rest.goal,
  unit: rest.unit ?? "",
  needs: rest.needs,
  range: rest.range ?? [0, 1],
  from: {
    kind: "sums",
    of: rest.of,
    ...(rest.share && { share: rest.share }),
    ...(rest.trial && { trial: rest.trial }),
  },
});

type Sums = ArrayLike<number>;
const at = (sums: Sums, place: number) => sums[place] as number;
/** scikit-learn's zero_division=0. */
const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
const right = (rows: JudgedRows, row: number) =>
  (rows.decisions as Int32Array)[row] === (rows.labels as Float64Array)[row];

const precisionOf = (sums: Sums) => ratio(at(sums, TP), at(sums, TP) + at(sums, FP));
const recallOf = (sums: Sums) => ratio(at(sums, TP), at(sums, TP) + at(sums, FN));
const specificityOf = (sums: Sums) => ratio(at(sums, TN), at(sums, TN) + at(sums, FP));

function mccOf(sums: Sums): number {
  const [tn, fp, fn, tp] = [at(sums, TN), at(sums, FP), at(sums, FN), at(sums, TP)];
  return ratio(tp * tn - fp * fn, Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)));
}

const definitions: readonly MetricDefinition[] = [
  metric("log_loss", {
    goal: "minimize",
    unit: "nats",
    needs: "scores",
    range: [0, Number.POSITIVE_INFINITY],
    of: (sums) => at(sums, LOSS) / at(sums, N),
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
  metric("brier", { goal: "minimize", needs: "scores", of: (sums) => at(sums, SQUARE) / at(sums, N) }),
  metric("accuracy", {
    goal: "maximize",
    needs: "decisions",
    of: (sums) => (at(sums, TP) + at(sums, TN)) / at(sums, N),
    share: (sums) => [at(sums, TP) + at(sums, TN), at(sums, N)],
    trial: right,
  }),
  metric("balanced_accuracy", {
    goal: "maximize",
    needs: "decisions",
    of: (sums) => (recallOf(sums) + specificityOf(sums)) / 2,
  }),
  metric("precision", {
    goal: "maximize",
    needs: "decisions",
    of: precisionOf,
    share: (sums) => [at(sums, TP), at(sums, TP) + at(sums, FP)],
  }),
  metric("recall", {
    goal: "maximize",
    needs: "decisions",
    of: recallOf,
    share: (sums) => [at(sums, TP), at(sums, TP) + at(sums, FN)],
    trial: (rows, row) => ((rows.labels as Float64Array)[row] === 1 ? right(rows, row) : null),
  }),
  metric("specificity", {
    goal: "maximize",
    needs: "decisions",
    of: specificityOf,
    share: (sums) => [at(sums, TN), at(sums, TN) + at(sums, FP)],
    trial: (rows, row) => ((rows.labels as Float64Array)[row] === 0 ? right(rows, row) : null),
  }),
  metric("f1", {
    goal: "maximize",
    needs: "decisions",
    of: (sums) => ratio(2 * at(sums, TP), 2 * at(sums, TP) + at(sums, FP) + at(sums, FN)),
  }),
  metric("mcc", { goal: "maximize", needs: "decisions", range: [-1, 1], of: mccOf }),
];

function features({ rows, labels, scores, decisions }: JudgedRows): RowFeatures {
  const truth = labels as Float64Array;
  const loss = new Float64Array(rows);
  const square = new Float64Array(rows);
  const cell = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const positive = truth[row] === 1;
    cell[row] = TN + (positive ? 2 : 0) + ((decisions as Int32Array)[row] as number);
    if (scores === null) continue;
    const score = scores[row] as number;
    const given = Math.min(1 - CLIP, Math.max(CLIP, score)); // probability of the positive class, off 0 and 1
    loss[row] = positive ? -Math.log(given) : -Math.log1p(-given);
    square[row] = (score - (truth[row] as number)) ** 2;
  }
  return {
    size: 7,
    add(row, into, offset) {
      into[offset + N] = (into[offset + N] as number) + 1;
      into[offset + LOSS] = (into[offset + LOSS] as number) + (loss[row] as number);
      into[offset + SQUARE] = (into[offset + SQUARE] as number) + (square[row] as number);
      const place = offset + (cell[row] as number);
      into[place] = (into[place] as number) + 1;
    },
    dot: (row, gradient) =>
      (gradient[N] as number) +
      (gradient[LOSS] as number) * (loss[row] as number) +
      (gradient[SQUARE] as number) * (square[row] as number) +
      (gradient[cell[row] as number] as number),
  };
}

export const binary: TaskMetrics = { task: "binary", metrics: definitions, features };
