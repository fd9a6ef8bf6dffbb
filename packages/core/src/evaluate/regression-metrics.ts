import type { JudgedRows, MetricDefinition, RowFeatures, TaskMetrics } from "./metric.ts";

/** Places in the sums: rows, error, squared, absolute and relative error, centred truth and its square. Error = prediction − truth. */
const [N, ERROR, SQUARE, ABSOLUTE, RELATIVE, TRUTH, TRUTH2] = [0, 1, 2, 3, 4, 5, 6] as const;

const at = (sums: ArrayLike<number>, place: number) => sums[place] as number;
const sums = (
  name: string,
  of: (sums: ArrayLike<number>) => number,
  rest: Partial<MetricDefinition> = {},
): MetricDefinition => ({
  name,
  goal: "minimize",
  unit: "",
  needs: "scores",
  range: [0, Number.POSITIVE_INFINITY],
  from: { kind: "sums", of },
  ...rest,
});

const definitions: readonly MetricDefinition[] = [
  sums("rmse", (all) => Math.sqrt(at(all, SQUARE) / at(all, N))),
  sums("mae", (all) => at(all, ABSOLUTE) / at(all, N)),
  sums("r2", (all) => 1 - at(all, SQUARE) / (at(all, TRUTH2) - at(all, TRUTH) ** 2 / at(all, N)), {
    goal: "maximize",
    range: [Number.NEGATIVE_INFINITY, 1],
  }),
  /** The mean error without its sign: how far predictions are off as a whole. */
  sums("bias", (all) => Math.abs(at(all, ERROR) / at(all, N))),
  sums("mape", (all) => at(all, RELATIVE) / at(all, N)),
];

function features({ rows, labels, scores }: JudgedRows): RowFeatures {
  const truth = labels as Float64Array;
  const predicted = scores as Float64Array;
  let centre = 0; // r2 does not depend on it; the sums keep their digits with it
  for (let row = 0; row < rows; row++) centre += (truth[row] as number) / rows;
  const each = (row: number, visit: (place: number, value: number) => void) => {
    const error = (predicted[row] as number) - (truth[row] as number);
    const centred = (truth[row] as number) - centre;
    visit(N, 1);
    visit(ERROR, error);
    visit(SQUARE, error * error);
    visit(ABSOLUTE, Math.abs(error));
    visit(RELATIVE, Math.abs(error) / Math.max(Number.EPSILON, Math.abs(truth[row] as number)));
    visit(TRUTH, centred);
    visit(TRUTH2, centred * centred);
  };
  return {
    size: 7,
    add: (row, into, offset) =>
      each(row, (place, value) => {
        into[offset + place] = (into[offset + place] as number) + value;
      }),
    dot(row, gradient) {
      let sum = 0;
      each(row, (place, value) => {
        sum += (gradient[place] as number) * value;
      });
      return sum;
    },
  };
}

export const regression: TaskMetrics = { task: "regression", metrics: definitions, features };
