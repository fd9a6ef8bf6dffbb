import type { Backend, RunFolder } from "../backend.ts";
import type { Config, ModelConfig } from "../config/config.ts";
import { CONFIG_NAME } from "../config/config-name.ts";
import { declaredPaths, NEVER_CODE } from "../config/declared-paths.ts";
import type { DatasetRef } from "../data/dataset.ts";
import type { Params } from "../data/params.ts";
import type { Profile } from "../data/profile.ts";
import { type FileRef, prettyJson } from "../document.ts";
import { rootDigest } from "../registry/fold/root-digest.ts";
import type { Registry } from "../registry/read/registry.ts";
import { timestamp } from "../time.ts";
import { findDatasets, profileIfTables, profilePredictions } from "./datasets.ts";
import { scoreEvaluationRows } from "./evaluation-scores.ts";
import { runSteps } from "./pipeline.ts";
import { inputsDigest, lockFileNames, runInputs, treeDigest } from "./run-inputs.ts";
import type { Failure, RunRecord, StepRecord } from "./run-record.ts";
import { modelFilesOf, runTraining } from "./training.ts";

export interface TrainSettings {
  readonly model: string;
  readonly config: ModelConfig;
  /** The whole config: what any of its models declares is no code. */
  readonly project: Config;
  /** Resolved: the params file with `--set` applied. */
  readonly params: Params;
  /** Evaluation rows, `evaluate.data` or what stands for it in this run. */
  readonly evaluationData: string | null;
  /** What to score beside the candidate: a reference, or "none". */
  readonly baseline: string;
  readonly trigger: RunRecord["trigger"];
  /** Version of the tool, recorded. */
  readonly tool: string;
}

export type TrainPorts = Pick<
  Backend,
  | "workspace"
  | "source"
  | "processes"
  | "runs"
  | "tables"
  | "store"
  | "machine"
  | "sha256"
  | "clock"
  | "random"
  | "actor"
  | "progress"
> & { registry: Registry };

/**
 * Trains a model: the steps before, the command, its outputs, the scores of the evaluation rows, profiles; one run bundle with the record last.
 * A training that fails is a record that says so, not an error.
 * @throws NO_REPOSITORY, NO_COMMIT, FILE_NOT_FOUND, COMMAND_NOT_FOUND, RUN_BUSY
 */
export async function train(settings: TrainSettings, ports: TrainPorts): Promise<RunRecord> {
  const { model } = settings;
  const identity = await ports.source.identity();
  const release = await ports.runs.lock(model);
  try {
    const id = ports.random.uuid().replaceAll("-", "").slice(0, 12);
    const folder = await ports.runs.create(model, id);
    ports.progress.done(model, `run ${id}  at ${identity.commit.slice(0, 7)}`);
    const record = await trainInto(folder, identity, settings, ports);
    await folder.write("record.json", prettyJson(record));
    return record;
  } finally {
    await release();
  }
}

type Identity = Awaited<ReturnType<Backend["source"]["identity"]>>;

async function trainInto(
  folder: RunFolder,
  identity: Identity,
  settings: TrainSettings,
  ports: TrainPorts,
): Promise<RunRecord> {
  const { model, config, params } = settings;
  const began = ports.clock.seconds();
  const startedAt = timestamp(ports.clock.now());
  const seed = config.train.seed ?? (typeof params["seed"] === "number" ? params["seed"] : null);
  await folder.write("log.txt", "");
  await folder.write("params.json", prettyJson(params));
  const environment = {
    TRAINYARD_RUN: folder.id,
    TRAINYARD_PARAMS: folder.path("params.json"),
    ...(seed === null ? {} : { TRAINYARD_SEED: String(seed) }),
  };

  const before = await runSteps(model, config, { log: folder.path("log.txt"), environment }, ports);
  const datasets = before.failure === null ? await dataOf(settings, ports) : [];
  const code = await codeOf(settings, datasets, ports);
  const uncommitted = await uncommittedCode(settings, datasets, ports);
  const lockFiles = await ports.workspace.files(lockFileNames);
  const inputs = runInputs(model, config, { code: treeDigest(code, ports.sha256), params, seed, datasets, lockFiles });
  const digest = inputsDigest(inputs, ports.sha256);

  const trained =
    before.failure === null
      ? await runTraining(model, config, { folder, environment, datasets, inputsDigest: digest }, ports)
      : null;
  const modelFiles = modelFilesOf(trained?.outputs ?? [], config);
  const root =
    before.failure === null && trained !== null && trained.failure === null
      ? rootDigest(modelFiles, ports.sha256)
      : null;
  const scores =
    root === null
      ? null
      : await scoresOf(
          settings,
          { folder, modelFiles, rootDigest: root, environment, outputs: trained?.outputs ?? [] },
          datasets,
          ports,
        );

  const failure: Failure | null = before.failure ?? trained?.failure ?? scores?.failure ?? null;
  // Also where only the scoring failed: it can be done again, when these rows may be others.
  const profiles =
    root !== null && failure?.class !== "cancelled"
      ? await writeProfiles(folder, settings, datasets, scores?.predictions ?? null, ports)
      : { refs: noProfiles, rows: new Map<string, number>() };
  const { python, ...hardware } = await ports.machine.describe();
  const log = await folder.ref("log.txt");
  return {
    kind: "trainyard.run/v1",
    id: folder.id,
    model,
    task: config.task,
    status: failure === null ? "succeeded" : failure.class === "cancelled" ? "interrupted" : "failed",
    failure,
    inputs,
    inputsDigest: digest,
    code: { ...identity, uncommitted },
    trigger: settings.trigger,
    actor: ports.actor,
    steps: [...before.steps, ...(trained === null ? [] : [trained.step]), ...(scores?.step ? [scores.step] : [])],
    datasets: datasets.map((dataset) => ({ ...dataset, rows: profiles.rows.get(dataset.path) ?? null })),
    outputs: trained?.outputs ?? [],
    modelFiles,
    rootDigest: failure === null ? root : null,
    metrics: trained?.metrics ?? [],
    predictions: scores?.predictions ?? null,
    profiles: profiles.refs,
    environment: { os: hardware.os, arch: hardware.arch, python, lockFiles, variables: config.train.env },
    hardware: { cpu: hardware.cpu, cores: hardware.cores, memoryBytes: hardware.memoryBytes, gpus: hardware.gpus },
    log: log === null ? null : { path: log.path, size: log.size },
    startedAt,
    endedAt: timestamp(ports.clock.now()),
    seconds: ports.clock.seconds() - began,
    simulatedClock: ports.clock.simulated,
    tool: settings.tool,
  };
}

