import { CLIP } from "./binary-metrics.ts";
import type { JudgedRows, MetricDefinition, RowFeatures, TaskMetrics } from "./metric.ts";

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

const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
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
  return ratio(hits * n - cross, Math.sqrt((n * n - decided) * (n * n - actual)));
}

const sums = (
  name: string,
  of: (sums: ArrayLike<number>) => number,
  range: readonly [number, number] = [0, 1],
): MetricDefinition => ({
  name,
  goal: "maximize",
  unit: "",
  needs: "decisions",
  range,
  from: { kind: "sums", of },
});

const definitions: readonly MetricDefinition[] = [
  {
    name: "log_loss",
    goal: "minimize",
    unit: "nats",
    needs: "scores",
    range: [0, Number.POSITIVE_INFINITY],
    from: { kind: "sums", of: (sums) => (sums[LOSS] as number) / (sums[N] as number) },
  },
  { name: "roc_auc_ovr", goal: "maximize", unit: "", needs: "scores", range: [0, 1], from: { kind: "roc-auc-ovr" } },
  {
    name: "accuracy",
    goal: "maximize",
    unit: "",
    needs: "decisions",
    range: [0, 1],
    from: {
      kind: "sums",
      of: (sums) => hitsOf(sums) / (sums[N] as number),
      share: (sums) => [hitsOf(sums), sums[N] as number],
      trial: (rows, row) => (rows.decisions as Int32Array)[row] === (rows.labels as Float64Array)[row],
    },
  },
  sums("balanced_accuracy", (all) =>
    mean(
      tallies(all)
        .filter((tally) => tally.actual !== 0)
        .map((tally) => tally.hits / tally.actual),
    ),
  ),
  sums(
    "f1_macro",
    macro((tally) => ratio(2 * tally.hits, tally.decided + tally.actual)),
  ),
  sums(
    "precision_macro",
    macro((tally) => ratio(tally.hits, tally.decided)),
  ),
  sums(
    "recall_macro",
    macro((tally) => ratio(tally.hits, tally.actual)),
  ),
  sums("mcc", mccOf, [-1, 1]),
];

function features({ rows, classes, labels, scores, decisions }: JudgedRows): RowFeatures {
  const count = classes.length;
  const truth = labels as Float64Array;
  const decided = decisions as Int32Array;
  const loss = new Float64Array(rows);
  if (scores !== null) {
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let k = 0; k < count; k++) sum += scores[row * count + k] as number;
      const given = (scores[row * count + (truth[row] as number)] as number) / sum;
      loss[row] = -Math.log(Math.min(1 - CLIP, Math.max(CLIP, given)));
    }
  }
  return {
    size: FIRST + 3 * count,
    add(row, into, offset) {
      into[offset + N] = (into[offset + N] as number) + 1;
      into[offset + LOSS] = (into[offset + LOSS] as number) + (loss[row] as number);
      const start = offset + FIRST;
      const [actual, chosen] = [truth[row] as number, decided[row] as number];
      if (actual === chosen) into[start + actual] = (into[start + actual] as number) + 1;
      into[start + count + chosen] = (into[start + count + chosen] as number) + 1;
      into[start + 2 * count + actual] = (into[start + 2 * count + actual] as number) + 1;
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

export const multiclass: TaskMetrics = { task: "multiclass", metrics: definitions, features };
