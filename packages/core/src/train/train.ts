import type { Backend, RunFolder } from "../backend.ts";
import type { DatasetRef } from "../data/dataset.ts";
import { type FileRef, prettyJson } from "../document.ts";
import { rootDigest } from "../registry/fold/root-digest.ts";
import { timestamp } from "../time.ts";
import { scoreEvaluationRows } from "./evaluation-scores.ts";
import { runSteps } from "./pipeline.ts";
import { noProfiles, writeProfiles } from "./run-profiles.ts";
import type { Failure, RunRecord, StepRecord } from "./run-record.ts";
import { modelFilesOf, runTraining } from "./training.ts";
import { dataOf, inputsOf, seedOf, type TrainPorts, type TrainSettings, uncommittedCode } from "./what-goes-in.ts";

/**
 * Trains a model: the steps before, the command, its outputs, the scores of the evaluation rows, profiles; one run bundle with the record last.
 * A training that fails is a record that says so, not an error. Where `sameInputs` knows a run, its record is returned.
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
    if (record.id === id) await folder.write("record.json", prettyJson(record)); // one taken over has its own bundle
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
  const seed = seedOf(settings);
  await folder.write("log.txt", "");
  await folder.write("params.json", prettyJson(params));
  const environment = {
    TRAINYARD_RUN: folder.id,
    TRAINYARD_PARAMS: folder.path("params.json"),
    ...(seed === null ? {} : { TRAINYARD_SEED: String(seed) }),
  };

  const before = await runSteps(model, config, { log: folder.path("log.txt"), environment }, ports);
  const datasets = before.failure === null ? await dataOf(settings, ports) : [];
  const uncommitted = await uncommittedCode(settings, datasets, ports);
  const { inputs, digest, lockFiles } = await inputsOf(settings, datasets, ports);

  const same = before.failure === null ? await settings.sameInputs?.(digest) : null;
  if (same) return same;
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
          {
            folder,
            modelFiles,
            rootDigest: root,
            environment,
            outputs: trained?.outputs ?? [],
            head: identity.headCommit,
          },
          datasets,
          ports,
        );

  const failure: Failure | null = before.failure ?? trained?.failure ?? scores?.failure ?? null;
  // Also where only the scoring failed: it can be done again, when these rows may be others.
  const profiles =
    root !== null && failure?.class !== "cancelled"
      ? await writeProfiles(folder, settings, datasets, scores?.predictions ?? null, ports)
      : noProfiles;
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
    ...(profiles.overlap === null ? {} : { overlap: profiles.overlap }),
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

async function scoresOf(
  settings: TrainSettings,
  run: {
    folder: RunFolder;
    modelFiles: readonly FileRef[];
    rootDigest: string;
    environment: Readonly<Record<string, string>>;
    outputs: readonly FileRef[];
    head: string;
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
      { ...run, data, baselines: settings.baselines, ownCode: settings.ownCode },
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
