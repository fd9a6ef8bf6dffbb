/** Reports as the real `judge` makes them, on small seeded data: they cannot drift from the code. */
import { Gate } from "../../packages/core/src/config/config.ts";
import { FairnessRule } from "../../packages/core/src/config/fairness-rule.ts";
import type { Task } from "../../packages/core/src/config/task.ts";
import type { Column } from "../../packages/core/src/data/table.ts";
import type { EvaluationReport } from "../../packages/core/src/evaluate/evaluation-report.ts";
import { judge } from "../../packages/core/src/evaluate/judge/judge.ts";
import type { Evidence, JudgeSettings } from "../../packages/core/src/evaluate/judge/judgement.ts";
import { type Predictions, readPredictions } from "../../packages/core/src/evaluate/rows/predictions.ts";
import { type Generator, generator } from "../../packages/core/src/statistics/generator.ts";
import { evaluation } from "./build.ts";

const ORIGINS = ["ATL", "ORD", "DFW", "LAX", "DEN", "PHX"];
const DAYPARTS = ["morning", "noon", "late"];

const numbers = (values: ArrayLike<number>): Column => ({
  type: "number",
  values: Float64Array.from(values),
  nulls: null,
});
function texts(values: readonly string[]): Column {
  const dictionary = [...new Set(values)];
  return { type: "text", codes: Int32Array.from(values, (value) => dictionary.indexOf(value)), dictionary };
}
const squash = (z: number) => 1 / (1 + Math.exp(-z));
function normals(source: Generator): () => number {
  return () => Array.from({ length: 12 }, () => source.fraction()).reduce((sum, one) => sum + one, -6);
}

type Columns = Readonly<Record<string, Column>>;
interface Sides {
  /** What both sides' files hold: ids, truth, groups, slices. */
  readonly shared: Columns;
  readonly ours: Columns;
  readonly theirs: Columns;
}
interface Flight {
  readonly origin: string;
  readonly daypart: string;
  readonly sex: string;
}

/** Flights of a day's group each; `noise` of both models' scores, or a function of the flight. */
function flights(
  rows: number,
  {
    seed = 1,
    noise = [0.5, 0.7],
    rate = -1,
    days = 40,
    shift = () => 0,
  }: {
    seed?: number;
    noise?: readonly [number | ((flight: Flight) => number), number];
    rate?: number;
    days?: number;
    shift?: (flight: Flight) => number;
  } = {},
): Sides {
  const source = generator(seed);
  const normal = normals(source);
  const made = Array.from({ length: rows }, (_, row) => {
    const pick = (list: readonly string[]) => list[source.below(list.length)] as string;
    const flight: Flight = { origin: pick(ORIGINS), daypart: pick(DAYPARTS), sex: pick(["F", "M"]) };
    const hidden = 1.3 * normal() + rate;
    const [own, other] = noise;
    const blur = typeof own === "number" ? own : own(flight);
    return {
      ...flight,
      day: Math.floor((row * days) / rows),
      truth: source.fraction() < squash(hidden) ? 1 : 0,
      ours: squash(hidden + blur * normal() + shift(flight)),
      theirs: squash(hidden + other * normal()),
    };
  });
  return {
    shared: {
      id: texts(made.map((_, row) => `AA-${String(1000 + row)}`)),
      date: numbers(made.map(({ day }) => day)),
      y_true: numbers(made.map(({ truth }) => truth)),
      origin: texts(made.map(({ origin }) => origin)),
      daypart: texts(made.map(({ daypart }) => daypart)),
      sex: texts(made.map(({ sex }) => sex)),
    },
    ours: { y_score: numbers(made.map(({ ours }) => ours)) },
    theirs: { y_score: numbers(made.map(({ theirs }) => theirs)) },
  };
}

interface Asked {
  readonly task?: Task;
  readonly groups?: string | null;
  readonly slices?: readonly string[];
  readonly gates?: readonly object[] | null;
  readonly fairness?: readonly object[];
  readonly evidence?: Partial<Evidence>;
  readonly settings?: Partial<JudgeSettings>;
  readonly report?: Partial<EvaluationReport>;
}

function read(columns: Columns, { task = "binary", groups = null, slices = [] }: Asked): Predictions {
  const first = Object.values(columns)[0] as Column;
  const rows = first.type === "text" ? first.codes.length : first.values.length;
  return readPredictions({ rows, columns: new Map(Object.entries(columns)) }, "predictions.parquet", {
    task,
    groups,
    slices,
    weights: ["sample_weight"],
    labels: "required",
  });
}

