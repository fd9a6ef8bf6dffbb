import type { JudgedRows } from "../rows/predictions.ts";
import { CLIP } from "./binary-metrics.ts";
import { POSITIVE, share, sums } from "./define.ts";
import type { MetricDefinition, RowFeatures, TaskMetrics } from "./metric.ts";
import { coverageError, rankingPrecision } from "./multilabel-ranking.ts";

/** Rows with several labels. Places in the sums: rows; what each row adds to a mean over rows; then hits, decided and true of every label. */
const [N, EXACT, WRONG, LOSS, PRECISION, RECALL, F1, JACCARD, LRAP, COVERAGE, FIRST] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
] as const;

type All = ArrayLike<number>;

interface Tally {
  readonly hits: number;
  readonly decided: number;
  readonly actual: number;
}

const precisionOf = ({ hits, decided }: Tally) => share(hits, decided);
const recallOf = ({ hits, actual }: Tally) => share(hits, actual);
const f1Of = ({ hits, decided, actual }: Tally) => share(2 * hits, decided + actual);

function tallies(all: All): Tally[] {
  const count = (all.length - FIRST) / 3;
  const at = (block: number, k: number) => all[FIRST + block * count + k] as number;
  return Array.from({ length: count }, (_, k) => ({ hits: at(0, k), decided: at(1, k), actual: at(2, k) }));
}

const overRows = (place: number) => (all: All) => (all[place] as number) / (all[N] as number);
const micro = (of: (tally: Tally) => number) => (all: All) => of(tallies(all).reduce(added));
const macro = (of: (tally: Tally) => number) => (all: All) => {
  const each = tallies(all);
  return each.reduce((sum, tally) => sum + of(tally), 0) / each.length;
};
/** By the rows that truly have a label. */
const weighted = (of: (tally: Tally) => number) => (all: All) => {
  const each = tallies(all);
  return share(
    each.reduce((sum, tally) => sum + tally.actual * of(tally), 0),
    each.reduce((sum, { actual }) => sum + actual, 0),
  );
};

function added(a: Tally, b: Tally): Tally {
  return { hits: a.hits + b.hits, decided: a.decided + b.decided, actual: a.actual + b.actual };
}

const decided = { needs: "decisions" } as const;
const averages = (name: string, of: (tally: Tally) => number, place: number): MetricDefinition[] => [
  sums(`${name}_macro`, macro(of), decided),
  sums(`${name}_micro`, micro(of), decided),
  sums(`${name}_weighted`, weighted(of), decided),
  sums(`${name}_samples`, overRows(place), decided),
];

const definitions: readonly MetricDefinition[] = [
  sums("log_loss", overRows(LOSS), { goal: "minimize", unit: "nats", range: POSITIVE }),
  {
    name: "roc_auc_macro",
    goal: "maximize",
    unit: "",
    needs: "scores",
    range: [0, 1],
    from: { kind: "roc-auc-macro" },
  },
  {
    name: "average_precision_macro",
    goal: "maximize",
    unit: "",
    needs: "scores",
    range: [0, 1],
    from: { kind: "average-precision-macro" },
  },
  ...averages("f1", f1Of, F1),
  ...averages("precision", precisionOf, PRECISION),
  ...averages("recall", recallOf, RECALL),
  sums("jaccard_samples", overRows(JACCARD), decided),
  sums("hamming_loss", overRows(WRONG), { ...decided, goal: "minimize" }),
  sums("accuracy", overRows(EXACT), {
    ...decided,
    share: (all) => [all[EXACT] as number, all[N] as number],
    trial: (rows, row) => isExact(rows, row),
  }),
  sums("label_ranking_average_precision", overRows(LRAP)),
  sums("coverage_error", overRows(COVERAGE), { goal: "minimize", unit: "labels", range: POSITIVE }),
];

/** Every label of the row is right. */
function isExact({ classes, labels, decisions }: JudgedRows, row: number): boolean {
  for (let cell = row * classes.length; cell < (row + 1) * classes.length; cell++)
    if ((labels as Float64Array)[cell] !== (decisions as Int32Array)[cell]) return false;
  return true;
}

/** What a row adds to means over rows, at the places from EXACT on: 9 numbers a row. */
function perRow(rows: JudgedRows): Float64Array {
  const { labels, decisions, scores, classes } = rows;
  const count = classes.length;
  const width = FIRST - EXACT;
  const [truth, chosen] = [labels as Float64Array, decisions as Int32Array];
  const values = new Float64Array(rows.rows * width);
  const put = (row: number, place: number, value: number) => {
    values[row * width + place - EXACT] = value;
  };
  for (let row = 0; row < rows.rows; row++) {
    const start = row * count;
    let [hits, ours, actual, loss] = [0, 0, 0, 0];
    for (let cell = start; cell < start + count; cell++) {
      const label = truth[cell] as number;
      hits += label * (chosen[cell] as number);
      ours += chosen[cell] as number;
      actual += label;
      if (scores === null) continue;
      const given = label === 1 ? (scores[cell] as number) : 1 - (scores[cell] as number);
      loss -= Math.log(Math.min(1 - CLIP, Math.max(CLIP, given)));
    }
    const wrong = ours + actual - 2 * hits;
    put(row, EXACT, wrong === 0 ? 1 : 0);
    put(row, WRONG, wrong / count);
    put(row, LOSS, loss / count);
    put(row, PRECISION, share(hits, ours));
    put(row, RECALL, share(hits, actual));
    put(row, F1, share(2 * hits, ours + actual));
    put(row, JACCARD, share(hits, ours + actual - hits));
    if (scores === null) continue;
    put(row, LRAP, rankingPrecision(truth, scores, start, count));
    put(row, COVERAGE, coverageError(truth, scores, start, count));
  }
  return values;
}

function features(rows: JudgedRows): RowFeatures {
  const { classes, labels, decisions } = rows;
  const count = classes.length;
  const width = FIRST - EXACT;
  const [truth, chosen] = [labels as Float64Array, decisions as Int32Array];
  const values = perRow(rows);
  return {
    size: FIRST + 3 * count,
    add(row, weight, into, offset) {
      into[offset + N] = (into[offset + N] as number) + weight;
      for (let k = 0; k < width; k++)
        into[offset + EXACT + k] = (into[offset + EXACT + k] as number) + weight * (values[row * width + k] as number);
      for (let k = 0, cell = row * count, to = offset + FIRST; k < count; k++, cell++, to++) {
        const [actual, ours] = [truth[cell] as number, chosen[cell] as number];
        into[to] = (into[to] as number) + weight * actual * ours;
        into[to + count] = (into[to + count] as number) + weight * ours;
        into[to + 2 * count] = (into[to + 2 * count] as number) + weight * actual;
      }
    },
    dot(row, gradient) {
      let sum = gradient[N] as number;
      for (let k = 0; k < width; k++) sum += (gradient[EXACT + k] as number) * (values[row * width + k] as number);
      for (let k = 0, cell = row * count; k < count; k++, cell++) {
        const [actual, ours] = [truth[cell] as number, chosen[cell] as number];
        if (actual === 1 && ours === 1) sum += gradient[FIRST + k] as number;
        if (ours === 1) sum += gradient[FIRST + count + k] as number;
        if (actual === 1) sum += gradient[FIRST + 2 * count + k] as number;
      }
      return sum;
    },
  };
}

/** As scikit-learn defines them on a matrix of labels; zero_division=0. */
export const multilabel: TaskMetrics = { task: "multilabel", metrics: definitions, families: [], features };
