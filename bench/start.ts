import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { actions } from "../actions/index.ts";
import { chunksOf } from "../scripts/build/smoke.ts";
import { ensureBundles } from "../test/runner/bundles.ts";
import { atMost, type Figure } from "./figure.ts";

const DIST = join(import.meta.dirname, "../actions/dist");
const ROUNDS = 25;
/** Bytes of what one action loads before it knows what it is asked: its entry and the bundle. */
const ENTRY_LIMIT_MB = 1.6;
const RATIO_LIMIT = 4;

/** Leaves the CPU time of a process in a file when it ends: user and system, all threads, milliseconds. */
const METER = `process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  require("node:fs").writeFileSync(process.env.METER, String((user + system) / 1000));
});`;

/**
 * How big the bundles are, and what CPU it costs each action to come to its first refusal that needs everything loaded: there is no
 * trainyard.yaml. The smallest of 25 rounds, in turn with bare Node, so that a busy machine slows all of them.
 */
export async function start(): Promise<Figure[]> {
  ensureBundles();
  const names = Object.keys(actions);
  const folder = mkdtempSync(join(tmpdir(), "trainyard-bench-"));
  try {
    writeFileSync(join(folder, "meter.cjs"), METER);
    const bare = ["--eval", "0"];
    const least = new Map<string, number>();
    const measure = (name: string, words: readonly string[], status: number) => {
      const milliseconds = cpuOf(words, status, folder);
      least.set(name, Math.min(least.get(name) ?? Number.POSITIVE_INFINITY, milliseconds));
    };
    for (let round = 0; round < ROUNDS; round++) {
      measure("node", bare, 0);
      for (const name of names) measure(name, [join(DIST, `${name}.js`)], 2);
    }

    const floor = least.get("node") as number;
    return [
      ...sizes(names),
      ...names.map((name) => {
        const value = least.get(name) as number;
        const against = { name: "bare Node", value: Math.round(floor), unit: "ms CPU" };
        return atMost(RATIO_LIMIT, {
          name: `${name}: CPU to start`,
          value: round(value / floor),
          unit: "× bare Node",
          against,
        });
      }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function cpuOf(words: readonly string[], expected: number, folder: string): number {
  const meter = join(folder, "cpu.txt");
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--require", join(folder, "meter.cjs"), ...words], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", HOME: folder, GITHUB_WORKSPACE: folder, METER: meter },
    encoding: "utf8",
  });
  if (status !== expected) throw new Error(`node ${words.join(" ")} ended ${status}:\n${stdout}${stderr}`);
  return Number(readFileSync(meter, "utf8"));
}

function sizes(names: readonly string[]): Figure[] {
  const megabytes = (files: readonly string[]) =>
    round(files.reduce((sum, file) => sum + statSync(join(DIST, file)).size, 0) / 1e6);
  return [
    ...names.map((name) =>
      atMost(ENTRY_LIMIT_MB, { name: `${name}: entry`, value: megabytes([`${name}.js`, "index.js"]), unit: "MB" }),
    ),
    {
      name: "everything, five actions",
      value: megabytes(chunksOf(DIST)),
      unit: "MB",
      goal: null,
      met: null,
      against: null,
    },
  ];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
