import { type GitTag, TrainyardError } from "@trainyard/core";
import { git, lastWords, runGit } from "../git/git.ts";
import { pushRefusal, type Remote, unreachable } from "../git/remote.ts";

/** Longest wait for origin, in milliseconds. */
const TIMEOUT = 60_000;

/** GitHub starts workflows for the tags of a push only where it has at most so many. */
const EACH = 3;
/** Up to so many new tags go in pushes that start workflows. More are the past, which nobody wants deployed again. */
const FEW = 15;
/** Tags of one push beyond that: command lines have an end. */
const MANY = 1_000;

/** All tags of origin, by name. @throws SERVICE_UNREACHABLE */
export async function tagsOfOrigin(folder: string, origin: Remote): Promise<ReadonlyMap<string, string>> {
  const { code, stdout, stderr } = await runGit(folder, ["ls-remote", "--tags", "--refs", origin.name], {
    timeout: TIMEOUT,
  });
  if (code !== 0) throw unreachable(origin, stderr);
  const lines = stdout.split("\n").flatMap((line) => /^([0-9a-f]+)\trefs\/tags\/(.+)$/.exec(line)?.slice(1, 3) ?? []);
  const found = new Map<string, string>();
  for (let at = 0; at + 1 < lines.length; at += 2) found.set(lines[at + 1] as string, lines[at] as string);
  return found;
}

/** Brings tags of origin here that are not here: counters and commits they take would else be taken twice. @throws SERVICE_UNREACHABLE */
export async function fetchTags(folder: string, origin: Remote, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const isShallow = (await git(folder, ["rev-parse", "--is-shallow-repository"])).trim() === "true";
  const words = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--stdin"];
  const { code, stderr } = await runGit(folder, [...words, ...(isShallow ? ["--depth=1"] : []), origin.name], {
    input: names.map((name) => `refs/tags/${name}:refs/tags/${name}\n`).join(""),
    timeout: TIMEOUT,
  });
  if (code !== 0) throw unreachable(origin, stderr);
}

/** What became of the tags that origin did not have. */
export interface PushedTags {
  readonly pushed: readonly string[];
  /** Origin did not take them, and why. */
  readonly refused: readonly { readonly tag: string; readonly why: string }[];
  /** They went with too many others for GitHub to start a workflow for any. */
  readonly quietly: boolean;
}

/**
 * Pushes tags that origin does not have, without force: what it has stays what it is.
 * @throws SERVICE_UNREACHABLE, REGISTRY_READ_ONLY
 */
export async function pushTags(
  folder: string,
  origin: Remote,
  tags: readonly Pick<GitTag, "name" | "id">[],
  there: ReadonlyMap<string, string>,
): Promise<PushedTags> {
  const refused = tags
    .filter(({ name, id }) => (there.get(name) ?? id) !== id)
    .map(({ name }) => ({ tag: name, why: `${origin.name} has another tag of that name` }));
  const names = tags.map(({ name }) => name).filter((name) => !there.has(name));
  const size = names.length > FEW ? MANY : EACH;
  const pushed: string[] = [];
  for (let at = 0; at < names.length; at += size) {
    const said = await push(folder, origin, names.slice(at, at + size));
    pushed.push(...said.pushed);
    refused.push(...said.refused);
  }
  return { pushed, refused, quietly: names.length > FEW };
}

async function push(folder: string, origin: Remote, names: readonly string[]): Promise<Omit<PushedTags, "quietly">> {
  const words = ["push", "--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no", origin.name];
  const refs = names.map((name) => `refs/tags/${name}:refs/tags/${name}`);
  const { code, stdout, stderr } = await runGit(folder, [...words, ...refs], { timeout: TIMEOUT });
  const answers = new Map<string, { mark: string; words: string }>();
  for (const line of stdout.split("\n")) {
    const [, mark = "", tag, text = ""] = /^(.)\trefs\/tags\/.+:refs\/tags\/([^\t]+)\t(.*)$/.exec(line) ?? [];
    if (tag !== undefined) answers.set(tag, { mark, words: text });
  }
  if (code !== 0 && answers.size === 0) throw pushRefusal(origin, stderr);
  const isTaken = (name: string) => ["*", "="].includes(answers.get(name)?.mark ?? "");
  const why = (name: string) =>
    /\((.*)\)/.exec(answers.get(name)?.words ?? "")?.[1] ?? (lastWords(stderr) || "it gave no reason");
  return {
    pushed: names.filter(isTaken),
    refused: names.filter((name) => !isTaken(name)).map((tag) => ({ tag, why: why(tag) })),
  };
}

/** @throws SERVICE_UNREACHABLE */
export function needOrigin(origin: Remote | null): Remote {
  if (origin !== null) return origin;
  throw new TrainyardError("REMOTE_MISSING", { remote: "origin" });
}
