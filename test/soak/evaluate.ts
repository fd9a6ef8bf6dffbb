import { Gate, type MetricComparison } from "@trainyard/core";
import { atLeast, atMost, type Figure, plain } from "../../bench/figure.ts";
import { soakLooks } from "./evaluate/looks.ts";
import { draw, judged, type World } from "./evaluate/worlds.ts";

/** Rows the true values come from: their own error is a fourteenth of that of 20,000 rows. */
const TRUTH_ROWS = 4_000_000;
const NOMINAL = 0.95;
const [LOW, HIGH] = [93, 97];

/** Has a kink at zero, where its true value lies here: shown, and held to nothing. */
const KINKED = "bias";

interface Cell {
  readonly name: string;
  readonly rows: number;
  readonly days: number | null;
  readonly repetitions: number;
}

/** Rows alone, then days of fifty rows. */
const CELLS: readonly Cell[] = [
  { name: "200 rows", rows: 200, days: null, repetitions: 10_000 },
  { name: "2,000 rows", rows: 2_000, days: null, repetitions: 4_000 },
  { name: "20,000 rows", rows: 20_000, days: null, repetitions: 1_000 },
  { name: "10 days", rows: 500, days: 10, repetitions: 4_000 },
  { name: "28 days", rows: 1_400, days: 28, repetitions: 2_000 },
  { name: "100 days", rows: 5_000, days: 100, repetitions: 1_000 },
];

const WORLDS: readonly (World & { readonly metrics: readonly string[] })[] = [
  {
    task: "binary",
    noise: [0.8, 0.7],
    metrics: [
      ...["log_loss", "roc_auc", "average_precision", "brier", "accuracy"],
      ...["balanced_accuracy", "precision", "recall", "f1", "mcc"],
    ],
  },
  { task: "multiclass", noise: [0.8, 0.7], metrics: ["log_loss", "accuracy", "f1_macro", "roc_auc_ovr"] },
  { task: "regression", noise: [0.8, 0.7], metrics: ["rmse", "mae", "r2", "bias"] },
];

/** Gates whose error is measured: at the margin, and of an equal model. */
const GATED: readonly { metric: string; days: boolean; margin: number }[] = [
  { metric: "log_loss", days: false, margin: 0.02 },
  { metric: "roc_auc", days: false, margin: 0.02 },
  { metric: "accuracy", days: false, margin: 0.02 },
  { metric: "f1", days: false, margin: 0.03 },
  { metric: "log_loss", days: true, margin: 0.02 },
];

export interface EvaluateSoak {
  /** Divides the repetitions, for a look. */
  readonly every: number;
  readonly seed: number;
  readonly stop: AbortSignal;
  readonly say: (text: string) => void;
}

/**
 * How often intervals hold the true value, and how often gates err, on rows drawn from known laws. Metrics of the candidate and differences alike; the
 * true values come from four million rows.
 */
