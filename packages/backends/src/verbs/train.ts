import {
  baselinesOf,
  chooseModel,
  type DriftReport,
  type ModelConfig,
  nearest,
  newNames,
  type Params,
  type Predicted,
  type PredictInputs,
  parseReference,
  plannedDigest,
  predict,
  type RunRecord,
  rescore,
  type Sha256,
  setParams,
  type TrainInputs,
  type TrainSettings,
  TrainyardError,
  train,
} from "@trainyard/core";
import type { Project } from "../project.ts";
import { ownCodeOf } from "./own-code.ts";
import { needsPosix } from "./platform.ts";
import { portsOf } from "./ports-of.ts";

/** What a training ended in: its record, and whether an interrupted one left something to resume from. */
export interface Trained {
  readonly record: RunRecord;
  readonly resumable: boolean;
}

/** `train`: trains, or with `only: predict` scores a run's evaluation rows again. `sameInputs` may know a run to take instead. */
export async function trainVerb(
  project: Project,
  inputs: TrainInputs,
  sameInputs?: TrainSettings["sameInputs"],
): Promise<Trained> {
  needsPosix("train");
  const chosen = chooseModel(project.config, inputs.model ?? null);
  const config = withData(chosen.config, inputs.data);
  const evaluationData = inputs["evaluate-data"] ?? config.evaluate.data ?? null;
  const baselines = askedBaselines(inputs.baseline, config);
  if (inputs.only === "predict") {
    const { record, failure } = await rescore(
      {
        model: chosen.model,
        config,
        run: inputs.run ?? null,
        evaluationData,
        baselines,
        ownCode: ownCodeOf(project),
      },
      portsOf(project),
    );
    return {
      record:
        failure === null
          ? record
          : { ...record, status: failure.class === "cancelled" ? "interrupted" : "failed", failure },
      resumable: false,
    };
  }
  return trainOnce(project, chosen.model, config, {
    set: inputs.set,
    evaluationData,
    baselines,
    trigger: {
      event: inputs["drift-event"] === undefined ? "manual" : "drift",
      reason: inputs.reason ?? null,
      driftEvent: inputs["drift-event"] ?? null,
    },
    sameInputs,
  });
}

/**
 * Trains every candidate a drift report asks for. They are judged later, on rows that did not exist when they were trained:
 * so no evaluation rows are scored here, unless they are `judged` at once.
 */
export async function retrainVerb(
  project: Project,
  model: string,
  report: DriftReport,
  event: number | null,
  { judged = null }: { judged?: Pick<TrainInputs, "evaluate-data" | "baseline" | "reason"> | null } = {},
): Promise<Trained[]> {
  const chosen = chooseModel(project.config, model);
  const trained: Trained[] = [];
  for (const candidate of report.retrain?.candidates ?? []) {
    const reason = judged?.reason ?? report.retrain?.reason ?? null;
    const { data } = chosen.config.evaluate;
    const one = await trainOnce(project, model, withData(chosen.config, candidate.data), {
      set: Object.entries(candidate.set).map(([name, value]) => `${name}=${JSON.stringify(value)}`),
      evaluationData: judged === null ? null : (judged["evaluate-data"] ?? data ?? null),
      baselines: judged === null ? ["none"] : askedBaselines(judged.baseline, chosen.config),
      trigger: { event: "drift", reason, driftEvent: event },
    });
    trained.push(one);
    if (one.record.status === "interrupted") break;
  }
  return trained;
}

interface OneRun {
  readonly set: readonly string[];
  readonly evaluationData: string | null;
  readonly baselines: readonly string[];
  readonly trigger: RunRecord["trigger"];
  readonly sameInputs?: TrainSettings["sameInputs"];
}