/** A whole report: judged rows in the frame of the gallery's first one. */
function judged(model: string, sides: Sides, asked: Asked): EvaluationReport {
  const { task = "binary", gates = null, fairness = [] } = asked;
  const candidate = read({ ...sides.shared, ...sides.ours }, asked);
  const stored = read({ ...sides.shared, ...sides.theirs }, asked);
  const first = asked.settings?.noBaseline === "never-held";
  const judgement = judge(
    {
      candidate,
      baseline: first ? null : { stored, fromJob: null },
      metrics: [],
      baselineMetrics: null,
      sameData: true,
      ...asked.evidence,
    },
    {
      task,
      gates: gates?.map((gate) => Gate.parse(gate)) ?? null,
      fairness: fairness.map((rule) => FairnessRule.parse(rule)),
      alpha: 0.05,
      seed: 7,
      against: first ? "production" : "production v1",
      noBaseline: null,
      unchanged: false,
      ...asked.settings,
    },
  );
  const { thresholds: _, ...frame } = evaluation(); // made up, and of two classes
  const rows = { path: "predictions.parquet", digest: frame.candidate.rootDigest ?? "", rows: candidate.rows };
  return {
    ...frame,
    model,
    task,
    ...judgement,
    candidate: { ...frame.candidate, predictions: rows },
    baseline: first || frame.baseline === null ? null : { ...frame.baseline, predictions: rows },
    data: { path: "data/evaluation.parquet", rows: candidate.rows, digest: frame.data?.digest ?? null },
    changes: first ? [] : frame.changes,
    ...asked.report,
  };
}

const slices = ["origin", "daypart"];
const better = { metric: "log_loss", "improve-by": 0 };

/** Three kinds of delay, and their probabilities by both models. */
function kinds(classes: readonly string[], rows: number, seed: number, noise: readonly [number, number]): Sides {
  const source = generator(seed);
  const normal = normals(source);
  const pick = (list: readonly string[]) => list[source.below(list.length)] as string;
  const truth: string[] = [];
  const scores = noise.map(() => classes.map(() => new Float64Array(rows)));
  for (let row = 0; row < rows; row++) {
    const hidden = classes.map(() => 1.6 * normal());
    const powers = hidden.map((z) => Math.exp(z));
    let left = source.fraction() * powers.reduce((sum, one) => sum + one, 0);
    const drawn = powers.findIndex((power) => {
      left -= power;
      return left < 0;
    });
    truth.push(classes[Math.max(0, drawn)] as string);
    noise.forEach((size, side) => {
      const seen = hidden.map((z) => Math.exp(z + size * normal()));
      const sum = seen.reduce((all, one) => all + one, 0);
      seen.forEach((one, k) => {
        (scores[side]?.[k] as Float64Array)[row] = one / sum;
      });
    });
  }
  const of = (side: number): Columns =>
    Object.fromEntries(classes.map((name, k) => [`y_score.${name}`, numbers(scores[side]?.[k] as Float64Array)]));
  return {
    shared: {
      id: numbers(truth.map((_, row) => row + 1)),
      y_true: texts(truth),
      origin: texts(truth.map(() => pick(ORIGINS))),
    },
    ours: of(0),
    theirs: of(1),
  };
}

/** Articles with any number of three topics, a column each. */
function topics(rows: number): Sides {
  const source = generator(51);
  const normal = normals(source);
  const names = ["politics", "sports", "</b> @team"];
  const hidden = names.map(() => Float64Array.from({ length: rows }, () => 1.4 * normal() - 0.7));
  const columns = (prefix: string, of: (z: number) => number): Columns =>
    Object.fromEntries(names.map((name, k) => [`${prefix}.${name}`, numbers((hidden[k] as Float64Array).map(of))]));
  return {
    shared: {
      id: numbers(Array.from({ length: rows }, (_, row) => row)),
      ...columns("y_true", (z) => (source.fraction() < squash(z) ? 1 : 0)),
      desk: texts(Array.from({ length: rows }, () => ["day", "night"][source.below(2)] as string)),
    },
    ours: columns("y_score", (z) => squash(z + 0.4 * normal())),
    theirs: columns("y_score", (z) => squash(z + 0.8 * normal())),
  };
}

