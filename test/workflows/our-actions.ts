import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ACTIONS_REPOSITORY } from "./action-repository.ts";

const ROOT = join(import.meta.dirname, "../..");

export interface ActionYaml {
  readonly name: string;
  readonly inputs?: Readonly<Record<string, { description?: string; required?: boolean; default?: unknown }>>;
  readonly outputs?: Readonly<Record<string, { description?: string }>>;
}

/** action.yml of one of our actions; undefined for those of others. */
export function ours(repository: string, folder: string): ActionYaml | undefined {
  const path = join(ROOT, folder, "action.yml");
  if (repository !== ACTIONS_REPOSITORY || !existsSync(path)) return undefined;
  return parse(readFileSync(path, "utf8")) as ActionYaml;
}

/** `trainyard/trainyard/actions/train@v1` → `train`; null for an action of others. */
export function ourAction(uses: string): string | null {
  const [path = ""] = uses.split("@");
  return path.startsWith(`${ACTIONS_REPOSITORY}/actions/`) ? path.slice(`${ACTIONS_REPOSITORY}/actions/`.length) : null;
}

/** Inputs of other people's actions that templates use, as their action.yml has them at the commit they are pinned to. */
const THEIRS: Readonly<Record<string, ActionYaml>> = {
  "actions/checkout": {
    name: "Checkout",
    inputs: { "fetch-depth": { default: 1 }, "persist-credentials": { default: true } },
  },
  "actions/setup-node": {
    name: "Setup Node.js",
    inputs: { "node-version": {}, "package-manager-cache": { default: true } },
  },
};

/** action.yml of any action a workflow names; undefined for one we know nothing of, which is a mistake in the workflow. */
export function metadataOf(repository: string, folder: string): ActionYaml | undefined {
  return ours(repository, folder) ?? THEIRS[repository];
}
