import { Gate } from "@trainyard/core";
import { atLeast, atMost, type Figure, plain } from "../../bench/figure.ts";
import { WORLDS } from "./evaluate/cells.ts";
import { coverage, coverageTables, truthOf } from "./evaluate/coverage.ts";
import { soakLooks } from "./evaluate/looks.ts";
import { draw, judged, type World } from "./evaluate/worlds.ts";

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
    for (const cell of world.cells) {
      if (stop.aborted) return figures;
      const repetitions = count(cell.repetitions);
      const begun = process.cpuUsage();
      figures.push(...coverage(world, cell, repetitions, truth, seed));
      const each = process.cpuUsage(begun).user / 1_000 / repetitions;
      say(`${world.name}, ${cell.name}: ${repetitions} repetitions, ${each.toPrecision(2)} ms of CPU each`);
      await new Promise((resolve) => setImmediate(resolve)); // lets Ctrl-C in
    }
  }
  say(`\n${coverageTables(figures)}\n`);
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

function gateErrors({ metric, days, margin }: (typeof GATED)[number], repetitions: number, seed: number): Figure[] {
  const name = `gate on ${metric}${days ? ", by day" : ""}`;
  const worse: World = { task: "binary", noise: [0.9, 0.7] };
  const lost = Math.abs(
    truthOf({ ...worse, metrics: [metric], jumping: [] }, seed).get(metric)?.difference ?? Number.NaN,
  );
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