/** Minutes of a delivery by both models. */
function minutes(rows: number): Sides {
  const source = generator(12);
  const normal = normals(source);
  const truth = Float64Array.from({ length: rows }, () => Math.max(4, 32 + 11 * normal()));
  const side = (noise: number, tilt: number) => truth.map((value) => value + noise * normal() + tilt * (value - 32));
  return {
    shared: {
      id: texts(Array.from(truth, (_, row) => `order-${row + 1}`)),
      y_true: numbers(truth),
      city: texts(Array.from(truth, () => ["Lyon", "Nice", "Paris"][source.below(3)] as string)),
      distance: numbers(Array.from(truth, (value) => value / 9 + source.fraction())),
    },
    ours: { y_pred: numbers(side(6, -0.05)) },
    theirs: { y_pred: numbers(side(7.2, -0.16)) },
  };
}

/** Documents of some queries: relevance of 0 … 3, scores of both models. */
function documents(): Sides {
  const source = generator(21);
  const normal = normals(source);
  const truth = Array.from({ length: 1_200 }, () => source.below(4));
  const side = (noise: number) => numbers(truth.map((value) => value + noise * normal()));
  return {
    shared: {
      id: numbers(truth.map((_, row) => row)),
      query_id: numbers(truth.map((_, row) => Math.floor(row / 12))),
      y_true: numbers(truth),
    },
    ours: { y_score: side(1.2) },
    theirs: { y_score: side(1.5) },
  };
}

/** A judge's score of each answer, two of a prompt. */
function answers(): Sides {
  const source = generator(31);
  const normal = normals(source);
  const quality = Array.from({ length: 240 }, () => 0.62 + 0.12 * normal());
  const side = (shift: number) =>
    numbers(quality.map((value) => Math.min(1, Math.max(0, value + shift + 0.06 * normal()))));
  return {
    shared: {
      id: texts(quality.map((_, row) => `answer ${row + 1}`)),
      prompt: numbers(quality.map((_, row) => Math.floor(row / 2))),
      topic: texts(quality.map((_, row) => ["billing", "returns", "shipping"][row % 3] as string)),
    },
    ours: { score: side(0.018) },
    theirs: { score: side(0) },
  };
}

const rare = flights(900, { seed: 5, rate: -6.1 });
const lateAtlanta = ({ origin, daypart }: Flight) => origin === "ATL" && daypart === "late";

/** Markup, mentions, marks that turn the direction of writing, and five thousand characters. */
const NASTY = [
  "</table><script>alert(1)</script>",
  "@octocat | `x` **bold** #1",
  `\u202eevil ${"long ".repeat(1_000)}`,
];
const nasty = kinds(NASTY, 500, 44, [0.5, 0.7]);
const nastyIds = texts(Array.from({ length: 500 }, (_, row) => `<img src=x>${"|id".repeat(400)} ${row}`));
const nastySlices = texts(Array.from({ length: 500 }, (_, row) => NASTY[row % 3] as string));

const missing = flights(1_200, { seed: 8 });
const weighed = flights(1_200, { seed: 9 });
const weights = (factor: number) =>
  numbers(Array.from({ length: 1_200 }, (_, row) => 0.5 + (row % 5) * 0.3 * (row % 2 === 0 ? factor : 1)));
const few = flights(1_500, { seed: 10 });
const renamed = (rows: number) =>
  texts(Array.from({ length: 1_500 }, (_, row) => `${row < rows ? "BB" : "AA"}-${String(1000 + row)}`));
const halfOf = (columns: Columns): Columns =>
  Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [
      name,
      column.type === "text"
        ? { ...column, codes: column.codes.slice(0, 800) }
        : { ...column, values: column.values.slice(0, 800) },
    ]),
  );

