import { posix } from "node:path";
import { type ArtifactFacts, type GitTag, type GtoEvent, MIRROR_TRAILER, type UpstreamBytes } from "@trainyard/core";
import { git } from "../git/git.ts";
import { artifactFiles } from "./artifact-files.ts";
import { type CommitFiles, fieldOf, pathFrom } from "./commit-files.ts";
import type { KeepFile } from "./keep-file.ts";

/** Fields of a tag, one a line: none of them can hold a line break. */
const FIELDS = [
  "%(refname:strip=2)",
  "%(objectname)",
  "%(objecttype)",
  "%(*objectname)",
  "%(taggername)",
  "%(taggerdate:unix)",
  "%(contents:subject)",
  `%(contents:trailers:key=${MIRROR_TRAILER},valueonly,separator=%2C)`,
];

/** All tags of a repository that lead to a commit. @throws GIT_MISSING, GIT_FAILED */
export async function readTags(repository: string): Promise<GitTag[]> {
  const text = await git(repository, ["for-each-ref", `--format=${FIELDS.join("%0a")}`, "refs/tags"]);
  const lines = text.split("\n");
  const tags: GitTag[] = [];
  for (let at = 0; at + FIELDS.length <= lines.length; at += FIELDS.length) {
    const [name = "", id = "", type, target = "", tagger = "", seconds = "", subject = "", event = ""] =
      lines.slice(at);
    if (type === "commit") tags.push({ name, id, commit: id, tagger: null, subject: "" });
    if (type !== "tag") continue;
    const said = { name, id, commit: target, tagger: { name: tagger, at: Number(seconds) }, subject };
    tags.push(event === "" ? said : { ...said, event });
  }
  return tags;
}

/** Where a registration's artifact is, and what else is said about it: `artifacts.yaml` of its commit (GTO's), or `artifacts:` of `dvc.yaml` (DVC's). */
export interface ArtifactEntry {
  /** From the top of the repository; null where nobody names it. */
  readonly path: string | null;
  readonly facts: ArtifactFacts;
}

export async function artifactEntry(commits: CommitFiles, { artifact, tag }: GtoEvent): Promise<ArtifactEntry> {
  const [folder, name] = artifact.includes(":") ? (artifact.split(":") as [string, string]) : ["", artifact];
  const own = posix.join(folder, "artifacts.yaml");
  const dvcs = posix.join(folder, "dvc.yaml");
  const there = await commits.among(tag.commit, [own, dvcs]);
  for (const file of [own, dvcs]) {
    const found = there.get(file);
    if (found === undefined) continue;
    const value = await commits.yaml(found);
    const entry = file === own ? fieldOf(value, name) : fieldOf(value, "artifacts", name);
    if (entry !== null && typeof entry === "object")
      return { path: pathFrom(folder, fieldOf(entry, "path")), facts: entryFacts(entry) };
  }
  return { path: null, facts: {} };
}

/** Everything but the path, as text. */
export function entryFacts(entry: object): ArtifactFacts {
  const facts: Record<string, string> = {};
  for (const [name, value] of Object.entries(entry).slice(0, 100)) {
    if (name === "path" || value === null || value === undefined) continue;
    const text = typeof value === "string" ? value : JSON.stringify(value);
    facts[name.slice(0, 200)] = text.slice(0, 2000);
  }
  return facts;
}

/** The files of a registration. */
export async function registrationFiles(
  commits: CommitFiles,
  commit: string,
  { path }: ArtifactEntry,
  keep: KeepFile,
): Promise<UpstreamBytes> {
  if (path === null) return { missing: "neither artifacts.yaml nor dvc.yaml of its commit says where its files are" };
  return artifactFiles(commits, commit, path, keep);
}