/** The digest a training of these inputs would have, which another run may have had; null where only training tells. */
export async function plannedVerb(
  project: Project,
  inputs: TrainInputs,
): Promise<{ model: string; config: ModelConfig; inputsDigest: Sha256 | null }> {
  const { model, config } = chooseModel(project.config, inputs.model ?? null);
  const settings = await settingsOf(project, model, withData(config, inputs.data), {
    set: inputs.set,
    evaluationData: inputs["evaluate-data"] ?? config.evaluate.data ?? null,
    baselines: askedBaselines(inputs.baseline, config),
    trigger: { event: "manual", reason: null, driftEvent: null },
  });
  return { model, config, inputsDigest: await plannedDigest(settings, portsOf(project)) };
}

async function settingsOf(project: Project, model: string, config: ModelConfig, run: OneRun): Promise<TrainSettings> {
  const given = await paramsOf(project, config.train.params);
  const params = setParams(given, run.set);
  if (config.train.params !== undefined) tellNewNames(project, config.train.params, newNames(given, run.set));
  const { evaluationData, baselines, trigger, sameInputs } = run;
  return {
    model,
    config,
    project: project.config,
    params,
    evaluationData,
    baselines,
    trigger,
    sameInputs,
    ownCode: ownCodeOf(project),
    tool: project.tool,
  };
}

async function trainOnce(project: Project, model: string, config: ModelConfig, run: OneRun): Promise<Trained> {
  const settings = await settingsOf(project, model, config, run);
  await project.registry.state(model); // a damaged registry is refused before the hours of a training, not after them
  const ports = portsOf(project);
  const record = await train(settings, ports);
  const resumable =
    record.status === "interrupted" && (await (await ports.runs.checkpoints(model, record.inputsDigest)).holds());
  return { record, resumable };
}

/** A misspelt `--set` trains with the old value, perhaps for hours. */
function tellNewNames({ backend }: Project, file: string, found: ReturnType<typeof newNames>): void {
  for (const { name, known } of found) {
    const near = nearest(name.split(".").at(-1) as string, known);
    const has = known.length === 0 ? "nothing there" : known.slice(0, 20).join(", ");
    backend.progress.note(
      `--set ${name} is new: ${file} has ${has}.${near === null ? "" : ` Did you mean "${near}"?`}`,
    );
  }
}

async function paramsOf(project: Project, file: string | undefined): Promise<Params> {
  if (file === undefined) return {};
  const text = await project.backend.workspace.read(file);
  if (text === null) throw new TrainyardError("FILE_NOT_FOUND", { path: file, what: "train.params" });
  return (await import("../config/load-params.ts")).parseParams(text, file);
}

/** `predict`: scores rows with a version's or a run's files. */
export async function predictVerb(project: Project, inputs: PredictInputs): Promise<Predicted> {
  needsPosix("predict");
  const reference = inputs.model === undefined ? null : parseReference(inputs.model);
  const { model, config } = chooseModel(project.config, reference?.model ?? null);
  const of =
    inputs.run === undefined
      ? { reference: reference ?? { model, which: { alias: "production" } } }
      : { run: inputs.run };
  const scratch = await project.backend.workspace.scratch();
  try {
    await scratch.write("log.txt", "");
    const { failure, predicted } = await predict(
      { model, config, of, data: inputs.data, out: inputs.out, log: scratch.path("log.txt") },
      portsOf(project),
    );
    if (predicted !== null) return predicted;
    throw new TrainyardError("PREDICT_FAILED", {
      problem: failure?.message ?? "it gave no predictions",
      tail: failure?.logTail ?? [],
    });
  } finally {
    await scratch.remove();
  }
}

function withData(config: ModelConfig, data: readonly string[]): ModelConfig {
  return data.length === 0 ? config : { ...config, train: { ...config.train, data: [...data] } };
}

/** What is scored beside the candidate: what was named, else what it will be compared with. */
function askedBaselines(named: string | undefined, config: ModelConfig): readonly string[] {
  return named === undefined ? baselinesOf(config.evaluate) : [named];
}
