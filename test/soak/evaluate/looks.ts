import { atLeast, atMost, type Figure } from "../../../bench/figure.ts";
import { fairness } from "../../../packages/core/src/evaluate/look/fairness.ts";
import { weakSlices } from "../../../packages/core/src/evaluate/look/weak-slices.ts";
import type { MetricDefinition } from "../../../packages/core/src/evaluate/metrics/metric.ts";
import { knownMetric } from "../../../packages/core/src/evaluate/metrics/metrics.ts";
import type { Factor } from "../../../packages/core/src/evaluate/rows/factor.ts";
import type { JudgedRows } from "../../../packages/core/src/evaluate/rows/predictions.ts";
import { type Generator, generator } from "../../../packages/core/src/statistics/generator.ts";

/** Values of five columns to look into; none has anything to do with the outcome. */
const COLUMNS = [4, 3, 6, 2, 10];
/** Recall of three groups, and their sizes: 0.2 apart, a ratio of 0.75. */
const RECALLS = [0.8, 0.8, 0.6];
const SIZES = [240, 160, 120];

interface Cell {
  readonly name: string;
  readonly rows: number;
  readonly perDay: number | null;
}

const NULLS: readonly Cell[] = [
  { name: "200 rows", rows: 200, perDay: null },
  { name: "2,000 rows", rows: 2_000, perDay: null },
  { name: "20,000 rows", rows: 20_000, perDay: null },
  { name: "28 days of 50 rows that move together", rows: 1_400, perDay: 50 },
  { name: "100 days of 50 rows that move together", rows: 5_000, perDay: 50 },
];

/**
 * How often the search for weak slices confirms one where there is none, on both of its claims at once; and how often the intervals of a disparity hold the
 * true one. `count` says how many of so many repetitions are made.
 */
export function soakLooks(count: (repetitions: number) => number, seed: number): Figure[] {
  return [
    ...NULLS.map((cell) => falseSlices(cell, count(cell.rows > 10_000 ? 1_000 : 4_000), seed)),
    ...[null, 45, 20].flatMap((days) => disparities(days, count(days === null ? 400 : 1_000), seed)),
  ];
}

const errors = (share: number, repetitions: number) => 300 * Math.sqrt((share * (1 - share)) / repetitions);
const percent = (hits: number, of: number) => Math.round((10_000 * hits) / of) / 100;

function falseSlices({ name, rows, perDay }: Cell, repetitions: number, seed: number): Figure {
  let alarms = 0;
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    const source = generator(seed + repetition);
    const slices = COLUMNS.map((values, k) => factor(`c${k}`, rows, values, source));
    const [labels, ours, theirs] = [new Float64Array(rows), new Float64Array(rows), new Float64Array(rows)];
    let day = 0;
    for (let row = 0; row < rows; row++) {
      if (perDay !== null && row % perDay === 0) day = 0.6 * (source.fraction() - 0.5);
      const chance = source.fraction();
      labels[row] = source.fraction() < chance ? 1 : 0;
      const seen = () => Math.min(0.98, Math.max(0.02, chance + day + 0.2 * (source.fraction() - 0.5)));
      ours[row] = seen();
      theirs[row] = seen();
    }
    const days = perDay === null ? null : daysOf(rows, perDay);
    const side = (scores: Float64Array) => binary(labels, scores, days);
    const candidate = { ...side(ours), slices };
    const score = { name: "score", goal: "maximize" as const };
    const found = weakSlices({ candidate, baseline: side(theirs), score, alpha: 0.05, seed: repetition });
    if ((found?.confirmed.length ?? 0) > 0) alarms++;
  }
  const limit = Math.round(100 * (5 + errors(0.05, repetitions))) / 100;
  return atMost(limit, {
    name: `weak slices where there are none, ${name}`,
    value: percent(alarms, repetitions),
    unit: "%",
  });
}

function disparities(days: number | null, repetitions: number, seed: number): Figure[] {
  const recall = knownMetric("recall", "binary") as MetricDefinition;
  let [held, ratios, above] = [0, 0, 0];
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    const source = generator(seed + 9_000_000 + repetition);
    const codes = Int32Array.from(SIZES.flatMap((size, group) => Array.from({ length: size }, () => group)));
    const labels = Float64Array.from(codes, (_, row) => row & 1);
    const scores = Float64Array.from(codes, (group, row) =>
      labels[row] === 1 && source.fraction() < (RECALLS[group] as number) ? 0.9 : 0.1,
    );
    const of = days === null ? null : factor("day", codes.length, days, source);
    const sensitive: Factor = { column: "sex", codes, values: ["a", "b", "c"] };
    const rows = { candidate: binary(labels, scores, of), baseline: null, alpha: 0.05, seed: repetition };
    const { candidate } = fairness(sensitive, recall, rows);
    const [low, high] = candidate?.difference.interval ?? [1, 0];
    const [least, most] = candidate?.ratio?.interval ?? [1, 0];
    if (low <= 0.2 && 0.2 <= high) held++;
    if (least <= 0.75 && 0.75 <= most) ratios++;
    if (low > 0.2) above++;
  }
  const by = days === null ? "rows" : `${days} days`;
  const least = Math.round(100 * (95 - errors(0.05, repetitions))) / 100;
  return [
    atLeast(least, { name: `disparity, difference, ${by}`, value: percent(held, repetitions), unit: "%" }),
    atLeast(least, { name: `disparity, ratio, ${by}`, value: percent(ratios, repetitions), unit: "%" }),
    atMost(Math.round(100 * (2.5 + errors(0.025, repetitions))) / 100, {
      name: `disparity: fails a difference of exactly its limit, ${by}`,
      value: percent(above, repetitions),
      unit: "%",
    }),
  ];
}

function factor(column: string, rows: number, values: number, source: Generator): Factor {
  const codes = Int32Array.from({ length: rows }, () => source.below(values));
  return { column, codes, values: Array.from({ length: values }, (_, v) => String(v)) };
}

function daysOf(rows: number, perDay: number): Factor {
  const values = Array.from({ length: Math.ceil(rows / perDay) }, (_, day) => String(day));
  return { column: "day", codes: Int32Array.from({ length: rows }, (_, row) => Math.floor(row / perDay)), values };
}

function binary(labels: Float64Array, scores: Float64Array, groups: Factor | null): JudgedRows {
  return {
    task: "binary",
    rows: labels.length,
    classes: ["0", "1"],
    labels,
    scores,
    decisions: Int32Array.from(scores, (score) => (score >= 0.5 ? 1 : 0)),
    weights: null,
    extra: {},
    groups,
  };
}