export const judgedReports: Readonly<Record<string, EvaluationReport>> = {
  "weak-slice": judged(
    "flight-delays",
    flights(6_000, { seed: 3, noise: [(flight) => (lateAtlanta(flight) ? 3.4 : 0.3), 0.7] }),
    { slices, gates: [{ metric: "log_loss", margin: 0.01 }] },
  ),
  "fairness-failed": judged(
    "loan-approval",
    flights(4_000, { seed: 4, rate: 0, shift: ({ sex }) => (sex === "F" ? -1.1 : 0.2) }),
    {
      slices: ["sex", "origin"],
      gates: [{ metric: "roc_auc", margin: 0.05 }],
      fairness: [
        { column: "sex", metric: "recall", "max-difference": 0.05, "min-ratio": 0.8 },
        { column: "origin", metric: "selection_rate", "max-difference": 0.2, severity: "warn" },
      ],
    },
  ),
  multiclass: judged("delay-kind", kinds(["carrier", "none", "weather"], 1_500, 41, [0.5, 0.8]), {
    task: "multiclass",
    slices: ["origin"],
    gates: [better, { metric: "accuracy", min: 0.6 }],
  }),
  "hundred-classes": judged(
    "sku",
    kinds(
      Array.from({ length: 100 }, (_, k) => `sku-${String(k + 1).padStart(3, "0")}`),
      1_500,
      43,
      [0.5, 0.6],
    ),
    { task: "multiclass", gates: [better] },
  ),
  "hostile-labels": judged(
    "delay-kind",
    { ...nasty, shared: { ...nasty.shared, id: nastyIds, "<b>column</b> @team": nastySlices } },
    {
      task: "multiclass",
      slices: ["<b>column</b> @team"],
      gates: [{ ...better, slices: ["<b>column</b> @team"] }],
      fairness: [{ column: "<b>column</b> @team", metric: "accuracy", "max-difference": 0.3 }],
    },
  ),
  multilabel: judged("topics", topics(900), {
    task: "multilabel",
    slices: ["desk"],
    gates: [{ metric: "f1_macro", "improve-by": 0 }],
  }),
  regression: judged("delivery-time", minutes(1_400), {
    task: "regression",
    slices: ["city", "distance"],
    gates: [
      { metric: "rmse", "improve-by": 0 },
      { metric: "mae", max: 6 },
    ],
  }),
  ranking: judged("search", documents(), {
    task: "ranking",
    groups: "query_id",
    gates: [{ metric: "ndcg@10", margin: 0.01 }],
  }),
  scores: judged("support-bot", answers(), {
    task: "scores",
    groups: "prompt",
    slices: ["topic"],
    gates: [{ metric: "mean_score", "improve-by": 0 }],
  }),
  "slices-failed": judged(
    "flight-delays",
    flights(5_000, { seed: 6, noise: [({ origin }) => (origin === "DEN" ? 1.9 : 0.4), 0.7] }),
    { slices: ["origin"], gates: [{ metric: "log_loss", margin: 0.01, slices: ["origin"] }] },
  ),
  "rare-class": judged("fraud", rare, {
    gates: [
      { metric: "roc_auc", margin: 0.02 },
      { metric: "recall", min: 0.5 },
    ],
  }),
  "rows-missing": judged("flight-delays", missing, {
    gates: [{ metric: "log_loss", margin: 0.01 }],
    evidence: { evaluationRows: 1_300 },
  }),
  "weights-changed": judged(
    "flight-delays",
    {
      ...weighed,
      ours: { ...weighed.ours, sample_weight: weights(2) },
      theirs: { ...weighed.theirs, sample_weight: weights(1) },
    },
    { gates: [better] },
  ),
  "ids-changed": judged(
    "flight-delays",
    { ...few, ours: { ...few.ours, id: renamed(60) } },
    { gates: [{ metric: "log_loss", margin: 0.02 }], evidence: { evaluationRows: 1_500 } },
  ),
  "unpaired-rows": judged(
    "flight-delays",
    { ...few, ours: few.ours },
    {
      slices,
      gates: [{ metric: "log_loss", margin: 0.02 }],
      evidence: {
        baseline: { stored: read(halfOf({ ...few.shared, ...few.theirs }), {}), fromJob: null },
        sameData: false,
      },
    },
  ),
  "below-standard": judged("flight-delays", flights(3_000, { seed: 11, noise: [4, 1] }), {
    groups: "date",
    gates: [better, { metric: "roc_auc", min: 0.75 }],
    settings: { noBaseline: "never-held" },
    report: { noBaseline: "never-held" },
  }),
  "no-gates": judged("flight-delays", flights(3_000, { seed: 12 }), { groups: "date" }),
  "few-days": judged("flight-delays", flights(900, { seed: 13, days: 8 }), { groups: "date", gates: [better] }),
  "forty-gates": judged("flight-delays", flights(3_000, { seed: 14 }), {
    groups: "date",
    gates: ["log_loss", "roc_auc", "average_precision", "brier", "accuracy", "f1", "recall", "precision"].flatMap(
      (metric) => [
        { metric, "improve-by": 0, severity: "warn" },
        { metric, margin: 0.02 },
        { metric, "margin-rel": 0.1 },
        { metric, min: 0.01 },
        { metric, max: 0.99 },
      ],
    ),
  }),
};
