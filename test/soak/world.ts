import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { isRefusal, openRegistry, type Registry, verifyRegistry } from "@trainyard/core";
import { memoryBackend } from "@trainyard/core/testing";
import { MODEL, REF } from "../../bench/registry/fixture.ts";
import { runGit } from "../../packages/backends/src/git/git.ts";
import { openGitBranch } from "../../packages/backends/src/git/git-branch.ts";
import { sha256 } from "../../packages/backends/src/local/sha256.ts";
import type { Acknowledged } from "./writer.ts";

const SEPARATE = spawnSync("setsid", ["--version"]).status === 0;

/** Where writers are killed: one repository they share, or clones that push to one origin. */
export interface World {
  readonly kind: "own" | "push";
  /** Repository of each writer that runs at a time. */
  readonly places: readonly string[];
  /** The repository that has the branch. */
  readonly truth: string;
}

export async function makeWorld(folder: string, kind: World["kind"], writers: number): Promise<World> {
  await mkdir(folder, { recursive: true });
  const call = async (...words: string[]) => {
    const { code, stderr } = await runGit(folder, words);
    if (code !== 0) throw new Error(`git ${words.join(" ")}: ${stderr}`);
  };
  const numbers = Array.from({ length: writers }, (_, index) => index);
  if (kind === "own") {
    const truth = join(folder, "repository");
    await call("init", "--quiet", truth);
    return { kind, places: numbers.map(() => truth), truth };
  }
  const truth = join(folder, "origin.git");
  await call("init", "--quiet", "--bare", truth);
  for (const number of numbers) {
    const clone = join(folder, `clone-${number}`);
    await call("clone", "--quiet", truth, clone);
    // A server does not die with its clients: what receives the push is in a group of its own.
    if (SEPARATE) await call("-C", clone, "config", "remote.origin.receivepack", "setsid git-receive-pack");
  }
  return { kind, places: numbers.map((number) => join(folder, `clone-${number}`)), truth };
}

export interface Look {
  /** What is not as it should be, in words. */
  readonly broken: readonly string[];
  /** Acknowledged operations that are not there. */
  readonly lost: readonly string[];
  /** What `git fsck --strict` complains of. */
  readonly damaged: readonly string[];
  readonly events: number;
  readonly versions: number;
  /** Half-written files and locks that the killed left behind. */
  readonly litter: number;
}

/** Looks at everything while nobody writes. */
export async function look(world: World, acknowledged: readonly Acknowledged[]): Promise<Look> {
  const ports = memoryBackend(sha256);
  const opening = { folder: gitFolder(world.truth), ref: REF, name: "registry", seen: "refs/trainyard/seen/soak" };
  const branch = await openGitBranch({ ...opening, ...ports });
  const registry = openRegistry({ ...ports, branch });
  try {
    const { findings, events, versions } = await verifyRegistry({ ...ports, branch }, { blobs: false });
    const broken = findings.map(({ where, problem }) => `${where}: ${problem}`);
    const lost: string[] = [];
    try {
      lost.push(...(await missing(registry, acknowledged)));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      broken.push(error.message);
    }
    return { broken, lost, damaged: await fsck(world), events, versions, litter: litterOf(world) };
  } finally {
    branch.close();
  }
}

/** Acknowledged operations that the registry does not have. */
async function missing(registry: Registry, acknowledged: readonly Acknowledged[]): Promise<string[]> {
  const { versions } = await registry.state(MODEL);
  const moves = new Set<string>();
  for (const event of await registry.events(MODEL)) {
    if (event.type === "alias.set") moves.add(`${event.alias} ${event.generation} ${event.to}`);
    if (event.type === "alias.removed") moves.add(`${event.alias} ${event.generation} null`);
  }
  return acknowledged.flatMap((one) => {
    if (one.kind === "alias")
      return moves.has(`${one.alias} ${one.generation} ${one.to}`)
        ? []
        : [`${one.alias} to v${one.to}, generation ${one.generation}`];
    return one.versions.flatMap(({ version, rootDigest }) =>
      versions[version - 1]?.rootDigest === rootDigest && versions[version - 1]?.version === version
        ? []
        : [`v${version}`],
    );
  });
}

async function fsck(world: World): Promise<string[]> {
  const said: string[] = [];
  for (const place of new Set([world.truth, ...world.places])) {
    const { code, stdout, stderr } = await runGit(place, ["fsck", "--strict", "--no-dangling", "--no-progress"]);
    const lines = `${stdout}${stderr}`.split("\n").filter((line) => line !== "" && !line.startsWith("notice: "));
    if (code !== 0 || lines.length > 0) said.push(...lines, `git fsck ended with ${code}`);
  }
  return said;
}

function litterOf(world: World): number {
  let count = 0;
  for (const place of new Set([world.truth, ...world.places]))
    for (const path of readdirSync(gitFolder(place), { recursive: true, encoding: "utf8" }))
      if (/\.lock(\.|$)|(^|\/)tmp_|incoming-/.test(path)) count++;
  return count;
}

function gitFolder(place: string): string {
  return existsSync(join(place, ".git")) ? join(place, ".git") : place;
}
