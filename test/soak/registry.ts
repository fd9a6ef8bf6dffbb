import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { atMost, exactly, type Figure, plain } from "../../bench/figure.ts";
import { generator } from "../generator.ts";
import { type Look, look, makeWorld, type World } from "./world.ts";
import type { Acknowledged } from "./writer.ts";

const SCRIPT = join(import.meta.dirname, "writer.ts");
const WRITERS = 3;
/** Kills before everything is looked at, and before the registry is a new one. */
const GROUP = 25;
const ROUND = 100;
/** Longest wait for a writer's first operation after the others were killed; over it a person would look what is wrong. */
const PATIENCE_SECONDS = 30;
/** Writers that did not go on before the soak gives up. */
const HOPELESS = 20;
/** Milliseconds within which a writer is killed: several operations, of the branch here and of a remote one. */
const MOMENTS = { own: 100, push: 600, starting: 900 };

export interface SoakOptions {
  readonly kills: number;
  readonly minutes: number;
  readonly seed: number;
  /** Aborted by Ctrl-C: what is under way is ended and looked at. */
  readonly stop: AbortSignal;
  readonly say: (text: string) => void;
}

interface Tally {
  kills: number;
  whileStarting: number;
  withItsGit: number;
  pushing: number;
  operations: number;
  events: number;
  versions: number;
  litter: number;
  longestWait: number;
  readonly stuck: string[];
  readonly broken: string[];
  readonly lost: string[];
  readonly damaged: string[];
}

/**
 * Kills writers of a registry with SIGKILL at random points, several at a time, alone or with the git they started, a third of them while they
 * push; goes on with others on what they left, and looks at everything after every 25.
 */
export async function soakRegistry({ kills, minutes, seed, stop, say }: SoakOptions): Promise<Figure[]> {
  const began = performance.now();
  const random = generator(seed);
  const tally: Tally = {
    ...{ kills: 0, whileStarting: 0, withItsGit: 0, pushing: 0, operations: 0, events: 0, versions: 0 },
    ...{ litter: 0, longestWait: 0, stuck: [], broken: [], lost: [], damaged: [] },
  };
  const hopeless = () => tally.stuck.length > HOPELESS;
  const over = () => stop.aborted || hopeless() || tally.kills >= kills || performance.now() - began > minutes * 60_000;
  const folder = mkdtempSync(join(tmpdir(), "trainyard-soak-"));
  try {
    for (let round = 0; !over(); round++) {
      const place = join(folder, String(round));
      const world = await makeWorld(place, round % 3 === 2 ? "push" : "own", WRITERS);
      const acknowledged: Acknowledged[] = [];
      let seen: Look | null = null;
      for (let killed = 0; killed < ROUND && !over(); killed += GROUP) {
        let left = Math.min(GROUP, kills - tally.kills);
        const slot = async (repository: string) => {
          while (left-- > 0 && !over())
            await killOne(repository, world, acknowledged, random, tally, stop, join(folder, "cache"));
        };
        await Promise.all(world.places.map(slot));
        seen = await look(world, acknowledged);
        tally.broken.push(...seen.broken);
        tally.lost.push(...seen.lost);
        tally.damaged.push(...seen.damaged);
        const wrong = tally.broken.length + tally.lost.length + tally.damaged.length + tally.stuck.length;
        say(`${tally.kills} killed (${world.kind}), ${seen.versions} versions in this registry, ${wrong} things wrong`);
      }
      tally.events += seen?.events ?? 0;
      tally.versions += seen?.versions ?? 0;
      tally.litter += seen?.litter ?? 0;
      rmSync(place, { recursive: true, force: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const text of [...tally.stuck, ...tally.broken, ...tally.lost, ...tally.damaged].slice(0, 50)) say(text);
  return figuresOf(tally, kills, (performance.now() - began) / 60_000);
}

/** Starts a writer, and kills it while it starts, soon after it is ready, or soon after its first operation stands. */
async function killOne(
  repository: string,
  world: World,
  acknowledged: Acknowledged[],
  random: () => number,
  tally: Tally,
  stop: AbortSignal,
  cache: string,
): Promise<void> {
  const words = [repository, String(Math.floor(random() * 2 ** 31)), ...(world.kind === "push" ? ["push"] : [])];
  const child = spawn(process.execPath, ["--conditions=trainyard-source", SCRIPT, ...words], {
    detached: true,
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  });
  const { lines, said, closed } = listen(child);
  const [drawn, moment, together] = [random(), random(), random() < 0.5];
  const starting = drawn < 0.1;
  if (starting) await pause(moment * MOMENTS.starting);
  else {
    const wait = performance.now();
    const wanted = drawn < 0.4 ? 1 : 2; // "ready", or an operation as well
    while (
      lines.length < wanted &&
      child.exitCode === null &&
      performance.now() - wait < PATIENCE_SECONDS * 1000 &&
      !stop.aborted
    )
      await pause(2);
    const seconds = (performance.now() - wait) / 1000;
    if (lines.length >= wanted) tally.longestWait = Math.max(tally.longestWait, seconds);
    else if (child.exitCode === null && !stop.aborted)
      tally.stuck.push(`nothing happened for ${Math.round(seconds)} s`);
    await pause(moment * MOMENTS[world.kind]);
  }
  const killed = child.exitCode === null && child.signalCode === null;
  if (killed) kill(child, together);
  await closed;
  const done = lines.slice(1).map((line) => JSON.parse(line) as Acknowledged);
  acknowledged.push(...done);
  tally.operations += done.length;
  if (!killed) {
    tally.stuck.push(`a writer ended with ${child.exitCode}: ${said()}`);
    return;
  }
  tally.kills++;
  if (starting) tally.whileStarting++;
  if (together) tally.withItsGit++;
  if (world.kind === "push") tally.pushing++;
}

/** Whole lines that a process printed, as they come; half a line was not said. */
function listen(child: ChildProcess) {
  const lines: string[] = [];
  let rest = "";
  let errors = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    errors = (errors + chunk).slice(-2000);
  });
  child.stdin?.on("error", () => {});
  const closed = new Promise<void>((resolve) => child.on("close", () => resolve()));
  return { lines, said: () => errors.trim(), closed };
}

/** The process, or it with all it started, which stand in one group. */
function kill(child: ChildProcess, together: boolean): void {
  try {
    if (child.pid !== undefined) process.kill(together ? -child.pid : child.pid, "SIGKILL");
  } catch {
    // It ended by itself; that was counted.
  }
}

function figuresOf(tally: Tally, kills: number, minutes: number): Figure[] {
  const count = (name: string, value: number, unit = "") => plain({ name, value, unit });
  const none = (name: string, value: readonly string[]) => exactly(0, { name, value: value.length, unit: "" });
  return [
    exactly(kills, { name: "writers killed with SIGKILL", value: tally.kills, unit: "" }),
    count("  while they started", tally.whileStarting),
    count("  together with the git they had started", tally.withItsGit),
    count("  while they pushed to a remote", tally.pushing),
    count("operations acknowledged", tally.operations),
    count("events kept", tally.events),
    count("versions kept", tally.versions),
    none("broken invariants", tally.broken),
    none("acknowledged operations lost", tally.lost),
    none("complaints of git fsck --strict", tally.damaged),
    none("writers that did not go on by themselves", tally.stuck),
    atMost(PATIENCE_SECONDS, {
      name: "longest wait for the next writer, its start included",
      value: tally.longestWait,
      unit: "s",
    }),
    count("half-written files and locks left behind", tally.litter),
    count("took", minutes, "min"),
  ];
}
