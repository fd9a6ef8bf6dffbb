import type { Gate } from "@trainyard/core";
import { type Estimators, estimators } from "../../../packages/core/src/evaluate/intervals/estimators.ts";
import { methodOf, unitsOf } from "../../../packages/core/src/evaluate/intervals/grounds.ts";
import { judgedSide } from "../../../packages/core/src/evaluate/intervals/judged-side.ts";
import { judge } from "../../../packages/core/src/evaluate/judge/judge.ts";
import { knownMetric } from "../../../packages/core/src/evaluate/metrics/metrics.ts";
import { sideStatistics } from "../../../packages/core/src/evaluate/parts/side-statistics.ts";
import { costMatrix } from "../../../packages/core/src/evaluate/rows/cost-matrix.ts";
import type { JudgedRows, Predictions } from "../../../packages/core/src/evaluate/rows/predictions.ts";
import { type Generator, generator } from "../../../packages/core/src/statistics/generator.ts";

/** Rows of a known law: what two models say of outcomes that both see with noise. */
export interface World {
  readonly task: "binary" | "multiclass" | "regression" | "ranking" | "scores";
  /** Noise of the candidate's and of the baseline's scores; the same for an equal model. */
  readonly noise: readonly [candidate: number, baseline: number];
  /** Added to the candidate's and the baseline's predictions of a regression. */
  readonly shift?: readonly [candidate: number, baseline: number];
  /** Rows that do not count alike, by a weight that has nothing to do with the rest. */
  readonly weighted?: true;
  /** Days of very different size: a few hold most rows (log-normal, σ = 1.5). */
  readonly uneven?: true;
}

export interface Drawn {
  readonly candidate: Predictions;
  readonly baseline: Predictions;
}

/** How far days move the outcomes, and how far each model by itself. */
const [DAY, OWN_DAY] = [0.5, 0.15];
const CLASSES = ["a", "b", "c"];
/** Rows of a query. */
const QUERY = 14;
/** What mistakes cost. */
export const COSTS = {
  binary: { false_positive: 1, false_negative: 4 },
  multiclass: { a: { b: 3, c: 2 }, c: { a: 5 } },
};

/**
 * Rows of `days` days; with `days` the rows of one day stand together, else every row has a day of its own. Seeded. Of a ranking, `rows` or `days` are queries.
 */
export function draw(world: World, rows: number, days: number | null, seed: number): Drawn {
  const source = generator(seed);
  const normal = normals(source);
  if (world.task === "ranking") return queries(world, days ?? rows, normal);
  const { task, noise, shift = [0, 0] } = world;
  const width = task === "multiclass" ? CLASSES.length : 1;
  const labels = new Float64Array(rows);
  const codes = new Int32Array(rows);
  const scores = noise.map(() => new Float64Array(rows * width));
  const hidden = new Float64Array(width);
  let day = { shift: 0, own: [0, 0] };
  const dayOf = world.uneven && days !== null ? unevenDays(rows, days, normal) : null;
  for (let row = 0; row < rows; row++) {
    const of = days === null ? row : (dayOf?.[row] ?? Math.floor((row * days) / rows));
    if (days === null || row === 0 || codes[row - 1] !== of)
      day = { shift: DAY * normal(), own: [OWN_DAY * normal(), OWN_DAY * normal()] };
    codes[row] = of;
    for (let k = 0; k < width; k++)
      hidden[k] = 1.2 * normal() + (k === 0 ? day.shift - (task === "binary" ? 1 : 0) : 0);
    const chances = chancesOf(task, hidden);
    labels[row] = outcome(task, chances, source, normal);
    noise.forEach((size, side) => {
      const seen = hidden.map((value, k) => value + size * normal() + (k === 0 ? (day.own[side] as number) : 0));
      const said = chancesOf(task, seen);
      if (width === 1) said[0] = (said[0] as number) + (shift[side] as number);
      (scores[side] as Float64Array).set(said, row * width);
    });
  }
  const groups =
    days === null ? null : { column: "day", codes, values: Array.from({ length: days }, (_, d) => String(d)) };
  const weights = world.weighted
    ? labels.map(() => -Math.log((1 - source.fraction()) * (1 - source.fraction())))
    : null; // Gamma(2)
  const extra = task === "regression" ? bounds(labels, scores, normal) : [{}, {}];
  const [candidate, baseline] = scores.map((given, i) => ({
    ...side(task, rows, labels, given, groups),
    weights,
    extra: extra[i] ?? {},
  })) as [Predictions, Predictions];
  return { candidate, baseline };
}

/** The day of each row, in order; two rows a day at least. */
function unevenDays(rows: number, days: number, normal: () => number): Int32Array {
  const sizes = Array.from({ length: days }, () => Math.exp(1.5 * normal()));
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const of = new Int32Array(rows).fill(days - 1);
  let [row, seen] = [0, 0];
  sizes.slice(0, -1).forEach((size, day) => {
    seen += size;
    const end = Math.min(rows - 2 * (days - 1 - day), Math.max(row + 2, Math.round((rows * seen) / all)));
    of.fill(day, row, end);
    row = end;
  });
  return of;
}

/** A naive forecast, and intervals that hold the truth nine times in ten or so. */
function bounds(labels: Float64Array, scores: readonly Float64Array[], normal: () => number): Predictions["extra"][] {
  const naive = labels.map((truth) => truth + 2 * normal());
  return scores.map((given) => ({
    y_naive: naive,
    y_lower: given.map((value) => value - 2.1),
    y_upper: given.map((value) => value + 2.1),
  }));
}

