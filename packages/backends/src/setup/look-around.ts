import { constants } from "node:fs";
import { access, readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { runGit } from "../git/git.ts";

/** What a folder tells about its project without a word from anybody. */
export interface Surroundings {
  readonly name: string;
  readonly run: string;
  readonly params: string | null;
  readonly data: readonly string[];
  readonly evaluateData: string | null;
  readonly predict: string | null;
  /** How what the training imports is brought onto a fresh machine, as steps of a job. */
  readonly setUp: readonly string[];
  /** The branch that others are merged into. */
  readonly branch: string;
  /** Origin is on github.com or a host of its kind. */
  readonly onGithub: boolean;
  readonly configIsThere: boolean;
}

const TABLE = /\.(?:csv|parquet|jsonl)$/;

/** @throws GIT_MISSING */
export async function lookAround(folder: string): Promise<Surroundings> {
  const found = await readdir(folder);
  const data = await readdir(join(folder, "data")).catch(() => []);
  const inData = (name: RegExp) =>
    data.filter((file) => TABLE.test(file) && name.test(file)).map((file) => `data/${file}`);
  const predict = found.includes("predict.py") ? "python predict.py" : null;
  const remote = await runGit(folder, ["config", "--get", "remote.origin.url"]);
  return {
    name: nameFrom(basename(folder)),
    run: commandFor(found),
    params: found.find((file) => /^params\.(ya?ml|json)$/.test(file)) ?? null,
    data: inData(/^train(?:ing)?\b/i),
    evaluateData:
      predict === null ? null : (inData(/^(?:eval(?:uate|uation)?|test|holdout|valid(?:ation)?)\b/i)[0] ?? null),
    predict,
    setUp: setUpFor(found),
    branch: await defaultBranch(folder),
    onGithub: /github\.com[:/]|\.ghe\.com[:/]/.test(remote.stdout),
    configIsThere: await exists(join(folder, "trainyard.yaml")),
  };
}

export async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}

/** The folder that holds `.git`; null outside a repository. A worktree and a submodule have a file of that name, all others a folder. */
export async function repositoryAbove(folder: string): Promise<string | null> {
  if (await exists(join(folder, ".git"))) return folder;
  const above = dirname(folder);
  return above === folder ? null : repositoryAbove(above);
}

/** As origin says; else the branch one is on; else what git calls a first branch here. */
async function defaultBranch(folder: string): Promise<string> {
  for (const words of [
    ["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"],
    ["symbolic-ref", "--quiet", "--short", "HEAD"],
    ["config", "--get", "init.defaultBranch"],
  ]) {
    const name = (await runGit(folder, words)).stdout.trim().replace(/^origin\//, "");
    if (name !== "") return name;
  }
  return "main";
}

function nameFrom(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "")
    .replace(/\.{2,}/g, ".")
    .slice(0, 63);
  return name === "" ? "model" : name;
}

function commandFor(found: readonly string[]): string {
  if (found.includes("train.py")) return "python train.py";
  if (found.includes("train.R")) return "Rscript train.R";
  if (found.includes("train.sh")) return "bash train.sh";
  return "python train.py";
}

/** Into a folder that goes away with the job: a runner that stays must not hand one branch's packages to the next. */
function setUpFor(found: readonly string[]): string[] {
  if (found.includes("uv.lock"))
    return [
      "- name: What the training imports",
      "  run: |",
      '    UV_PROJECT_ENVIRONMENT="$RUNNER_TEMP/venv" uv sync --locked',
      '    echo "$RUNNER_TEMP/venv/bin" >> "$GITHUB_PATH"',
    ];
  if (found.includes("requirements.txt"))
    return [
      "- name: What the training imports",
      "  run: |",
      '    python3 -m venv "$RUNNER_TEMP/venv"',
      '    "$RUNNER_TEMP/venv/bin/pip" install --quiet --requirement requirements.txt',
      '    echo "$RUNNER_TEMP/venv/bin" >> "$GITHUB_PATH"',
    ];
  return [];
}
