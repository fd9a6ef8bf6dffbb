import { posix } from "node:path";
import { type CommitFile, type CommitFiles, fieldOf, pathFrom } from "./commit-files.ts";

/** What DVC tracks at a path: `1a2b…`, or `1a2b….dir` for a folder, by a file or stage of the commit. */
export interface DvcOutput {
  readonly path: string;
  readonly md5: string;
  /** The stage that makes it; null where a `.dvc` file tracks it. */
  readonly stage: DvcStage | null;
}

/** A stage as `dvc.lock` has it. */
export interface DvcStage {
  /** "train", "train@0" for one of many. */
  readonly name: string;
  /** Where its paths start, from the top of the repository: its `wdir`, else the folder of its `dvc.yaml`. */
  readonly folder: string;
  readonly lock: unknown;
  /** As `dvc.yaml` has it. */
  readonly yaml: unknown;
}

/**
 * The output that holds a path, itself or the folder it lies in, as the commit's `.dvc` files and `dvc.lock` say; null when DVC does not track it.
 * These lie beside or above it most often, and are asked first; an output may also be named from anywhere.
 */
export async function dvcOutput(commits: CommitFiles, commit: string, path: string): Promise<DvcOutput | null> {
  const places: string[] = [];
  for (let at = path; at !== "." && at !== ""; at = posix.dirname(at)) places.push(at);
  const folders = [...places.slice(1), "."].map((folder) => (folder === "." ? "" : folder));
  const near = [...places.map((place) => `${place}.dvc`), ...folders.map((folder) => posix.join(folder, "dvc.lock"))];
  const holding = (outs: readonly DvcOutput[]) =>
    places.flatMap((place) => outs.find((one) => one.path === place) ?? [])[0];
  const beside = await commits.among(commit, near);
  const found = holding(await outputsOf(commits, commit, [...beside.values()]));
  return found ?? holding(await allOutputs(commits, commit)) ?? null;
}

const known = new WeakMap<CommitFiles, Map<string, Promise<DvcOutput[]>>>();

function allOutputs(commits: CommitFiles, commit: string): Promise<DvcOutput[]> {
  const byCommit = known.get(commits) ?? new Map<string, Promise<DvcOutput[]>>();
  known.set(commits, byCommit);
  const outputs = byCommit.get(commit) ?? read();
  byCommit.set(commit, outputs);
  return outputs;

  async function read() {
    const files = (await commits.below(commit, "")).filter(({ path }) => /(?:^|\/)dvc\.lock$|\.dvc$/.test(path));
    return outputsOf(commits, commit, files);
  }
}

async function outputsOf(commits: CommitFiles, commit: string, files: readonly CommitFile[]): Promise<DvcOutput[]> {
  const found: DvcOutput[] = [];
  for (const file of files) {
    if (file.mode === "120000") continue;
    const value = await commits.yaml(file);
    const folder = folderOf(file.path);
    if (file.path.endsWith(".dvc")) {
      const start = startOf(folder, fieldOf(value, "wdir"));
      if (start !== null) found.push(...outsOf(value, start, null));
      continue;
    }
    const stages = Object.entries((fieldOf(value, "stages") ?? {}) as object);
    const pipeline = stages.length === 0 ? undefined : await pipelineOf(commits, commit, folder);
    for (const [name, lock] of stages) {
      const yaml = fieldOf(pipeline, "stages", name.replace(/@.*$/, ""));
      const wdir = fieldOf(yaml, "wdir") ?? fieldOf(yaml, "do", "wdir");
      const start = startOf(folder, wdir);
      if (start !== null) found.push(...outsOf(lock, start, { name, folder: start, lock, yaml }));
    }
  }
  return found;
}

async function pipelineOf(commits: CommitFiles, commit: string, folder: string): Promise<unknown> {
  const path = posix.join(folder, "dvc.yaml");
  const file = (await commits.among(commit, [path])).get(path);
  return file === undefined ? undefined : commits.yaml(file);
}

const folderOf = (path: string) => (posix.dirname(path) === "." ? "" : posix.dirname(path));

/** Null where it cannot be told: a `wdir` with `${…}` in it, or out of the repository. */
function startOf(folder: string, wdir: unknown): string | null {
  if (wdir === undefined || wdir === null) return folder;
  if (typeof wdir !== "string" || wdir.includes("${")) return null;
  const joined = posix.join(folder, wdir).replace(/\/+$/, "");
  return joined === "." || joined === "" ? "" : pathFrom(folder, wdir);
}

function outsOf(stage: unknown, folder: string, made: DvcStage | null): DvcOutput[] {
  const outs = fieldOf(stage, "outs");
  return (Array.isArray(outs) ? outs : []).flatMap((out: unknown) => {
    const path = pathFrom(folder, fieldOf(out, "path"));
    const md5 = fieldOf(out, "md5");
    return path !== null && typeof md5 === "string" && /^[0-9a-f]{32}(\.dir)?$/.test(md5)
      ? [{ path, md5, stage: made }]
      : [];
  });
}
