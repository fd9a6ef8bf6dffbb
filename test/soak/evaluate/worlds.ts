import type { Gate } from "@trainyard/core";
import { judge } from "../../../packages/core/src/evaluate/judge/judge.ts";
import type { Predictions } from "../../../packages/core/src/evaluate/rows/predictions.ts";
import { type Generator, generator } from "../../../packages/core/src/statistics/generator.ts";

/** Rows of a known law: what two models say of outcomes that both see with noise. */
export interface World {
  readonly task: "binary" | "multiclass" | "regression";
  /** Noise of the candidate's and of the baseline's scores; the same for an equal model. */
  readonly noise: readonly [candidate: number, baseline: number];
}

export interface Drawn {
  readonly candidate: Predictions;
  readonly baseline: Predictions;
}

/** How far days move the outcomes, and how far each model by itself. */
const [DAY, OWN_DAY] = [0.5, 0.15];
const CLASSES = ["a", "b", "c"];

/** Rows of `days` days; with `groups` the rows of one day stand together, else every row has a day of its own. Seeded. */
export function draw(world: World, rows: number, days: number | null, seed: number): Drawn {
  const source = generator(seed);
  const normal = normals(source);
  const { task, noise } = world;
  const width = task === "multiclass" ? CLASSES.length : 1;
  const labels = new Float64Array(rows);
  const codes = new Int32Array(rows);
  const scores = noise.map(() => new Float64Array(rows * width));
  const hidden = new Float64Array(width);
  let day = { shift: 0, own: [0, 0] };
  for (let row = 0; row < rows; row++) {
    const of = days === null ? row : Math.floor((row * days) / rows);
    if (days === null || row === 0 || codes[row - 1] !== of)
      day = { shift: DAY * normal(), own: [OWN_DAY * normal(), OWN_DAY * normal()] };
    codes[row] = of;
    for (let k = 0; k < width; k++)
      hidden[k] = 1.2 * normal() + (k === 0 ? day.shift - (task === "binary" ? 1 : 0) : 0);
    const chances = chancesOf(task, hidden);
    labels[row] = outcome(task, chances, source, normal);
    noise.forEach((size, side) => {
      const seen = hidden.map((value, k) => value + size * normal() + (k === 0 ? (day.own[side] as number) : 0));
      (scores[side] as Float64Array).set(chancesOf(task, seen), row * width);
    });
  }
  const groups =
    days === null ? null : { column: "day", codes, values: Array.from({ length: days }, (_, d) => String(d)) };
  const [candidate, baseline] = scores.map((given) => side(task, rows, labels, given, groups)) as [
    Predictions,
    Predictions,
  ];
  return { candidate, baseline };
}

function chancesOf(task: World["task"], z: Float64Array): Float64Array {
  if (task === "regression") return z;
  if (task === "binary") return z.map((value) => 1 / (1 + Math.exp(-value)));
  const powers = z.map((value) => Math.exp(value));
  const sum = powers.reduce((all, power) => all + power, 0);
  return powers.map((power) => power / sum);
}

function outcome(task: World["task"], chances: Float64Array, source: Generator, normal: () => number): number {
  if (task === "regression") return (chances[0] as number) + normal();
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
    labels,
    classes,
    scores,
    decisions: task === "regression" ? null : decided(task, scores, rows),
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

/** The whole judgement, as `evaluate` comes to it. */
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
    ...{ task, gates, metrics, seed },
    ...{ alpha: 0.05, against: "production v1", noBaseline: null, unchanged: false },
  });
}
