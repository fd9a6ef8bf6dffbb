import type { Backend } from "../backend.ts";
import { codePatterns } from "../config/code-patterns.ts";
import type { Config, ModelConfig } from "../config/config.ts";
import { declaredPaths, NEVER_CODE } from "../config/declared-paths.ts";
import type { DatasetRef } from "../data/dataset.ts";
import type { Params } from "../data/params.ts";
import type { FileRef, Sha256 } from "../document.ts";
import type { Registry } from "../registry/read/registry.ts";
import { findDatasets } from "./datasets.ts";
import type { OpenOwnCode } from "./own-code.ts";
import { inputsDigest, lockFileNames, runInputs, treeDigest } from "./run-inputs.ts";
import type { RunRecord } from "./run-record.ts";

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
  readonly baselines: readonly string[];
  readonly trigger: RunRecord["trigger"];
  /** Asked once `train.steps` are done and what goes in is known: a run of the very same inputs, which is taken instead of training again. */
  readonly sameInputs?: ((inputsDigest: Sha256) => Promise<RunRecord | null>) | undefined;
  /** Lays out a version's own code, for a baseline that the candidate's cannot score; absent: it is not tried. */
  readonly ownCode?: OpenOwnCode | undefined;
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
 * The digest a training of these settings would have now; null where `train.steps` make what goes into it, which only running them tells.
 * @throws FILE_NOT_FOUND
 */
export async function plannedDigest(settings: TrainSettings, ports: TrainPorts): Promise<Sha256 | null> {
  if (settings.config.train.steps.length > 0) return null;
  return (await inputsOf(settings, await dataOf(settings, ports), ports)).digest;
}

export const seedOf = ({ config, params }: TrainSettings): number | null =>
  config.train.seed ?? (typeof params["seed"] === "number" ? params["seed"] : null);

export async function inputsOf(
  settings: TrainSettings,
  datasets: readonly DatasetRef[],
  ports: TrainPorts,
): Promise<{ inputs: RunRecord["inputs"]; digest: Sha256; lockFiles: FileRef[] }> {
  const { model, config, params } = settings;
  const code = treeDigest(await codeOf(settings, datasets, ports), ports.sha256);
  const lockFiles = await ports.workspace.files(lockFileNames);
  const inputs = runInputs(model, config, { code, params, seed: seedOf(settings), datasets, lockFiles });
  return { inputs, digest: inputsDigest(inputs, ports.sha256), lockFiles };
}

function codeOf(
  { config, project }: TrainSettings,
  datasets: readonly DatasetRef[],
  { source }: Pick<TrainPorts, "source">,
): Promise<FileRef[]> {
  const { patterns, except } = codePatterns(
    config,
    project,
    datasets.map((dataset) => dataset.path),
  );
  return source.code(patterns, except);
}

/** What the commit does not hold of the code that is about to run; said before the training, which may take hours. */
export async function uncommittedCode(
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

export async function dataOf(settings: TrainSettings, ports: TrainPorts): Promise<DatasetRef[]> {
  const training = await findDatasets(settings.config.train.data, "training", ports);
  const evaluation =
    settings.evaluationData === null ? [] : await findDatasets([settings.evaluationData], "evaluation", ports);
  return [...training, ...evaluation];
}