/** Queries of fourteen rows, a third of them relevant, by degrees. */
function queries({ noise }: World, count: number, normal: () => number): Drawn {
  const rows = count * QUERY;
  const labels = new Float64Array(rows);
  const codes = new Int32Array(rows);
  const scores = noise.map(() => new Float64Array(rows));
  for (let row = 0; row < rows; row++) {
    codes[row] = Math.floor(row / QUERY);
    const hidden = normal();
    const worth = hidden + normal();
    labels[row] = worth > 2 ? 2 : worth > 0.6 ? 1 : 0;
    noise.forEach((size, side) => {
      (scores[side] as Float64Array)[row] = hidden + size * normal();
    });
  }
  const groups = { column: "query", codes, values: Array.from({ length: count }, (_, query) => String(query)) };
  const [candidate, baseline] = scores.map((given) => side("ranking", rows, labels, given, groups)) as [
    Predictions,
    Predictions,
  ];
  return { candidate, baseline };
}

function chancesOf(task: World["task"], z: Float64Array): Float64Array {
  if (task === "regression") return z.map((value) => 20 + 2 * value); // far from zero, for relative errors
  if (task === "scores") return z.map((value) => Math.min(1, Math.exp(value - 2))); // leaning, and some of them full marks
  if (task === "binary") return z.map((value) => 1 / (1 + Math.exp(-value)));
  const powers = z.map((value) => Math.exp(value));
  const sum = powers.reduce((all, power) => all + power, 0);
  return powers.map((power) => power / sum);
}

function outcome(task: World["task"], chances: Float64Array, source: Generator, normal: () => number): number {
  if (task === "regression") return (chances[0] as number) + normal();
  if (task === "scores") return 0;
  if (task === "binary") return source.fraction() < (chances[0] as number) ? 1 : 0;
  let left = source.fraction();
  for (let k = 0; k < chances.length - 1; k++) {
    left -= chances[k] as number;
    if (left < 0) return k;
  }
  return chances.length - 1;
}

function side(
  task: World["task"],
  rows: number,
  labels: Float64Array,
  scores: Float64Array,
  groups: Predictions["groups"],
): Predictions {
  const classes = task === "binary" ? ["0", "1"] : task === "multiclass" ? CLASSES : [];
  return {
    path: "drawn",
    task,
    rows,
    ids: null,
    labels: task === "scores" ? null : labels,
    classes,
    scores,
    decisions: classes.length === 0 ? null : decided(task, scores, rows),
    weights: null,
    extra: {},
    groups,
    slices: [],
  };
}

function decided(task: World["task"], scores: Float64Array, rows: number): Int32Array {
  if (task === "binary") return Int32Array.from(scores, (score) => (score >= 0.5 ? 1 : 0));
  return Int32Array.from({ length: rows }, (_, row) => {
    const of = scores.subarray(row * CLASSES.length, (row + 1) * CLASSES.length);
    return of.indexOf(Math.max(...of));
  });
}

/** Box & Muller 1958. */
function normals(source: Generator): () => number {
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    const size = Math.sqrt(-2 * Math.log(1 - source.fraction()));
    const angle = 2 * Math.PI * source.fraction();
    spare = size * Math.sin(angle);
    return size * Math.cos(angle);
  };
}

const metricsOf = (names: readonly string[], task: Drawn["candidate"]["task"]) =>
  names.map((name) => knownMetric(name, task) ?? notKnown(name));

function costed<T extends JudgedRows>(rows: T): T {
  return rows.task === "binary" || rows.task === "multiclass"
    ? { ...rows, costs: costMatrix(COSTS[rows.task], rows) }
    : rows;
}

/** Intervals of metrics as `judge` computes them, without what it makes of them. */
export function estimated({ candidate, baseline }: Drawn, names: readonly string[], seed: number): Estimators[] {
  const metrics = metricsOf(names, candidate.task);
  const side = (rows: JudgedRows) => judgedSide(costed(rows), metrics, unitsOf(rows, seed));
  const method = methodOf(candidate.groups?.values.length ?? null, seed, metrics);
  return estimators(side(candidate), side(baseline), true, method);
}

/** Metrics of one side, by name. */
export function valuesOf(rows: Predictions, names: readonly string[]): Map<string, number> {
  const one = { of: new Int32Array(rows.rows), count: 1 };
  const { values } = sideStatistics(costed(rows), metricsOf(names, rows.task), one);
  return new Map(names.map((name, i) => [name, values[i] as number]));
}

function notKnown(name: string): never {
  throw new Error(`no metric ${name}`);
}

/** The whole judgement, as `evaluate` comes to it, but for what decides nothing. */
export function judged(
  { candidate, baseline }: Drawn,
  task: World["task"],
  { gates = null, metrics = [], seed }: { gates?: readonly Gate[] | null; metrics?: readonly string[]; seed: number },
) {
  const evidence = {
    candidate,
    baseline: { stored: baseline, fromJob: null },
    metrics: [],
    baselineMetrics: null,
    sameData: true,
  };
  return judge(evidence, {
    ...{ task, gates, metrics, seed, gatesAlone: true },
    costs: task === "binary" || task === "multiclass" ? COSTS[task] : null,
    ...{ alpha: 0.05, against: "production v1", noBaseline: null, unchanged: false },
  });
}