/** What the commit does not hold of the code that is about to run; said before the training, which may take hours. */
/** What counts as code: the files `train.code` names, else the tracked ones that are not declared to be something else. */
function codeOf(
  { config, project }: TrainSettings,
  datasets: readonly DatasetRef[],
  { source }: Pick<TrainPorts, "source">,
): Promise<FileRef[]> {
  const { made, kept } = declaredPaths(project);
  const given = [...kept, ...datasets.map((dataset) => dataset.path)];
  return source.code(
    config.train.code ?? null,
    config.train.code === undefined ? [...made, ...given, ...NEVER_CODE, CONFIG_NAME] : made,
  );
}

async function uncommittedCode(
  { config, project }: TrainSettings,
  datasets: readonly DatasetRef[],
  { source, progress }: Pick<TrainPorts, "source" | "progress">,
): Promise<string[]> {
  const { code } = config.train;
  const { made, kept } = declaredPaths(project);
  const given = [...kept, ...datasets.map((dataset) => dataset.path)]; // also the data of this run alone
  const files = await source.uncommitted(code ?? null, code === undefined ? [...made, ...given, ...NEVER_CODE] : made);
  if (files.length > 0) {
    const named = `${files.slice(0, 5).join(", ")}${files.length > 5 ? ", …" : ""}`;
    progress.note(`Not committed: ${named}. This run may be compared, never registered.`);
  }
  return files;
}

async function dataOf(settings: TrainSettings, ports: TrainPorts): Promise<DatasetRef[]> {
  const training = await findDatasets(settings.config.train.data, "training", ports);
  const evaluation =
    settings.evaluationData === null ? [] : await findDatasets([settings.evaluationData], "evaluation", ports);
  return [...training, ...evaluation];
}

async function scoresOf(
  settings: TrainSettings,
  run: {
    folder: RunFolder;
    modelFiles: readonly FileRef[];
    rootDigest: string;
    environment: Readonly<Record<string, string>>;
    outputs: readonly FileRef[];
  },
  datasets: readonly DatasetRef[],
  ports: TrainPorts,
): Promise<{ predictions: RunRecord["predictions"]; failure: Failure | null; step: StepRecord | null }> {
  const { config, model } = settings;
  const data = datasets
    .filter((dataset) => dataset.role === "evaluation")
    .map((dataset) => ports.workspace.path(dataset.path));
  if (config.evaluate.predict !== undefined && data.length > 0) {
    return scoreEvaluationRows(
      model,
      config,
      config.evaluate.predict,
      { ...run, data, baseline: settings.baseline },
      ports,
    );
  }
  const written = run.outputs.find((file) => file.path === config.evaluate.predictions);
  if (written === undefined) return { predictions: null, failure: null, step: null };
  const file = { ...written, path: `outputs/${written.path}` };
  const table = await ports.tables.read(run.folder.path(file.path), written.path);
  return {
    predictions: {
      candidate: { file, rows: table.rows, of: "candidate", version: null, rootDigest: run.rootDigest },
      baseline: null,
      baselineProblem: null,
    },
    failure: null,
    step: null,
  };
}

const noProfiles: RunRecord["profiles"] = { training: null, evaluation: null, predictions: null };

async function writeProfiles(
  folder: RunFolder,
  settings: TrainSettings,
  datasets: readonly DatasetRef[],
  predictions: RunRecord["predictions"],
  ports: TrainPorts,
): Promise<{ refs: RunRecord["profiles"]; rows: Map<string, number> }> {
  const groups = settings.config.evaluate.groups ?? null;
  const write = (name: string, profile: Profile | null) =>
    profile === null ? null : folder.write(`profiles/${name}.json`, prettyJson(profile));
  const training = await profileIfTables(
    datasets.filter((dataset) => dataset.role === "training"),
    { source: "training rows", groups: null },
    ports,
  );
  const evaluation = await profileIfTables(
    datasets.filter((dataset) => dataset.role === "evaluation"),
    { source: "evaluation rows", groups },
    ports,
  );
  return {
    refs: {
      training: await write("training", training.profile),
      evaluation: await write("evaluation", evaluation.profile),
      predictions: await profilePredictions(folder, predictions?.candidate.file.path ?? null, groups, ports),
    },
    rows: new Map([...training.rows, ...evaluation.rows]),
  };
}
