import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { type Config, declaredPaths, isRefusal } from "@trainyard/core";
import { type LoadedConfig, loadConfig } from "../config/load-config.ts";
import { git, runGit } from "../git/git.ts";
import { pathFilter } from "../git/path-filter.ts";
import { originOf } from "../git/remote.ts";
import { openProjectRegistry } from "../open-project-registry.ts";
import { findProgram } from "../process/find-program.ts";
import { splitCommand } from "../process/split-command.ts";
import { type Finding, fail, ok, some, unknown, warn } from "./finding.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** `git cat-file --batch-command` and others came with it. */
const LEAST_GIT = [2, 34] as const;
const LEAST_NODE = 20;

/** What of this machine and this folder a training, a verdict and a registration need. */
export async function checkProject(folder: string, environment: Environment): Promise<Finding[]> {
  const machine = [checkNode(), await checkGit(folder)];
  let loaded: LoadedConfig;
  try {
    loaded = await loadConfig(folder);
  } catch (error) {
    return [...machine, fromRefusal("config", error)];
  }
  const { config, root } = loaded;
  const models = Object.keys(config.models);
  return [
    ...machine,
    ok("config", `trainyard.yaml, ${models.length === 1 ? "model" : "models"} ${some(models)}`),
    ...checkCommands(config, root, environment),
    ...(await checkFiles(config, root)),
    ...(await checkTracked(config, root)),
    await checkStore(config, root),
    await checkOrigin(root),
    await checkRegistry(root, environment),
  ];
}

/** A refusal says itself what to do. Anything else is a mistake of ours. */
function fromRefusal(id: string, error: unknown): Finding {
  if (!isRefusal(error)) throw error;
  return error.code === "SERVICE_UNREACHABLE" || error.code === "GITHUB_LIMIT"
    ? unknown(id, error.message, error.hint)
    : fail(id, error.message, error.hint);
}

function checkNode(): Finding {
  const version = process.versions.node;
  return Number(version.split(".")[0]) >= LEAST_NODE
    ? ok("node", version)
    : fail("node", version, `Install Node ${LEAST_NODE} or newer.`);
}

async function checkGit(folder: string): Promise<Finding> {
  let text: string;
  try {
    text = (await runGit(folder, ["--version"])).stdout.trim();
  } catch (error) {
    return fromRefusal("git", error);
  }
  const [, major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(text) ?? []).map(Number);
  const [leastMajor, leastMinor] = LEAST_GIT;
  const isNew = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  return isNew
    ? ok("git", text.replace(/^git version /, ""))
    : fail("git", text, `Install git ${LEAST_GIT.join(".")} or newer.`);
}

/** The program each command starts with; a command that needs a shell says by itself what is not there. */
function checkCommands({ models }: Config, root: string, environment: Environment): Finding[] {
  const programs = new Set<string>();
  for (const { train, evaluate } of Object.values(models))
    for (const command of [train.run, ...train.steps.map(({ run }) => run), evaluate.predict ?? ""]) {
      const [program] = splitCommand(command) ?? [];
      if (program !== undefined) programs.add(program);
    }
  return [...programs].map((program) => {
    const found = findProgram(program, root, environment["PATH"] ?? "");
    return "path" in found
      ? ok("commands", `${program}: ${found.path}`)
      : warn("commands", `${found.problem} is not found here`, "Install it, or train on a machine that has it.");
  });
}

async function checkFiles({ models }: Config, root: string): Promise<Finding[]> {
  const named = new Set<string>();
  for (const { train, evaluate } of Object.values(models)) {
    if (train.params !== undefined) named.add(train.params);
    if (evaluate.data !== undefined) named.add(evaluate.data);
    for (const dataset of train.data) {
      if (typeof dataset === "string") named.add(dataset);
      else if ("path" in dataset) named.add(dataset.path);
      else if ("dvc" in dataset) named.add(dataset.dvc);
    }
  }
  const plain = [...named].filter((path) => !/[*?[\]{}]/.test(path)); // a pattern may name nothing yet
  const missing: string[] = [];
  for (const path of plain) if (!(await isThere(join(root, path)))) missing.push(path);
  if (missing.length > 0)
    return [warn("files", `not here: ${some(missing)}`, "Correct trainyard.yaml, or bring the data before you train.")];
  return plain.length === 0 ? [] : [ok("files", `${plain.length} that trainyard.yaml names are here`)];
}

async function checkTracked(config: Config, root: string): Promise<Finding[]> {
  const isMade = pathFilter(root, declaredPaths(config).made);
  const { code, stdout } = await runGit(root, ["ls-files", "-z"]);
  if (code !== 0) return [];
  const tracked = stdout.split("\0").filter((path) => path !== "" && isMade(path));
  if (tracked.length === 0) return [ok("outputs", "git does not track what trainings write")];
  const todo = `git rm --cached ${tracked.length === 1 ? tracked[0] : "each of them"}, and name it in .gitignore.`;
  return [warn("outputs", `git tracks what trainings write: ${some(tracked)}`, todo)];
}

async function checkStore({ store }: Config, root: string): Promise<Finding> {
  const folder = isAbsolute(store) ? store : join(root, store);
  let there = folder;
  while (!(await isThere(there)) && dirname(there) !== there) there = dirname(there);
  const mayWrite = await access(there, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!mayWrite)
    return fail("store", `${there} cannot be written to`, "Give yourself the folder, or set `store:` to another.");
  return ok("store", there === folder ? store : `${store}, made by the first training`);
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

async function checkOrigin(root: string): Promise<Finding> {
  const origin = await originOf(root);
  return origin === null
    ? warn(
        "origin",
        "the repository has no remote origin",
        "Without one the registry is this clone's alone: git remote add origin URL.",
      )
    : ok("origin", origin.url.replace(/^([a-z+]+:\/\/)[^/@]*@/i, "$1"));
}

/** The branch is read as everybody reads it: format, head, and that it was not set back. */
async function checkRegistry(root: string, environment: Environment): Promise<Finding> {
  const notes: string[] = [];
  try {
    const progress = { note: (text: string) => void notes.push(text) };
    const { chosen, registry } = await openProjectRegistry({ folder: root, environment, progress, write: null });
    try {
      const models = await registry.models();
      const head = await chosen.branch.head();
      const where = chosen.place === "own" ? "this clone's" : "origin's";
      if (head === null) return ok("registry", "none yet; the first `trainyard register` makes it");
      const said = `${where}, ${models.length} ${models.length === 1 ? "model" : "models"}, head ${head.slice(0, 12)} is as it was written`;
      return notes.length === 0
        ? ok("registry", said)
        : warn("registry", `${said}; ${notes[0]}`, "Run it again when origin answers.");
    } finally {
      chosen.branch.close();
    }
  } catch (error) {
    return fromRefusal("registry", error);
  }
}

/** Where `.github` is. Null outside a repository. */
export async function repositoryRoot(folder: string): Promise<string | null> {
  return git(folder, ["rev-parse", "--show-toplevel"]).then(
    (text) => text.trim(),
    () => null,
  );
}
