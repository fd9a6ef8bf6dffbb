import type { Config } from "./config.ts";

/** Paths and patterns a config names, which say what a file of the project is. */
export interface DeclaredPaths {
  /** What trainings write: outputs of all models and steps, predictions, metrics.json. */
  readonly made: readonly string[];
  /** What is given, watched or served: data, parameters, drift's files, the folders of environments, the store. */
  readonly kept: readonly string[];
}

/** Never code, whatever the config says: words about the project, its editor's schema, what git is told, and what tools leave behind. */
export const NEVER_CODE: readonly string[] = [
  "**/*.md",
  ".github",
  "trainyard.schema.json",
  "**/.gitignore",
  "**/.DS_Store",
  "**/__pycache__",
  "**/.ipynb_checkpoints",
  "**/node_modules",
  ".venv",
  "venv",
];

/** The files of all models: one model's outputs are no code of another. */
export function declaredPaths({ models, store }: Config): DeclaredPaths {
  const made = new Set(["metrics.json"]);
  const kept = new Set([store]);
  for (const { train, evaluate, deploy, drift } of Object.values(models)) {
    const steps = train.steps.flatMap((step) => step.outputs);
    for (const path of [...train.outputs, ...steps, evaluate.predictions]) made.add(path);
    for (const dataset of train.data) {
      if (typeof dataset === "string") kept.add(dataset);
      else if ("path" in dataset) kept.add(dataset.path);
      else if ("dvc" in dataset) kept.add(dataset.dvc.replace(/\.dvc$/, "")); // the pointer belongs into git, its data does not
    }
    if (train.params !== undefined) kept.add(train.params); // recorded value by value, and one model's are no code of another
    if (evaluate.data !== undefined) kept.add(evaluate.data);
    for (const { path } of Object.values(deploy)) kept.add(path);
    for (const path of [...(drift?.current ?? []), ...(drift?.predictions ?? []), ...(drift?.labels ?? [])])
      kept.add(path);
  }
  return { made: [...made], kept: [...kept] };
}
