import type { Config, ModelConfig } from "../config/config.ts";
import { CONFIG_NAME } from "../config/config-name.ts";
import { declaredPaths, NEVER_CODE } from "../config/declared-paths.ts";
import { lockFileNames } from "./run-inputs.ts";

/** What of a model a change touches: what would give a new candidate another inputs digest, or another verdict. */
export type Touched = "new" | "config" | "code" | "data" | "params" | "locks";

/** A model that has something to be done, and why. */
export interface PlannedModel {
  readonly model: string;
  /** Empty where it was not asked what changed: every model is meant. */
  readonly because: readonly Touched[];
  /** Changed files that touch it, relative to the project. */
  readonly paths: readonly string[];
}

/** What changed since a commit. */
export interface SourceChange {
  /** Files that differ, are new or are gone; relative to the project. */
  readonly paths: readonly string[];
  /** The config of that commit; null where it had none, or one that cannot be read: then every model counts as new. */
  readonly config: Config | null;
}

/** Whether a path is named by patterns as trainyard.yaml has them. */
export type NamedBy = (patterns: readonly string[]) => (path: string) => boolean;

/**
 * The models a change touches, in the order of the config. A deployment's or a drift check's settings make no other candidate.
 * What a path is to a model both configs say, that of before and that of now: else a change could take its own code out of what counts as code.
 */
export function touchedModels(config: Config, change: SourceChange, namedBy: NamedBy): PlannedModel[] {
  return Object.entries(config.models).flatMap(([model, now]) => {
    const before =
      change.config === null || !Object.hasOwn(change.config.models, model) ? undefined : change.config.models[model];
    const kinds = [
      ...pathKinds(now, config, namedBy),
      ...(before === undefined || change.config === null ? [] : pathKinds(before, change.config, namedBy)),
    ];
    const because = new Set<Touched>(before === undefined ? ["new"] : sameCandidate(before, now) ? [] : ["config"]);
    const paths: string[] = [];
    for (const path of change.paths) {
      const kind = kinds.find(([, named]) => named(path))?.[0];
      if (kind === undefined) continue;
      because.add(kind);
      paths.push(path);
    }
    return because.size === 0 ? [] : [{ model, because: [...because], paths }];
  });
}

/** Every model of the config, or only those that are watched for drift. */
export function allModels(config: Config, only: "all" | "drift"): PlannedModel[] {
  return Object.entries(config.models)
    .filter(([, settings]) => only === "all" || settings.drift !== undefined)
    .map(([model]) => ({ model, because: [], paths: [] }));
}

function sameCandidate(before: ModelConfig, now: ModelConfig): boolean {
  const part = ({ task, train, evaluate }: ModelConfig) => JSON.stringify([task, train, evaluate]);
  return part(before) === part(now);
}

/** What a path is to a model, asked in this order: a file of data is data although `code` names its folder too. */
function pathKinds(model: ModelConfig, config: Config, namedBy: NamedBy): [Touched, (path: string) => boolean][] {
  const { train, evaluate } = model;
  const { made, kept } = declaredPaths(config);
  const isMade = namedBy(made);
  const isCode =
    train.code === undefined ? not(namedBy([...made, ...kept, ...NEVER_CODE, CONFIG_NAME])) : namedBy(train.code);
  const data = train.data.flatMap((dataset) => {
    if (typeof dataset === "string") return [dataset];
    return "path" in dataset ? [dataset.path] : "dvc" in dataset ? [dataset.dvc] : [];
  });
  const given = [
    ...data,
    ...(evaluate.data === undefined ? [] : [evaluate.data]),
    ...train.steps.flatMap((step) => step.inputs),
  ];
  const locks = new Set<string>(lockFileNames);
  return [
    ["data", namedBy(given)],
    ["params", namedBy(train.params === undefined ? [] : [train.params])],
    ["locks", (path) => locks.has(path)],
    ["code", (path) => isCode(path) && !isMade(path)],
  ];
}

const not = (test: (path: string) => boolean) => (path: string) => !test(path);

/** The matrix of a job: `strategy: matrix: ${{ fromJSON(…) }}`. Nothing but names of the config stands in it. */
export function matrixOf(planned: readonly PlannedModel[]): { include: { model: string; because: string }[] } {
  return { include: planned.map(({ model, because }) => ({ model, because: because.join("+") || "all" })) };
}
