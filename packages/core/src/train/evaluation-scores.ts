import type { Backend, RunFolder } from "../backend.ts";
import type { ModelConfig } from "../config/config.ts";
import type { FileRef, Sha256 } from "../document.ts";
import { isRefusal } from "../errors.ts";
import { parseWhich, resolve } from "../registry/read/reference.ts";
import type { Registry } from "../registry/read/registry.ts";
import { timestamp } from "../time.ts";
import type { Failure, RunRecord, ScoredRows, StepRecord } from "./run-record.ts";
import { type ModelFiles, type Scoring, score } from "./score.ts";
import { versionFiles } from "./version-files.ts";

type Ports = Pick<Backend, "workspace" | "processes" | "store" | "tables" | "sha256" | "clock" | "progress"> & {
  registry: Registry;
};

export interface Scores {
  readonly predictions: RunRecord["predictions"];
  readonly failure: Failure | null;
  readonly step: StepRecord;
}

/**
 * Scores the evaluation rows with the candidate's files and, on the same rows and with the same code, with the baseline's:
 * so that the verdict compares like with like even when the evaluation set moves on. A baseline that cannot be scored is said, not fatal.
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
    baseline: string;
  },
  ports: Ports,
): Promise<Scores> {
  const began = ports.clock.seconds();
  const startedAt = timestamp(ports.clock.now());
  const extension = /\.[a-z]+$/.exec(config.evaluate.predictions)?.[0] ?? ".parquet";
  const one = (files: ModelFiles, name: string) =>
    scoreOrFailure(
      {
        step: "predict",
        command,
        passOn: config.train.env,
        model: files,
        data: run.data,
        predictions: `predictions${extension}`,
        environment: run.environment,
        log: run.folder.path("log.txt"),
      },
      ports,
      async (file) => {
        const stored = await run.folder.add(`predictions/${name}${extension}`, file);
        const table = await ports.tables.read(file, `predictions of ${name}`);
        return { file: stored, rows: table.rows };
      },
    );
  ports.progress.working("predict: scoring the evaluation rows with the candidate", null);
  const candidate = await one({ run: run.folder, files: run.modelFiles }, "candidate");
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
  const baseline = await scoreBaseline(model, run, one, ports);
  const seconds = ports.clock.seconds() - began;
  if (baseline.stopped !== null)
    return { predictions: null, failure: baseline.stopped, step: { ...base, status: "interrupted", seconds } };
  const who = baseline.rows === null ? "candidate" : `candidate and ${baseline.rows.of}`;
  ports.progress.done("predict", `${who}, ${scored.rows.toLocaleString("en-US")} rows`, { seconds });
  if (baseline.problem !== null) ports.progress.note(baseline.problem);
  return {
    predictions: { candidate: scored, baseline: baseline.rows, baselineProblem: baseline.problem },
    failure: null,
    step: { ...base, status: "done", seconds },
  };
}

interface Scored {
  readonly failure: Failure | null;
  readonly result: { file: FileRef; rows: number } | null;
}

/** A command that cannot be started or predictions that cannot be read are a failed scoring too: the training stands, whatever it took. */
async function scoreOrFailure(
  scoring: Scoring,
  ports: Ports,
  use: (predictions: string) => Promise<{ file: FileRef; rows: number }>,
): Promise<Scored> {
  try {
    return await score(scoring, ports, use);
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

async function scoreBaseline(
  model: string,
  run: { rootDigest: Sha256; baseline: string },
  one: (files: ModelFiles, name: string) => Promise<Scored>,
  ports: Ports,
): Promise<{ rows: ScoredRows | null; problem: string | null; stopped: Failure | null }> {
  const none = (problem: string | null) => ({ rows: null, problem, stopped: null });
  const which = run.baseline;
  if (which === "none" || which === "merge-base") return none(null);
  const state = await ports.registry.state(model);
  if (state.versions.length === 0) return none(null);
  const parsed = parseWhich(which);
  if ("alias" in parsed && !state.held.has(parsed.alias)) return none(null);
  try {
    const version = await resolve(ports.registry, { model, which: parsed });
    if (version.rootDigest === run.rootDigest) return none(null);
    const manifest = await ports.registry.manifest(model, version.version);
    const label = "alias" in parsed ? `${parsed.alias} v${version.version}` : `v${version.version}`;
    ports.progress.working(`predict: scoring the same rows with ${label}`, null);
    const scored = await one({ files: await versionFiles(manifest, ports), label }, "baseline");
    if (scored.failure?.class === "cancelled") return { ...none(null), stopped: scored.failure };
    if (scored.result === null)
      return none(
        `${label} could not be scored with this code: ${scored.failure?.message ?? "it gave no predictions"}`,
      );
    return {
      rows: { ...scored.result, of: label, version: version.version, rootDigest: manifest.rootDigest },
      problem: null,
      stopped: null,
    };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return none(`The baseline ${which} could not be scored: ${error.message}`);
  }
}
