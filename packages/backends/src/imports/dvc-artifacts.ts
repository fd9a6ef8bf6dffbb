import { posix } from "node:path";
import { type DvcArtifact, metricsIn, paramsIn } from "@trainyard/core";
import { git } from "../git/git.ts";
import { readBytes } from "../local/plain-file.ts";
import { artifactIdentity } from "./artifact-files.ts";
import { type CommitFiles, fieldOf, pathFrom, yamlOf } from "./commit-files.ts";
import { dvcFiles } from "./dvc-cache.ts";
import { dvcOutput } from "./dvc-outputs.ts";
import { entryFacts } from "./gto-tags.ts";

/** An artifact with where its files are in its commit, from the top of the repository. */
export interface PlacedArtifact extends DvcArtifact {
  readonly path: string;
}

export interface DvcReading {
  /** Oldest commit first. */
  readonly artifacts: readonly PlacedArtifact[];
  /** Artifacts whose files nobody tracks: "churn at 1a2b…: why". */
  readonly left: readonly { readonly name: string; readonly why: string }[];
}

/** What the `dvc.yaml` files of the newest commit declare below `artifacts:`, or of all commits that touched what DVC writes. @throws GIT_FAILED */
export async function readDvcArtifacts(commits: CommitFiles, allCommits: boolean): Promise<DvcReading> {
  const artifacts: PlacedArtifact[] = [];
  const left = new Map<string, string>();
  for (const commit of await commitsOf(commits.repository, allCommits)) {
    for (const file of (await commits.below(commit.id, "")).filter(({ path }) => /(^|\/)dvc\.yaml$/.test(path))) {
      const folder = posix.dirname(file.path) === "." ? "" : posix.dirname(file.path);
      const value = await commits.yaml(file);
      const entries = fieldOf(value, "artifacts");
      if (entries === null || typeof entries !== "object") continue;
      for (const [own, entry] of Object.entries(entries).slice(0, 1000)) {
        const name = folder === "" ? own : `${folder}:${own}`;
        const path = pathFrom(folder, typeof entry === "string" ? entry : fieldOf(entry, "path"));
        const identity = path === null ? null : await artifactIdentity(commits, commit.id, path);
        if (path === null || identity === null) {
          left.set(
            name,
            `at commit ${commit.id.slice(0, 12)}: ${path ?? "its path"} is not in it, neither as a file nor tracked by DVC`,
          );
          continue;
        }
        left.delete(name);
        const made = await makingOf(commits, commit.id, folder, path, value);
        const desc = fieldOf(entry, "desc");
        artifacts.push({
          name,
          path,
          identity,
          commit: commit.id,
          at: commit.at,
          by: commit.by,
          description: typeof desc === "string" && desc !== "" ? desc : null,
          params: made.params,
          metrics: made.metrics,
          facts: { path, ...(entry !== null && typeof entry === "object" ? entryFacts(entry) : {}), ...made.facts },
        });
      }
    }
  }
  return { artifacts, left: [...left].map(([name, why]) => ({ name, why })) };
}

async function commitsOf(repository: string, all: boolean): Promise<{ id: string; at: number; by: string }[]> {
  const which = all
    ? ["--reverse", "--topo-order", "HEAD", "--", "*dvc.yaml", "*dvc.lock", "*.dvc"]
    : ["--max-count=1", "HEAD"];
  const read = async (words: readonly string[]) =>
    (await git(repository, ["log", "-z", "--format=%H%n%at%n%an", ...words]))
      .split("\0")
      .filter((text) => text !== "")
      .map((text) => {
        const [id = "", at = "", by = ""] = text.trimStart().split("\n");
        return { id, at: Number(at), by };
      });
  const found = await read(which);
  const newest = all ? await read(["--max-count=1", "HEAD"]) : [];
  return [...found, ...newest.filter(({ id }) => !found.some((one) => one.id === id))];
}

/** Parameters, metrics and inputs of the stage that makes a path, as `dvc.lock` has it; metrics that belong to no stage of its `dvc.yaml` too. */
async function makingOf(
  commits: CommitFiles,
  commit: string,
  folder: string,
  path: string,
  yaml: unknown,
): Promise<Pick<DvcArtifact, "params" | "metrics" | "facts">> {
  const made = (await dvcOutput(commits, commit, path))?.stage ?? null;
  const named = (start: string, ...lists: unknown[]) =>
    lists
      .flatMap((list) => (Array.isArray(list) ? list : []))
      .map((one: unknown) => (one !== null && typeof one === "object" ? Object.keys(one)[0] : one))
      .flatMap((one) => pathFrom(start, one) ?? []);
  const files = [
    ...named(folder, fieldOf(yaml, "metrics")),
    ...(made === null ? [] : named(made.folder, fieldOf(made.yaml, "metrics"), fieldOf(made.yaml, "do", "metrics"))),
  ];
  const { name, lock: stage } = made ?? {};
  const metrics = new Map<string, DvcArtifact["metrics"][number]>();
  for (const file of new Set(files))
    for (const metric of await metricsOf(commits, commit, file)) metrics.set(metric.name, metric);
  const deps = fieldOf(stage, "deps");
  const facts: Record<string, string> = {};
  if (name !== undefined) facts["stage"] = name.slice(0, 200);
  const cmd = fieldOf(stage, "cmd");
  if (typeof cmd === "string") facts["command"] = cmd.slice(0, 2000);
  for (const dep of (Array.isArray(deps) ? deps : []).slice(0, 200)) {
    const [at, md5] = [fieldOf(dep, "path"), fieldOf(dep, "md5")];
    if (typeof at === "string" && typeof md5 === "string")
      facts[`input ${at.slice(0, 200)}`] = `md5 ${md5.slice(0, 40)}`;
  }
  return { params: paramsIn(fieldOf(stage, "params")), metrics: [...metrics.values()], facts };
}

/** A metrics file lies in git, or in DVC's cache. */
async function metricsOf(commits: CommitFiles, commit: string, path: string): Promise<DvcArtifact["metrics"]> {
  const plain = (await commits.among(commit, [path])).get(path);
  if (plain !== undefined) return plain.mode === "120000" ? [] : metricsIn(await commits.yaml(plain));
  const output = await dvcOutput(commits, commit, path);
  const found = output === null ? null : await dvcFiles(commits.repository, output, path);
  const file = found !== null && "files" in found ? found.files[0] : undefined;
  const bytes = file === undefined ? null : await readBytes(file.file);
  return bytes === null ? [] : metricsIn(yamlOf(bytes, path));
}
