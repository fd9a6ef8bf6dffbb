import type { Backend } from "../backend.ts";
import type { ModelConfig } from "../config/config.ts";
import { type FileRef, prettyJson, type Sha256 } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import { rootDigest } from "../registry/fold/root-digest.ts";
import { type Reference, resolve } from "../registry/read/reference.ts";
import type { Registry } from "../registry/read/registry.ts";
import { findDatasets } from "./datasets.ts";
import { scoreEvaluationRows } from "./evaluation-scores.ts";
import { openRun, openTrainedRun } from "./open-run.ts";
import type { OpenOwnCode } from "./own-code.ts";
import { rewriteProfiles } from "./run-profiles.ts";
import type { Failure, RunRecord } from "./run-record.ts";
import { type ModelFiles, score } from "./score.ts";
import { versionFiles } from "./version-files.ts";

export type PredictPorts = Pick<
  Backend,
  "workspace" | "processes" | "store" | "source" | "tables" | "runs" | "sha256" | "clock" | "progress"
> & { registry: Registry };

/** What `predict` did, as `--json` prints it. */
export interface Predicted {
  readonly of: string;
  readonly rootDigest: Sha256 | null;
  readonly rows: number;
  readonly file: FileRef;
}

/** Scores rows with a version's or a run's files. @throws PREDICT_MISSING, FILE_NOT_FOUND, VERSION_UNKNOWN, RUN_UNKNOWN */
export async function predict(
  settings: {
    model: string;
    config: ModelConfig;
    of: { run: string } | { reference: Reference };
    data: readonly string[];
    out: string;
    log: string;
  },
  ports: PredictPorts,
): Promise<{ failure: Failure | null; predicted: Predicted | null }> {
  const command = predictCommand(settings.model, settings.config);
  const model = await filesOf(settings.model, settings.of, ports);
  const data = await findDatasets(settings.data, "evaluation", ports);
  const began = ports.clock.seconds();
  const scored = await score(
    {
      step: "predict",
      command,
      passOn: settings.config.train.env,
      model: model.files,
      data: data.map((dataset) => ports.workspace.path(dataset.path)),
      predictions: settings.out,
      environment: {},
      log: settings.log,
    },
    ports,
    async (file) => ({
      rows: (await ports.tables.read(file, settings.out)).rows,
      file: await ports.workspace.deliver(file, settings.out),
    }),
  );
  if (scored.result === null) return { failure: scored.failure, predicted: null };
  ports.progress.done("predict", `${scored.result.rows.toLocaleString("en-US")} rows with ${model.label}`, {
    seconds: ports.clock.seconds() - began,
  });
  return { failure: null, predicted: { of: model.label, rootDigest: model.rootDigest, ...scored.result } };
}

function predictCommand(model: string, config: ModelConfig): string {
  if (config.evaluate.predict === undefined) throw new TrainyardError("PREDICT_MISSING", { model });
  return config.evaluate.predict;
}

async function filesOf(
  model: string,
  of: { run: string } | { reference: Reference },
  ports: PredictPorts,
): Promise<{ files: ModelFiles; label: string; rootDigest: Sha256 | null }> {
  if ("run" in of) {
    const { folder, record } = await openRun(model, of.run, ports);
    return {
      files: { run: folder, files: record.modelFiles },
      label: `run ${record.id}`,
      rootDigest: record.rootDigest,
    };
  }
  const version = await resolve(ports.registry, of.reference);
  const manifest = await ports.registry.manifest(of.reference.model, version.version);
  const label = `${manifest.model} v${manifest.version}`;
  return { files: { files: await versionFiles(manifest, ports), label }, label, rootDigest: manifest.rootDigest };
}

/**
 * `only: predict`: scores the evaluation rows of a finished run again, candidate and baseline, on rows or against a baseline that were not there
 * when it was trained. The run's record is written anew with the new scores; what was trained does not change. A run whose scoring was all that
 * failed has succeeded then.
 */
export async function rescore(
  settings: {
    model: string;
    config: ModelConfig;
    run: string | null;
    evaluationData: string | null;
    baselines: readonly string[];
    ownCode?: OpenOwnCode;
  },
  ports: PredictPorts,
): Promise<{ record: RunRecord; failure: Failure | null }> {
  const command = predictCommand(settings.model, settings.config);
  const { folder, record } = await openTrainedRun(settings.model, settings.run, ports);
  const root = record.rootDigest ?? rootDigest(record.modelFiles, ports.sha256);
  const rows = settings.evaluationData;
  if (rows === null)
    throw new TrainyardError("SETTING_MISSING", { model: settings.model, setting: "evaluate.data", needed: "scoring" });
  const datasets = await findDatasets([rows], "evaluation", ports);
  const scores = await scoreEvaluationRows(
    settings.model,
    settings.config,
    command,
    {
      folder,
      modelFiles: record.modelFiles,
      rootDigest: root,
      data: datasets.map((dataset) => ports.workspace.path(dataset.path)),
      environment: { TRAINYARD_RUN: record.id, TRAINYARD_PARAMS: folder.path("params.json") },
      baselines: settings.baselines,
      head: record.code.headCommit,
      ownCode: settings.ownCode,
    },
    ports,
  );
  if (scores.failure !== null) return { record, failure: scores.failure };
  const told = await rewriteProfiles(
    folder,
    { config: settings.config, profiles: record.profiles },
    datasets,
    scores.predictions,
    ports,
  );
  const { overlap: _, ...before } = record;
  const rescored: RunRecord = {
    ...before,
    status: "succeeded",
    failure: null,
    rootDigest: root,
    datasets: [
      ...record.datasets.filter((dataset) => dataset.role === "training"),
      ...datasets.map((dataset) => ({ ...dataset, rows: told.rows.get(dataset.path) ?? null })),
    ],
    predictions: scores.predictions,
    steps: [...record.steps.filter((step) => step.name !== "predict"), scores.step],
    ...(told.overlap === null ? {} : { overlap: told.overlap }),
    profiles: told.refs,
  };
  await folder.write("record.json", prettyJson(rescored));
  return { record: rescored, failure: null };
}
