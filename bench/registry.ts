import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyRegistry } from "@trainyard/core";
import { MemoryStore } from "@trainyard/core/testing";
import { git } from "../packages/backends/src/git/git.ts";
import { sha256 } from "../packages/backends/src/local/sha256.ts";
import { atMost, type Figure } from "./figure.ts";
import { FlagError } from "./flag-error.ts";
import { coldCommands, coldReads } from "./registry/cold.ts";
import { makeFixture } from "./registry/fixture.ts";
import { growth } from "./registry/growth.ts";
import { inProcess } from "./registry/in-process.ts";
import { open } from "./registry/open.ts";
import { findPeers } from "./registry/peers.ts";
import { pushers, writers } from "./registry/writers.ts";

const GROUPS = ["cold", "process", "verify", "growth", "writers", "pushers"] as const;
type Group = (typeof GROUPS)[number];

/** Versions at which cold commands stand beside GTO, which takes minutes with more, and beside MLflow. */
const GTO_SIZE = 1_000;
const MLFLOW_COLD_SIZE = 10_000;
/** `git gc` of more takes minutes. */
const GROWTH_LIMIT = 10_000;

export interface Options {
  readonly peers: boolean;
  readonly sizes?: string | undefined;
  readonly writers?: string | undefined;
  readonly only?: string | undefined;
}

/**
 * The registry over git on this disk, fsync included, beside GTO and MLflow from PyPI on the same machine in the same run. What is under way
 * stands on stderr.
 */
export async function registry(options: Options): Promise<Figure[]> {
  const groups = new Set((options.only ?? GROUPS.join(",")).split(",").map(groupOf));
  const sizes = numbers(options.sizes ?? "1000,10000,100000");
  const began = performance.now();
  const say = (text: string) =>
    process.stderr.write(`${String(Math.round((performance.now() - began) / 1000)).padStart(4)} s  ${text}\n`);
  const folder = mkdtempSync(join(tmpdir(), "trainyard-bench-registry-"));
  try {
    const { gto, mlflow } = await findPeers(options.peers && (groups.has("cold") || groups.has("process")));
    const figures: Figure[] = [];
    const first = new Map<string, number>();
    const databaseOf = (size: number) => {
      if (mlflow === null) return null;
      const database = join(folder, `mlflow-${size}.db`);
      if (!existsSync(database)) {
        say(`making ${mlflow.name}'s database of ${size} versions`);
        mlflow.fixture(database, size);
      }
      return { peer: mlflow, database };
    };

    if (["cold", "process", "verify", "growth"].some((group) => groups.has(group as Group))) {
      for (const size of sizes) {
        const place = join(folder, String(size));
        say(`making a registry of ${size} versions`);
        await git(folder, ["init", "--quiet", place]);
        await makeFixture(place, size);
        if (groups.has("cold")) {
          const beside = gto === null || size !== GTO_SIZE ? null : { peer: gto, place: join(folder, "gto") };
          if (beside !== null) {
            say(`making a repository of ${size} tags for ${beside.peer.name}`);
            mkdirSync(beside.place);
            await beside.peer.fixture(beside.place, size);
          }
          say(`cold commands, ${size} versions`);
          figures.push(...coldReads(place, size, beside));
          if (size === MLFLOW_COLD_SIZE) figures.push(...(await coldCommands(size, databaseOf(size), say)));
        }
        if (groups.has("verify")) {
          say(`verify, ${size} versions`);
          figures.push(await verified(place, size));
        }
        if (groups.has("process")) {
          const beside = databaseOf(size);
          say(`in process, ${size} versions`);
          figures.push(...(await inProcess(place, size, beside, first)));
        }
        if (groups.has("growth") && (size <= GROWTH_LIMIT || options.sizes !== undefined)) {
          say(`growth, ${size} versions`);
          figures.push(...(await growth(place, size)));
        }
        rmSync(place, { recursive: true, force: true });
      }
    }
    if (groups.has("writers"))
      for (const count of numbers(options.writers ?? "8,32,64")) {
        say(`${count} writers`);
        figures.push(...(await writers(folder, count)));
      }
    if (groups.has("pushers")) {
      say("8 pushers");
      figures.push(...(await pushers(folder)));
    }
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function verified(place: string, size: number): Promise<Figure> {
  const { ports, close } = await open(place);
  const began = performance.now();
  const { findings, versions } = await verifyRegistry({ ...ports, store: new MemoryStore(sha256) }, { blobs: false });
  const seconds = (performance.now() - began) / 1000;
  close();
  if (findings.length > 0 || versions !== size)
    throw new Error(`verify: ${versions} versions, ${JSON.stringify(findings[0])}`);
  return atMost(Math.max(1, size / 10_000), {
    name: `verify without bytes, ${size} versions`,
    value: seconds,
    unit: "s",
  });
}

function groupOf(name: string): Group {
  const found = GROUPS.find((group) => group === name);
  if (found === undefined) throw new FlagError(`--only: there is no group ${name}; there are ${GROUPS.join(", ")}`);
  return found;
}

function numbers(text: string): number[] {
  const all = text.split(",").map(Number);
  if (all.some((number) => !Number.isInteger(number) || number < 1))
    throw new FlagError(`"${text}" is no list of numbers`);
  return all;
}
