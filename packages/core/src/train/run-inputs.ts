import type { Digester } from "../backend.ts";
import type { ModelConfig } from "../config/config.ts";
import type { DatasetRef } from "../data/dataset.ts";
import type { Params } from "../data/params.ts";
import { canonicalJson, type FileRef, type Sha256 } from "../document.ts";
import type { RunInputs } from "./run-record.ts";

/** Lock files that pin what a training runs with; those that exist count as inputs. */
export const lockFileNames = [
  "uv.lock",
  "poetry.lock",
  "pdm.lock",
  "Pipfile.lock",
  "pixi.lock",
  "conda-lock.yml",
  "environment.yml",
  "requirements.txt",
  "requirements.lock",
  "package-lock.json",
  "pnpm-lock.yaml",
  "Cargo.lock",
  "go.sum",
] as const;

/** Digest over names and digests of files, in path order: what a tree contains, whatever its dates. */
export function treeDigest(files: readonly FileRef[], sha256: Digester): Sha256 {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  return sha256(canonicalJson(sorted.map(({ path, digest }) => ({ path, digest }))));
}

/** The inputs of a run, in one fixed form whose digest says whether two runs would make the same. */
export function runInputs(
  model: string,
  config: ModelConfig,
  found: {
    code: Sha256;
    params: Params;
    seed: number | null;
    datasets: readonly DatasetRef[];
    lockFiles: readonly FileRef[];
  },
): RunInputs {
  const data = (role: DatasetRef["role"]) =>
    found.datasets
      .filter((dataset) => dataset.role === role)
      .map((dataset) => ({ path: dataset.path, digest: dataset.digest ?? `claimed:${dataset.claimed ?? ""}` }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    model,
    command: config.train.run,
    steps: config.train.steps.map(({ name, run, inputs, outputs }) => ({ name, command: run, inputs, outputs })),
    code: found.code,
    params: found.params,
    seed: found.seed,
    data: data("training"),
    evaluationData: config.evaluate.predict === undefined ? data("evaluation") : [],
    lockFiles: found.lockFiles.map(({ path, digest }) => ({ path, digest })),
    outputs: [...config.train.outputs].sort(),
  };
}

/** The digest a run is found again by. */
export function inputsDigest(inputs: RunInputs, sha256: Digester): Sha256 {
  return sha256(canonicalJson(inputs));
}
