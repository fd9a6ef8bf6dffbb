import { existsSync } from "node:fs";
import { basename, dirname, isAbsolute, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Revision, TrainyardError } from "@trainyard/core";
import { git, lastWords, runGit } from "./git.ts";
import { variablesOf } from "./given-settings.ts";
import { lockedBy, lockNamed, outwaitLock } from "./stale-ref-lock.ts";
import { refRefusal } from "./update-ref.ts";

/** Longest wait for a remote to answer. */
const TIMEOUT = 60_000;

/** How often a fetch is tried again while other processes fetch the same ref. */
const LOCK_TRIES = 20;

/** A remote as the repository's settings know it, or one that they need not know. */
export interface Remote {
  readonly name: string;
  readonly url: string;
  /** A folder on this machine: asking it costs nothing. */
  readonly local: boolean;
  /** For git where it does not run in the work tree: what a relative path of the settings means. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How git gets to one that the settings do not know: by its URL, with these variables (a token is in no argument and no file). */
  readonly access?: {
    readonly environment: Readonly<Record<string, string>>;
    /** Milliseconds for a whole fetch. */
    readonly timeout: number;
    /** What git's words mean there. */
    refusal(stderr: string): TrainyardError;
  };
}

/** The remote `origin`, null when there is none. */
export async function originOf(folder: string): Promise<Remote | null> {
  const { code, stdout } = await runGit(folder, ["remote", "get-url", "origin"]);
  if (code !== 0) return null;
  const url = stdout.replace(/\n$/, "");
  if (/^[a-z+]+:\/\//.test(url))
    return { name: "origin", url, local: url.startsWith("file://") && existsSync(fileURLToPath(url)) };
  if (isAbsolute(url) || /^[^/]*:/.test(url)) return { name: "origin", url, local: existsSync(url) }; // a path, or host:path
  const path = resolve(await topOf(folder), url);
  const environment = variablesOf([[`url.${path}.insteadOf`, url]]);
  return { name: "origin", url: path, local: existsSync(path), environment };
}

/** What git takes a relative path from: the work tree, that of the clone where we stand in `.git`. */
async function topOf(folder: string): Promise<string> {
  const { code, stdout } = await runGit(folder, ["rev-parse", "--show-toplevel"]);
  if (code === 0) return stdout.replace(/\n$/, "");
  return basename(folder) === ".git" ? dirname(folder) : folder;
}

/** Where a ref of the remote is now, null when it has none. @throws SERVICE_UNREACHABLE */
export async function askRemote(folder: string, remote: Remote, ref: string): Promise<Revision | null> {
  const { code, stdout, stderr } = await runGit(folder, ["ls-remote", "--refs", remote.name, ref], {
    environment: remote.environment ?? {},
    timeout: TIMEOUT,
  });
  if (code !== 0) throw unreachable(remote, stderr);
  return /^([0-9a-f]+)\t/.exec(stdout)?.[1] ?? null;
}

/**
 * Brings a ref of the remote here as `into`; its commit, null when the remote has none.
 * @param options As git's: `--depth=1`.
 * @param at Where a ref is here, of somebody who can tell without starting a process.
 * @throws SERVICE_UNREACHABLE, and what the remote's own access refuses
 */
export async function fetchRef(
  folder: string,
  remote: Remote,
  ref: string,
  into: string,
  options: readonly string[] = [],
  at: (ref: string) => Promise<Revision | null> = async () => null,
): Promise<Revision | null> {
  const words = [
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-recurse-submodules",
    ...options,
    remote.access === undefined ? remote.name : remote.url,
    `+${ref}:${into}`,
  ];
  const { environment = remote.environment ?? {}, timeout = TIMEOUT } = remote.access ?? {};
  for (let tries = 1; ; tries++) {
    const { code, stderr } = await runGit(folder, words, { environment, timeout });
    if (code === 0) return (await at(into)) ?? (await git(folder, ["rev-parse", "--verify", into])).trim();
    if (/couldn't find remote ref/.test(stderr)) return null;
    // Another process of this clone fetches at the same moment: what it brings is as new.
    if (!/cannot lock ref|Unable to create .*\.lock/.test(stderr))
      throw remote.access?.refusal(stderr) ?? unreachable(remote, stderr);
    if (tries === LOCK_TRIES) throw await refRefusal(stderr, { folder, ref: into, command: "git fetch" });
    const lock = lockNamed(stderr, [into], folder);
    if (lock !== null && !(await outwaitLock(lock))) throw lockedBy(lock);
    await pause(20 + 100 * Math.random());
  }
}

/**
 * Pushes a commit on a ref of the remote as a plain fast-forward, never with force: compare-and-swap, as the commit has one parent.
 * @throws REGISTRY_CONFLICT when somebody else was first, REGISTRY_READ_ONLY when the remote refuses, SERVICE_UNREACHABLE
 */
export async function pushRef(folder: string, remote: Remote, revision: Revision, ref: string): Promise<void> {
  const words = [
    "push",
    "--porcelain",
    "--no-verify",
    "--no-follow-tags",
    "--recurse-submodules=no",
    remote.name,
    `${revision}:${ref}`,
  ];
  const { code, stdout, stderr } = await runGit(folder, words, {
    environment: remote.environment ?? {},
    timeout: TIMEOUT,
  });
  if (code === 0) return;
  const lock = remote.local ? lockNamed(stderr, [ref], folder) : null; // behind a folder no server looks after its locks
  if (lock !== null) await outwaitLock(lock);
  const line = stdout.split("\n").find((text) => text.startsWith("!")) ?? "";
  const why = /\[(?:remote )?rejected\] ?\((.*)\)/.exec(line)?.[1] ?? "";
  // The same race has many names, by where it is noticed: before the push, under the remote's lock, or by a hosting service.
  if (
    /fetch first|non-fast-forward|stale info|cannot lock ref|failed to (?:update|lock)|already exists|incorrect old value|is at .* but expected/i.test(
      why,
    )
  ) {
    throw new TrainyardError("REGISTRY_CONFLICT", { model: `${remote.name} ${ref}` });
  }
  if (line.includes("rejected]")) {
    const said = stderr
      .split("\n")
      .filter((text) => text.startsWith("remote:"))
      .join("\n");
    throw new TrainyardError("REGISTRY_READ_ONLY", {
      problem: `${remote.name} refused it (${why})${said === "" ? "" : `: ${lastWords(said)}`}`,
    });
  }
  if (/Unable to create .*\.lock|No space left/i.test(stderr))
    throw await refRefusal(stderr, { folder, ref, command: "git push" });
  throw pushRefusal(remote, stderr);
}

/** Why a push got no answer about its refs. */
export function pushRefusal(remote: Remote, stderr: string): TrainyardError {
  if (
    /Permission to .* denied|denied to|403|Authentication failed|could not read Username|access rights|publickey/i.test(
      stderr,
    )
  ) {
    return new TrainyardError("REGISTRY_READ_ONLY", { problem: `${remote.name} refused you: ${lastWords(stderr)}` });
  }
  return unreachable(remote, stderr);
}

export function unreachable(remote: Remote, stderr: string): TrainyardError {
  return new TrainyardError("SERVICE_UNREACHABLE", {
    service: `${remote.name} (${withoutSecret(remote.url)})`,
    problem: lastWords(stderr) || "it gave no reason",
  });
}

/** A URL may carry a token. */
function withoutSecret(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^/@]*@/i, "$1");
}
