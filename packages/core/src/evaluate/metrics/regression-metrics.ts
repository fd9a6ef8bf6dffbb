import type { JudgedRows } from "../rows/predictions.ts";
import { family, hits, POSITIVE, ratio, sums } from "./define.ts";
import type { Bins, MetricDefinition, RowFeatures, TaskMetrics } from "./metric.ts";

/** Places in the sums: rows, error, squared, absolute and relative error, centred truth and its square. Error = prediction − truth. */
const [N, ERROR, SQUARE, ABSOLUTE, RELATIVE, TRUTH, TRUTH2] = [0, 1, 2, 3, 4, 5, 6] as const;

const at = (sums: ArrayLike<number>, place: number) => sums[place] as number;
const less = { goal: "minimize", range: POSITIVE } as const;

/** A number of every row, from its error (prediction − truth), its truth and its prediction. */
const each = (of: (error: number, truth: number, predicted: number) => number) => (rows: JudgedRows) => {
  const truth = rows.labels as Float64Array;
  return (rows.scores as Float64Array).map((predicted, row) =>
    of(predicted - (truth[row] as number), truth[row] as number, predicted),
  );
};
const absolute = each((error) => Math.abs(error));
const squared = each((error) => error * error);
/** scikit-learn's share of the truth, which it moves off zero. */
const relative = (error: number, truth: number) => Math.abs(error) / Math.max(Number.EPSILON, Math.abs(truth));
const mean = (of: (rows: JudgedRows) => Float64Array) => (rows: JudgedRows) => ({ above: of(rows), below: null });

/** The median of the bins' key; where half the weight ends with a bin, half way to the next (numpy's convention). */
function medianOf({ bins, rows, low, high }: Bins): number {
  const half = rows.reduce((sum, weight) => sum + weight, 0) / 2;
  let seen = 0;
  for (let bin = 0; bin < bins; bin++) {
    const weight = rows[bin] as number;
    const [from, to] = [low[bin] as number, high[bin] as number];
    if (weight > 0 && seen + weight > half * (1 + 1e-12)) return to - (to - from) * ((half - seen) / weight);
    seen += weight;
    if (Math.abs(seen - half) <= 1e-12 * half) {
      const next = rows.findIndex((more, i) => i > bin && more > 0);
      return next < 0 ? from : (from + (high[next] as number)) / 2;
    }
  }
  return Number.NaN;
}

const definitions: readonly MetricDefinition[] = [
  sums("rmse", (all) => Math.sqrt(at(all, SQUARE) / at(all, N)), { ...less, each: squared }),
  sums("mae", (all) => at(all, ABSOLUTE) / at(all, N), { ...less, each: absolute }),
  sums("r2", (all) => 1 - at(all, SQUARE) / (at(all, TRUTH2) - at(all, TRUTH) ** 2 / at(all, N)), {
    range: [Number.NEGATIVE_INFINITY, 1],
    each: squared,
  }),
  /** The mean error without its sign: how far predictions are off as a whole. */
  sums("bias", (all) => Math.abs(at(all, ERROR) / at(all, N)), {
    ...less,
    signed: { kind: "sums", of: (all) => at(all, ERROR) / at(all, N) },
  }),
  sums("mape", (all) => at(all, RELATIVE) / at(all, N), { ...less, each: each(relative) }),
  sums("mse", (all) => at(all, SQUARE) / at(all, N), { ...less, each: squared }),
  {
    name: "median_absolute_error",
    unit: "",
    jumps: true,
    needs: "scores",
    ...less,
    from: { kind: "bins", key: absolute, of: medianOf },
  },
  /** 2|error| / (|truth| + |prediction|), 0 where both are 0 (Makridakis 1993). */
  ratio(
    "smape",
    mean(
      each((error, truth, predicted) =>
        error === 0 ? 0 : (2 * Math.abs(error)) / (Math.abs(truth) + Math.abs(predicted)),
      ),
    ),
    {
      goal: "minimize",
      range: [0, 2],
    },
  ),
  {
    name: "max_error",
    unit: "",
    needs: "scores",
    ...less,
    from: { kind: "extreme", of: (rows) => absolute(rows).reduce((most, error) => Math.max(most, error), 0) },
  },
  /** The errors' mean against that of the naive forecast in the column y_naive (Hyndman & Koehler 2006, on the judged rows). */
  ratio(
    "mase",
    (rows) => ({
      above: absolute(rows),
      below: (rows.extra.y_naive as Float64Array).map((naive, row) =>
        Math.abs(naive - ((rows.labels as Float64Array)[row] as number)),
      ),
    }),
    { ...less, needs: ["y_naive"] },
  ),
  /** Share of rows whose truth lies in [y_lower, y_upper]. */
  hits(
    "coverage",
    mean((rows) =>
      (rows.labels as Float64Array).map((truth, row) =>
        truth >= (rows.extra.y_lower?.[row] as number) && truth <= (rows.extra.y_upper?.[row] as number) ? 1 : 0,
      ),
    ),
    { needs: ["y_lower", "y_upper"] },
  ),
];

function features({ rows, labels, scores }: JudgedRows): RowFeatures {
  const truth = labels as Float64Array;
  const predicted = scores as Float64Array;
  let centre = 0; // r2 does not depend on it; the sums keep their digits with it
  for (let row = 0; row < rows; row++) centre += (truth[row] as number) / rows;
  const eachPlace = (row: number, visit: (place: number, value: number) => void) => {
    const error = (predicted[row] as number) - (truth[row] as number);
    const centred = (truth[row] as number) - centre;
    visit(N, 1);
    visit(ERROR, error);
    visit(SQUARE, error * error);
    visit(ABSOLUTE, Math.abs(error));
    visit(RELATIVE, relative(error, truth[row] as number));
    visit(TRUTH, centred);
    visit(TRUTH2, centred * centred);
  };
  return {
    size: 7,
    add: (row, weight, into, offset) =>
      eachPlace(row, (place, value) => {
        into[offset + place] = (into[offset + place] as number) + weight * value;
      }),
    dot(row, gradient) {
      let sum = 0;
      eachPlace(row, (place, value) => {
        sum += (gradient[place] as number) * value;
      });
      return sum;
    },
  };
}

export const regression: TaskMetrics = {
  task: "regression",
  metrics: definitions,
  families: [
    /** The loss of predictions that are a quantile: Q·(−error) below the truth, (1 − Q)·error above. */
    family(
      "pinball@Q",
      (value) => value > 0 && value < 1,
      (name, q) => ratio(name, mean(each((error) => (error < 0 ? -q * error : (1 - q) * error))), less),
    ),
  ],
  features,
};