export async function soakEvaluate({ every, seed, stop, say }: EvaluateSoak): Promise<Figure[]> {
  const figures: Figure[] = [];
  const count = (repetitions: number) => Math.max(20, Math.round(repetitions / every));
  for (const world of WORLDS) {
    const truth = truthOf(world, seed);
    for (const cell of CELLS) {
      if (stop.aborted) return figures;
      const repetitions = count(cell.repetitions);
      say(`${world.task}, ${cell.name}: ${repetitions} repetitions`);
      figures.push(...coverage(world, cell, repetitions, truth, seed));
      await new Promise((resolve) => setImmediate(resolve)); // lets Ctrl-C in
    }
  }
  for (const gate of GATED) {
    if (stop.aborted) return figures;
    say(`gate ${gate.metric}${gate.days ? ", by day" : ""}`);
    figures.push(...gateErrors(gate, count(gate.days ? 1_000 : 3_000), seed));
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (stop.aborted) return figures;
  say("weak slices and disparities");
  return [...figures, ...soakLooks(count, seed)];
}

interface Truth {
  readonly value: number;
  readonly difference: number;
}

function truthOf(world: World & { readonly metrics: readonly string[] }, seed: number): Map<string, Truth> {
  const drawn = draw(world, TRUTH_ROWS, null, seed);
  const { metrics } = judged(drawn, world.task, { metrics: world.metrics, seed });
  return new Map(
    metrics.map(({ name, candidate, difference }) => [
      name,
      { value: candidate.value, difference: difference?.value ?? Number.NaN },
    ]),
  );
}

function coverage(
  world: World & { readonly metrics: readonly string[] },
  { name, rows, days }: Cell,
  repetitions: number,
  truth: ReadonlyMap<string, Truth>,
  seed: number,
): Figure[] {
  const held = new Map(world.metrics.map((metric) => [metric, { own: 0, difference: 0, of: 0 }]));
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    const drawn = draw(world, rows, days, seed + repetition);
    const { metrics } = judged(drawn, world.task, { metrics: world.metrics, seed: repetition });
    for (const metric of metrics) {
      const counts = held.get(metric.name);
      const own = truth.get(metric.name);
      if (counts === undefined || own === undefined) continue;
      counts.of++;
      if (holds(metric.candidate, own.value)) counts.own++;
      if (holds(metric.difference, own.difference)) counts.difference++;
    }
  }
  return [...held].flatMap(([metric, { own, difference, of }]) => {
    const error = 300 * Math.sqrt((NOMINAL * (1 - NOMINAL)) / of); // three standard errors of a share of repetitions, in percent
    const within = (what: string, hits: number): Figure => {
      const value = Math.round((1000 * hits) / of) / 10;
      const shown = plain({ name: `coverage, ${world.task} ${metric}, ${what}, ${name}`, value, unit: "%" });
      if (metric === KINKED) return shown;
      return {
        ...shown,
        goal: `${LOW} … ${HIGH}`,
        met: value >= LOW - error && value <= HIGH + error,
      };
    };
    return [within("its own", own), within("difference", difference)];
  });
}

function holds(estimate: MetricComparison["candidate"] | null, truth: number): boolean {
  const interval = estimate?.interval ?? null;
  return interval !== null && interval[0] <= truth && truth <= interval[1];
}

function gateErrors({ metric, days, margin }: (typeof GATED)[number], repetitions: number, seed: number): Figure[] {
  const name = `gate on ${metric}${days ? ", by day" : ""}`;
  const worse: World = { task: "binary", noise: [0.9, 0.7] };
  const lost = Math.abs(truthOf({ ...worse, metrics: [metric] }, seed).get(metric)?.difference ?? Number.NaN);
  const passes = (world: World, gate: Gate, rows: number, groups: number | null) => {
    let passed = 0;
    for (let repetition = 1; repetition <= repetitions; repetition++) {
      const drawn = draw(world, rows, groups, seed + 7_000_000 + repetition);
      if (judged(drawn, "binary", { gates: [gate], seed: repetition }).checks[0]?.status === "pass") passed++;
    }
    return (100 * passed) / repetitions;
  };
  const atMargin = passes(worse, Gate.parse({ metric, margin: lost }), days ? 2_500 : 2_000, days ? 50 : null);

  const equal: World = { task: "binary", noise: [0.8, 0.8] };
  const gate = Gate.parse({ metric, margin });
  const [rows, groups] = days ? [20_000, 400] : [20_000, null];
  const printed = judged(draw(equal, rows, groups, seed), "binary", { gates: [gate], seed }).checks[0]?.required;
  const required = Math.ceil(1.5 * (printed?.count ?? Number.NaN));
  const power = days ? passes(equal, gate, required * 50, required) : passes(equal, gate, required, null);
  const chance = 300 * Math.sqrt(0.0475 / repetitions);
  return [
    atMost(Math.round(100 * (5 + chance)) / 100, {
      name: `${name}: passes a model worse by exactly the margin`,
      value: atMargin,
      unit: "%",
    }),
    plain({
      name: `${name}: printed for an equal model and margin ${margin}`,
      value: printed?.count ?? 0,
      unit: days ? "days" : "rows",
    }),
    atLeast(95, { name: `${name}: passes an equal model at 1.5 times as many`, value: power, unit: "%" }),
  ];
}
