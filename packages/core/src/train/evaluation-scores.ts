import type { Backend, RunFolder } from "../backend.ts";
import type { ModelConfig } from "../config/config.ts";
import type { FileRef, Sha256 } from "../document.ts";
import { isRefusal } from "../errors.ts";
import type { Registry } from "../registry/read/registry.ts";
import { timestamp } from "../time.ts";
import { type BaselineScored, type Scored, type ScoreWith, scoreBaseline } from "./baseline-scores.ts";
import type { OpenOwnCode } from "./own-code.ts";
import type { Failure, RunRecord, ScoredRows, StepRecord } from "./run-record.ts";
import { type Scoring, score } from "./score.ts";

type Ports = Pick<
  Backend,
  "workspace" | "processes" | "store" | "source" | "tables" | "sha256" | "clock" | "progress"
> & {
  registry: Registry;
};

export interface Scores {
  readonly predictions: RunRecord["predictions"];
  readonly failure: Failure | null;
  readonly step: StepRecord;
}

/**
 * Scores the evaluation rows with the candidate's files and, on the same rows and with the same code, with the baseline's:
 * so that the verdict compares like with like even when the evaluation set moves on. A baseline that this code cannot score is scored with its own.
 */
export async function scoreEvaluationRows(
  model: string,
  config: ModelConfig,
  command: string,
  run: {
    folder: RunFolder;
    modelFiles: readonly FileRef[];
    rootDigest: Sha256;
    data: readonly string[];
    environment: Readonly<Record<string, string>>;
    /** What it is compared with; the first decides what the report is about. */
    baselines: readonly string[];
    /** The commit that is judged: a merge base follows from it. */
    head: string;
    /** Lays out a version's own code; absent: it is not tried. */
    ownCode?: OpenOwnCode | undefined;
  },
  ports: Ports,
): Promise<Scores> {
  const began = ports.clock.seconds();
  const startedAt = timestamp(ports.clock.now());
  const one = (name: string): ScoreWith => {
    return (files, own) => {
      const extension = /\.[a-z]+$/.exec((own?.code ?? config.evaluate).predictions)?.[0] ?? ".parquet";
      return scoreOrFailure(
        {
          step: "predict",
          command: own?.code.predict ?? command,
          passOn: config.train.env,
          model: files,
          data: run.data,
          predictions: `predictions${extension}`,
          environment: run.environment,
          log: run.folder.path("log.txt"),
          ...(own === null ? {} : { folder: own.code.folder, params: own.params }),
        },
        ports,
        async (file) => {
          const stored = await run.folder.add(`predictions/${name}${extension}`, file);
          const table = await ports.tables.read(file, `predictions of ${name}`);
          return { file: stored, rows: table.rows };
        },
      );
    };
  };
  ports.progress.working("predict: scoring the evaluation rows with the candidate", null);
  const candidate = await one("candidate")({ run: run.folder, files: run.modelFiles }, null);
  const base = { name: "predict", command, reusedFrom: null, inputsDigest: null, outputs: null, startedAt };
  if (candidate.failure !== null || candidate.result === null) {
    const interrupted = candidate.failure?.class === "cancelled";
    const step: StepRecord = {
      ...base,
      status: interrupted ? "interrupted" : "failed",
      seconds: ports.clock.seconds() - began,
    };
    return { predictions: null, failure: candidate.failure, step };
  }
  const scored: ScoredRows = { ...candidate.result, of: "candidate", version: null, rootDigest: run.rootDigest };
  const environments = Object.keys(config.deploy);
  const baselines: (BaselineScored & { asked: string })[] = [];
  for (const [at, asked] of run.baselines.entries()) {
    const name = at === 0 ? "baseline" : `baseline-${at + 1}`;
    const made = await scoreBaseline(model, { ...run, environments, baseline: asked }, one(name), run.ownCode, ports);
    if (made.stopped !== null) {
      const step: StepRecord = { ...base, status: "interrupted", seconds: ports.clock.seconds() - began };
      return { predictions: null, failure: made.stopped, step };
    }
    baselines.push({ ...made, asked });
  }
  const seconds = ports.clock.seconds() - began;
  const who = ["candidate", ...baselines.flatMap(({ rows }) => rows?.of ?? [])].join(" and ");
  ports.progress.done("predict", `${who}, ${scored.rows.toLocaleString("en-US")} rows`, { seconds });
  for (const { problem } of baselines) if (problem !== null) ports.progress.note(problem);
  const [first, ...others] = baselines.map(({ asked, rows, problem }) => ({ asked, rows, problem }));
  return {
    predictions: {
      candidate: scored,
      baseline: first?.rows ?? null,
      baselineProblem: first?.problem ?? null,
      ...(others.length === 0 ? {} : { others }),
    },
    failure: null,
    step: { ...base, status: "done", seconds },
  };
}

/** A command that cannot be started or predictions that cannot be read are a failed scoring too: the training stands, whatever it took. */
async function scoreOrFailure(
  scoring: Scoring,
  ports: Ports,
  use: (predictions: string) => Promise<{ file: FileRef; rows: number }>,
): Promise<Scored> {
  try {
    const { exit, failure, result } = await score(scoring, ports, use);
    return { failure, result: result === null ? null : { ...result, seconds: exit.seconds } };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const kind = error.code === "COMMAND_NOT_FOUND" ? "exit" : "predictions-invalid";
    const message = error.message;
    return {
      failure: { class: kind, step: scoring.step, message, exitCode: null, signal: null, logTail: [] },
      result: null,
    };
  }
}
