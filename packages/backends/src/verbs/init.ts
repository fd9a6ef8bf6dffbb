import { appendFile, mkdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { Config, jsonSchemaText, TrainyardError } from "@trainyard/core";
import { loadConfig } from "../config/load-config.ts";
import { writeRefusal } from "../local/file-refusals.ts";
import { writeNewFile } from "../local/plain-file.ts";
import { cronFor, refuseHostedDeployment, refuseSharedRunner, type WorkflowName } from "../setup/choose-workflows.ts";
import { type FirstConfig, firstConfig } from "../setup/config-text.ts";
import { fillWorkflow, type WorkflowChoices } from "../setup/fill-workflow.ts";
import { exists, repositoryAbove } from "../setup/look-around.ts";
import { workflowTemplates } from "../setup/workflow-templates.ts";

export { chooseWorkflows, plainBranch, runnerLabels, workflowNames } from "../setup/choose-workflows.ts";
export { lookAround, type Surroundings } from "../setup/look-around.ts";

const PREDICTIONS = "predictions.csv";
const SERVING = "serving";

export interface InitChoices {
  /** Null: the config that is there stays as it is, and only workflows are written. */
  readonly config: Omit<FirstConfig, "predictions" | "serving" | "staging"> | null;
  readonly workflows: readonly WorkflowName[];
  readonly fill: Pick<WorkflowChoices, "branch" | "runner" | "deployRunner" | "setUp">;
}

export interface Initialized {
  /** Paths from the project's folder. */
  readonly files: readonly string[];
  /** Lines that a person must still look at: `← choose` or `←`. */
  readonly toChoose: number;
}

/**
 * Writes the first files of a project; all, or, where one of them is there already, none.
 * @throws FILE_EXISTS naming every file in the way, NO_REPOSITORY for workflows outside one; CONFIG_NOT_FOUND and what the config refuses
 */
export async function initVerb(folder: string, { config, workflows, fill }: InitChoices): Promise<Initialized> {
  refuseSharedRunner(fill);
  const repository = await repositoryAbove(folder);
  if (workflows.length > 0 && repository === null) throw new TrainyardError("NO_REPOSITORY", { folder });
  const text =
    config === null
      ? null
      : firstConfig({ ...config, predictions: PREDICTIONS, serving: SERVING, staging: workflows.length > 0 });
  const below = relative(repository ?? folder, folder).replaceAll("\\", "/");
  const choices = {
    ...fill,
    folder: below === "" ? null : below,
    ...(text === null ? choicesOf((await loadConfig(folder)).config) : FIRST),
  };
  const files = [
    ...(text === null
      ? []
      : [
          { path: join(folder, "trainyard.yaml"), text },
          {
            path: join(folder, "trainyard.schema.json"),
            text: jsonSchemaText(Config, "input", "trainyard.yaml"),
          },
        ]),
    ...workflows.map((name) => ({
      path: join(repository ?? folder, ".github", "workflows", `${name}.yml`),
      text: fillWorkflow(workflowTemplates[name], choices),
    })),
  ];
  refuseHostedDeployment(fill, files);
  const shown = (path: string) => relative(folder, path).replaceAll("\\", "/");
  const inTheWay: string[] = [];
  for (const { path } of files) if (await exists(path)) inTheWay.push(shown(path));
  if (inTheWay.length > 0) throw new TrainyardError("FILE_EXISTS", { path: inTheWay.join(", ") });
  for (const file of files) {
    await mkdir(dirname(file.path), { recursive: true }).catch((error: unknown) => {
      throw writeRefusal(error, shown(dirname(file.path)));
    });
    await writeNewFile(file.path, file.text);
  }
  const names = files.map(({ path }) => shown(path));
  const made = config === null ? [] : [...config.outputs, PREDICTIONS, "metrics.json", `${SERVING}/`];
  if (repository !== null && (await ignore(folder, made))) names.push(".gitignore");
  const toChoose = files.reduce(
    (sum, file) => sum + file.text.split("\n").filter((line) => /# .*←/.test(line)).length,
    0,
  );
  return { files: names, toChoose };
}

/** What the config says that is written here. */
const FIRST = { cron: cronFor(52), firstEnvironment: "staging" };

/** What a config that is there says about its workflows; where its models differ, a person chooses. */
function choicesOf({ models }: Config): { cron: string | null; firstEnvironment: string | null } {
  const all = Object.values(models);
  const rhythms = new Set(all.flatMap(({ drift }) => (drift === undefined ? [] : [drift["runs-per-year"]])));
  const [rhythm] = rhythms;
  const isFirst = (name: string) =>
    all.every(({ deploy }) => Object.hasOwn(deploy, name)) &&
    (name === "staging" || all.some(({ deploy }) => Object.values(deploy).some(({ after }) => after === name)));
  return {
    cron: rhythm === undefined || rhythms.size > 1 ? null : cronFor(rhythm),
    firstEnvironment: ["staging", ...all.flatMap(({ deploy }) => Object.keys(deploy))].find(isFirst) ?? null,
  };
}

/**
 * Adds a section to .gitignore with those paths that no line of it names, so that what a training writes is no change to its code.
 * @returns Whether it was written: false where nothing is missing.
 */
async function ignore(folder: string, paths: readonly string[]): Promise<boolean> {
  const file = join(folder, ".gitignore");
  const before = (await exists(file)) ? await readFile(file, "utf8") : "";
  const plain = (line: string) => line.trim().replace(/^(?:\.?\/)+|\/+$/g, "");
  const named = new Set(before.split("\n").map(plain));
  const missing = new Set(
    paths.filter((path) => !named.has(plain(path))).map((path) => `/${path.replace(/^(?:\.\/)+/, "")}`),
  );
  if (missing.size === 0) return false;
  const gap = before === "" ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  await appendFile(file, `${gap}# what trainings write\n${[...missing].join("\n")}\n`);
  return true;
}
