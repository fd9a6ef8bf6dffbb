import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EvaluationReport } from "@trainyard/core";
import { ensureVenv } from "../examples/flight-delays/setup.mjs";
import { digits, type Figure } from "./figure.ts";
import { Flights, type Recipe } from "./flights/candidates.ts";

const CLI = join(import.meta.dirname, "../packages/cli/bin/trainyard.mjs");
const VENV = join(import.meta.dirname, "../.quickstart/venv");

type Word = "better" | "worse" | "equal" | "inconclusive";

/** What an independent study in Python found of one metric, by day (1,000 draws). A null word: it calls it borderline. */
interface Found {
  readonly difference: number;
  readonly interval: readonly [number, number];
  readonly word: Word | null;
}

interface Pair {
  readonly name: string;
  readonly candidate: Recipe;
  readonly month: number;
  readonly study: Readonly<Partial<Record<Metric, Found>>>;
}

const METRICS = ["log_loss", "roc_auc"] as const;
type Metric = (typeof METRICS)[number];

const JANUARY: Recipe = { months: [1] };
/** A difference in log loss that lies whole within this is none: the study calls so the same recipe with another seed. */
const NONE = 0.0015;

const found = (difference: number, low: number, high: number, word: Word | null): Found => ({
  difference,
  interval: [low, high],
  word,
});

/** Candidates against the January model on the same rows, as studied before Trainyard was written. */
const PAIRS: readonly Pair[] = [
  {
    name: "January + February on March",
    candidate: { months: [1, 2] },
    month: 3,
    study: {
      log_loss: found(-0.001, -0.0044, 0.0019, "inconclusive"),
      roc_auc: found(0.002, -0.006, 0.008, "inconclusive"),
    },
  },
  {
    name: "January – March on April",
    candidate: { months: [1, 2, 3] },
    month: 4,
    study: { log_loss: found(-0.0039, -0.0082, 0.0001, null), roc_auc: found(0.022, 0.012, 0.032, "better") },
  },
  {
    name: "February alone on May",
    candidate: { months: [2] },
    month: 5,
    study: { log_loss: found(0.0202, 0.0165, 0.0237, "worse"), roc_auc: found(-0.039, -0.055, -0.023, "worse") },
  },
  {
    name: "January – May on June",
    candidate: { months: [1, 2, 3, 4, 5] },
    month: 6,
    study: { log_loss: found(-0.0056, -0.0088, -0.0026, "better"), roc_auc: found(0.015, 0.006, 0.024, "better") },
  },
  {
    name: "same recipe, other seed, on March",
    candidate: { months: [1], seed: 8 },
    month: 3,
    study: { log_loss: found(0.0001, -0.0007, 0.0011, "equal") },
  },
];

/** Verdicts of `evaluate` on real models and flights, by day and by row, beside those of an independent study. */
export async function flights(): Promise<Figure[]> {
  const python = await ensureVenv({ dir: VENV });
  const folder = mkdtempSync(join(tmpdir(), "trainyard-bench-flights-"));
  try {
    const world = await Flights.prepare(folder, python);
    return PAIRS.flatMap(({ name, candidate, month, study }) => {
      const files = [world.scored(candidate, month), world.scored(JANUARY, month)] as const;
      const byDay = judged(folder, ...files, ["--groups", "date"]);
      const byRow = judged(folder, ...files, []);
      return METRICS.flatMap((metric) => {
        const known = study[metric];
        if (known === undefined) return [];
        return [
          figure(`${name}: ${metric} by day`, metric, byDay, known),
          figure(`${name}: ${metric} by row`, metric, byRow, null),
        ];
      });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function judged(cwd: string, candidate: string, baseline: string, more: readonly string[]): EvaluationReport {
  const words = ["evaluate", "--candidate", candidate, "--baseline", baseline, "--json", ...more];
  const { stdout, stderr } = spawnSync(process.execPath, [CLI, ...words], {
    cwd,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (stdout === "") throw new Error(stderr);
  return EvaluationReport.parse(JSON.parse(stdout));
}

function wordOf(metric: Metric, [low, high]: readonly [number, number]): Word {
  if (metric === "log_loss" && low > -NONE && high < NONE) return "equal";
  const [least, most] = metric === "log_loss" ? [-high, -low] : [low, high];
  return least > 0 ? "better" : most < 0 ? "worse" : "inconclusive";
}

/** The study drew other rows for its trainings: the words must agree, the numbers need only be near. */
function figure(name: string, metric: Metric, { metrics }: EvaluationReport, study: Found | null): Figure {
  const difference = metrics.find((one) => one.name === metric)?.difference;
  if (difference?.interval == null) throw new Error(`${metric} has no interval`);
  const said = wordOf(metric, difference.interval);
  const ends = (interval: readonly [number, number]) => `[${interval.map((end) => end.toFixed(4)).join(", ")}]`;
  return {
    name: `${name} ${ends(difference.interval)}: ${said}`,
    value: digits(difference.value),
    unit: metric === "log_loss" ? "nats" : "",
    goal: study?.word ?? null,
    met: study?.word == null ? null : said === study.word,
    against:
      study === null
        ? null
        : { name: `study ${ends(study.interval)}`, value: study.difference, unit: metric === "log_loss" ? "nats" : "" },
  };
}
