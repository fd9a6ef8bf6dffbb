import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EvaluationReport } from "@trainyard/core";
import { pythonEngine, SCIKIT_LEARN } from "../test/engines/python-engine.ts";
import { DAYS, makePredictions, ORIGINS } from "./evaluate/fixture.ts";
import { keptFigures } from "./evaluate/kept.ts";
import { atLeast, atMost, exactly, type Figure, plain } from "./figure.ts";
import { FlagError } from "./flag-error.ts";
import { against, type ColdCommand, least, measured } from "./meter.ts";

const CLI = join(import.meta.dirname, "../packages/cli/bin/trainyard.mjs");
const SCRIPT = join(import.meta.dirname, "evaluate/scikit_learn.py");
const ROUNDS = 3;
/** By the names of scikit-learn's script, where ours differ. */
const OURS: Readonly<Record<string, string>> = { matthews_corrcoef: "mcc" };
/** Shown without being asked for: log_loss, roc_auc, average_precision, brier, accuracy. */
const ASKED = ["balanced_accuracy", "precision", "recall", "f1", "mcc"];
const [SECONDS, MEGABYTES, TIMES_LESS_CPU] = [15, 1000, 100];

interface Peer {
  /** CPU seconds of one replicate of both models. */
  readonly seconds: readonly number[];
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * The whole command on two CSV files in a fresh process: reading, pairing, ten metrics of both models with intervals from 2,000 draws of days, 20 slices,
 * curves and the page; and what a version keeps of such a file. Beside it the CPU of the same intervals with scikit-learn: one replicate measured in the same run, the rest extrapolated.
 */
export async function evaluate({
  peers,
  rows: asked,
}: {
  peers: boolean;
  rows?: string | undefined;
}): Promise<Figure[]> {
  const rows = Number(asked ?? 1_000_000);
  if (!Number.isInteger(rows) || rows < 10_000) throw new FlagError("--rows is a whole number from 10000 on");
  const folder = mkdtempSync(join(tmpdir(), "trainyard-bench-evaluate-"));
  try {
    const files = makePredictions(folder, rows);
    const report = join(folder, "report.json");
    const command: ColdCommand = {
      cwd: folder,
      words: [
        ...[process.execPath, CLI, "evaluate", "--candidate", files.candidate, "--baseline", files.baseline],
        ...["--groups", "day", "--slice", "origin", ...ASKED.flatMap((name) => ["--metric", name])],
        ...["--report", report, "--report", join(folder, "report.html")],
      ],
    };
    const taken = least(Array.from({ length: ROUNDS }, () => measured(command)));
    const judged = EvaluationReport.parse(JSON.parse(readFileSync(report, "utf8")));
    const of = `${rows.toLocaleString("en-US")} paired rows`;
    const figures = [
      atMost(SECONDS, { name: `${of}: seconds`, value: taken.wall, unit: "s" }),
      atMost(MEGABYTES, { name: `${of}: memory`, value: taken.megabytes, unit: "MB" }),
      plain({ name: `${of}: CPU`, value: taken.cpu, unit: "s" }),
      exactly(10, {
        name: "metrics with intervals",
        value: judged.metrics.filter(withInterval).length,
        unit: "metrics",
      }),
      exactly(ORIGINS, { name: "slices", value: judged.slices.length, unit: "slices" }),
      exactly(2_000, { name: `draws of ${DAYS} days`, value: judged.method.replicates, unit: "draws" }),
      ...(await keptFigures(files.baseline, folder)),
    ];
    const peer = await pythonEngine(SCIKIT_LEARN);
    if (!peers || peer.missing !== null) return figures;
    const one = replicate(peer.bin("python"), files);
    const seconds = Math.min(...one.seconds);
    const whole = seconds * judged.method.replicates;
    return [
      ...figures,
      plain({ name: "scikit-learn, one replicate of both models: CPU", value: seconds, unit: "s" }),
      atLeast(TIMES_LESS_CPU, {
        name: "times less CPU than scikit-learn (extrapolated to as many replicates)",
        value: whole / taken.cpu,
        unit: "×",
        against: against(`scikit-learn ${SCIKIT_LEARN.version}`, whole, "s CPU"),
      }),
      atMost(1e-9, { name: "largest difference of a metric from scikit-learn's", value: apart(judged, one), unit: "" }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const withInterval = ({ difference }: EvaluationReport["metrics"][number]) => difference?.interval != null;

function replicate(python: string, files: { candidate: string; baseline: string }): Peer {
  const { status, stdout, stderr } = spawnSync(python, [SCRIPT, files.candidate, files.baseline], { encoding: "utf8" });
  if (status !== 0) throw new Error(`scikit_learn.py ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Peer;
}

function apart({ metrics }: EvaluationReport, peer: Peer): number {
  const differences = Object.entries(peer.metrics).map(([name, value]) => {
    const own = metrics.find((metric) => metric.name === (OURS[name] ?? name));
    return Math.abs((own?.candidate.value ?? Number.NaN) - value);
  });
  return Math.max(...differences);
}
