import { posix } from "node:path";
import { type ArtifactBytes, type GitTag, type GtoEvent, isRefusal } from "@trainyard/core";
import { parseYamlText } from "../config/yaml-text.ts";
import { git } from "../git/git.ts";

/** Fields of a tag, one a line: none of them can hold a line break. */
const FIELDS = [
  "%(refname:strip=2)",
  "%(objectname)",
  "%(objecttype)",
  "%(*objectname)",
  "%(taggername)",
  "%(taggerdate:unix)",
  "%(contents:subject)",
];

/** All tags of a repository that lead to a commit. @throws GIT_MISSING, GIT_FAILED */
export async function readTags(repository: string): Promise<GitTag[]> {
  const text = await git(repository, ["for-each-ref", `--format=${FIELDS.join("%0a")}`, "refs/tags"]);
  const lines = text.split("\n");
  const tags: GitTag[] = [];
  for (let at = 0; at + FIELDS.length <= lines.length; at += FIELDS.length) {
    const [name = "", id = "", type, target = "", tagger = "", seconds = "", subject = ""] = lines.slice(at);
    if (type === "commit") tags.push({ name, id, commit: id, tagger: null, subject: "" });
    if (type === "tag") tags.push({ name, id, commit: target, tagger: { name: tagger, at: Number(seconds) }, subject });
  }
  return tags;
}

/** Looks each registration's artifact up in the `artifacts.yaml` of its commit, and whether that path is there. @throws GIT_MISSING, GIT_FAILED */
export async function artifactBytes(repository: string, events: readonly GtoEvent[]): Promise<ArtifactBytes[]> {
  const places = events.map(({ artifact, tag }) => {
    const [folder, name] = artifact.includes(":") ? (artifact.split(":") as [string, string]) : ["", artifact];
    return { folder, name, commit: tag.commit };
  });
  const lists = await kinds(
    repository,
    places.map(({ commit, folder }) => `${commit}:${posix.join(folder, "artifacts.yaml")}`),
  );
  const parsed = new Map<string, unknown>();
  for (const id of new Set(lists.flatMap((one) => (one?.type === "blob" ? [one.id] : [])))) {
    parsed.set(id, yamlOf(await git(repository, ["cat-file", "blob", id])));
  }
  const paths = places.map(({ folder, name }, index) => {
    const entry = (parsed.get(lists[index]?.id ?? "") as Record<string, unknown> | null | undefined)?.[name];
    const path = (entry as { path?: unknown } | null | undefined)?.path;
    return typeof path === "string" && !/[\n\0]/.test(path) ? posix.join(folder, path) : null;
  });
  const asked = places.flatMap(({ commit }, index) => [`${commit}:${paths[index]}`, `${commit}:${paths[index]}.dvc`]);
  const there = await kinds(repository, asked);
  return paths.map((path, index): ArtifactBytes => {
    if (path === null) return { where: "unnamed", path };
    if (there[2 * index] !== null) return { where: "git", path };
    return { where: there[2 * index + 1] === null ? "missing" : "dvc", path };
  });
}

/** What each name leads to; null for what does not exist. One process for all. */
async function kinds(repository: string, names: readonly string[]): Promise<({ id: string; type: string } | null)[]> {
  if (names.length === 0) return [];
  const text = await git(repository, ["cat-file", "--batch-check"], { input: `${names.join("\n")}\n` });
  return text
    .split("\n")
    .slice(0, names.length)
    .map((line) => {
      const [, id, type] = /^([0-9a-f]+) (\w+) \d+$/.exec(line) ?? [];
      return id === undefined || type === undefined ? null : { id, type };
    });
}

/** Null for what is no YAML: GTO would not read it either. */
function yamlOf(text: string): unknown {
  try {
    return parseYamlText(new TextEncoder().encode(text), "artifacts.yaml").value;
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}
