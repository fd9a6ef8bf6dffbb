import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRegistry, type RegistryPorts, verifyRegistry } from "@trainyard/core";
import { MemoryStore } from "@trainyard/core/testing";
import { openBranch } from "../packages/backends/src/git/choose-branch.ts";
import { git } from "../packages/backends/src/git/git.ts";
import { sha256 } from "../packages/backends/src/local/sha256.ts";
import { atMost, type Figure } from "./figure.ts";
import { MODEL, makeFixture, pointAlias, REF, register } from "./registry/fixture.ts";

const CLI = join(import.meta.dirname, "../packages/cli/bin/trainyard.mjs");
const WRITER = join(import.meta.dirname, "../test/contract/registering-process.ts");
const CONFIG = `models:
  ${MODEL}:
    task: binary
    train: { run: node train.mjs, data: [data/train.csv], outputs: [model.onnx] }
    evaluate:
      data: data/evaluate.csv
      predict: node predict.mjs
      predictions: predictions.csv
      gates: [{ metric: roc_auc, min: 0.6 }]
`;
const ROUNDS = 40;
const COLD_ROUNDS = 5;

/** Targets of a cold command, seconds, by the number of versions. */
const LIST_LIMIT: Readonly<Record<number, number>> = { 1000: 0.15, 10000: 0.4, 100000: 4 };

/**
 * The registry over git on this disk, fsync included. Sizes 1,000 and 10,000; REGISTRY_SIZES=1000,100000 and REGISTRY_WRITERS=8 ask for others.
 * Peers are not run here: their figures need hundreds of megabytes from PyPI.
 */
export async function registry(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "trainyard-bench-registry-"));
  try {
    const figures: Figure[] = [];
    const first = new Map<string, number>();
    for (const size of (process.env["REGISTRY_SIZES"] ?? "1000,10000").split(",").map(Number)) {
      const place = join(folder, String(size));
      await git(folder, ["init", "--quiet", place]);
      await makeFixture(place, size);
      writeFileSync(join(place, "trainyard.yaml"), CONFIG);
      figures.push(...cold(place, size));
      figures.push(await verified(place, size));
      for (const figure of await inProcess(place, size)) {
        const before = first.get(figure.name.replace(String(size), ""));
        first.set(figure.name.replace(String(size), ""), before ?? figure.value);
        figures.push(
          before === undefined
            ? figure
            : { ...figure, against: { name: "the first size", value: before, unit: figure.unit } },
        );
      }
      figures.push(...(await growth(place, size)));
    }
    for (const writers of (process.env["REGISTRY_WRITERS"] ?? "8,32,64").split(",").map(Number))
      figures.push(...(await contention(folder, writers)));
    figures.push(await pushers(folder));
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function open(place: string, write: "push" | null = null) {
  const clock = {
    now: () => Date.now(),
    seconds: () => performance.now() / 1000,
    simulated: false,
    sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
  };
  const actor = { name: "ana", kind: "person" } as const;
  const { branch } = await openBranch({ root: place, write, actor, clock });
  const ports: RegistryPorts = {
    branch,
    sha256,
    clock,
    actor,
    random: { uuid: () => crypto.randomUUID(), fraction: () => Math.random() },
  };
  return { branch, ports, registry: openRegistry(ports) };
}

async function inProcess(place: string, size: number): Promise<Figure[]> {
  const { branch, registry } = await open(place);
  await register(registry, 1, "warm");
  const registering = await times(ROUNDS, (round) => register(registry, 1, `one ${round}`));
  const moving = await times(ROUNDS, (round) => pointAlias(registry, "staging", 1 + (round % 7)));
  const batches = await times(3, (round) => register(registry, 100, `batch ${round}`));
  branch.close();
  return [
    atMost(8, { name: `register, in process, ${size} versions, p50`, value: digits(median(registering)), unit: "ms" }),
    atMost(8, { name: `set alias, in process, ${size} versions, p50`, value: digits(median(moving)), unit: "ms" }),
    atMost(1, {
      name: `each of 100 in one commit, ${size} versions`,
      value: digits(median(batches) / 100),
      unit: "ms",
    }),
  ];
}

/** Wall and CPU of a fresh process; the least of some rounds, in turn with bare Node. */
function cold(place: string, size: number): Figure[] {
  const meter = join(place, ".git/meter.cjs");
  const out = join(place, ".git/meter.txt");
  writeFileSync(
    meter,
    `process.on("exit", () => { const { user, system } = process.cpuUsage(); require("node:fs").writeFileSync(${JSON.stringify(out)}, String((user + system) / 1e6)); });`,
  );
  const once = (words: readonly string[]) => {
    const began = performance.now();
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--require", meter, ...words], {
      cwd: place,
      encoding: "utf8",
    });
    const wall = (performance.now() - began) / 1000;
    if (status !== 0) throw new Error(`${words.join(" ")} ended ${status}: ${stderr}${stdout}`);
    return { wall, cpu: Number(readFileSync(out, "utf8")) };
  };
  const commands: [string, string[], number][] = [
    [`list ${MODEL}`, ["list", MODEL, "--json"], LIST_LIMIT[size] ?? 4],
    [`show ${MODEL}@production`, ["show", `${MODEL}@production`, "--json"], 0.15],
    [`history ${MODEL} --last 5`, ["history", MODEL, "--last", "5"], 0.15],
  ];
  let floor = Number.POSITIVE_INFINITY;
  const least = commands.map(() => ({ wall: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY }));
  for (let round = 0; round < COLD_ROUNDS; round++) {
    floor = Math.min(floor, once(["--eval", "0"]).wall);
    for (const [index, [, words]] of commands.entries()) {
      const { wall, cpu } = once([CLI, ...words]);
      const best = least[index] as { wall: number; cpu: number };
      best.wall = Math.min(best.wall, wall);
      best.cpu = Math.min(best.cpu, cpu);
    }
  }
  return commands.flatMap(([name, , limit], index) => {
    const { wall, cpu } = least[index] as { wall: number; cpu: number };
    return [
      atMost(limit, {
        name: `trainyard ${name}, cold, ${size} versions`,
        value: digits(wall),
        unit: "s",
        against: { name: "bare Node", value: digits(floor), unit: "s" },
      }),
      { name: "  its own CPU", value: digits(cpu), unit: "s", goal: null, met: null, against: null },
    ];
  });
}

async function verified(place: string, size: number): Promise<Figure> {
  const { branch, ports } = await open(place);
  const began = performance.now();
  const { findings, versions } = await verifyRegistry({ ...ports, store: new MemoryStore(sha256) }, { blobs: false });
  const seconds = (performance.now() - began) / 1000;
  branch.close();
  if (findings.length > 0 || versions !== size)
    throw new Error(`verify: ${versions} versions, ${JSON.stringify(findings[0])}`);
  return atMost(Math.max(1, size / 10_000), {
    name: `verify without bytes, ${size} versions`,
    value: digits(seconds),
    unit: "s",
  });
}

/** Bytes of the object database per registration: loose as written, and after `git gc`. */
async function growth(place: string, size: number): Promise<Figure[]> {
  const count = 100;
  await git(place, ["gc", "--quiet", "--prune=now"]);
  const before = await objectBytes(place);
  const { branch, registry } = await open(place);
  for (let round = 0; round < count; round++) await register(registry, 1, `growth ${round}`);
  branch.close();
  const loose = await objectBytes(place);
  await git(place, ["gc", "--quiet", "--prune=now"]);
  const after = await objectBytes(place);
  const each = (bytes: number) => digits(bytes / count / 1000);
  return [
    atMost(3, { name: `growth, loose, ${size} versions`, value: each(loose.loose), unit: "kB a register" }),
    { name: "  objects", value: loose.objects / count, unit: "a register", goal: null, met: null, against: null },
    atMost(1.3, {
      name: `growth, packed, ${size} versions`,
      value: each(after.packed - before.packed),
      unit: "kB a register",
    }),
  ];
}

/** Packs alone; an index adds 28 bytes an object. */
async function objectBytes(place: string): Promise<{ loose: number; packed: number; objects: number }> {
  const script = "find .git/objects -type f \\( -path '*/??/*' -o -name '*.pack' \\) -printf '%s %f\\n'";
  const { stdout } = spawnSync("sh", ["-c", script], { cwd: place, encoding: "utf8", maxBuffer: 1 << 28 });
  const sizes = { loose: 0, packed: 0, objects: 0 };
  for (const line of stdout.split("\n").filter(Boolean)) {
    const [bytes, name = ""] = line.split(" ");
    if (name.endsWith(".pack")) sizes.packed += Number(bytes);
    else if (!name.startsWith("tmp_") && !name.includes(".")) {
      sizes.loose += Number(bytes);
      sizes.objects++;
    }
  }
  return sizes;
}

async function contention(folder: string, writers: number): Promise<Figure[]> {
  const place = join(folder, `writers-${writers}`);
  const each = Math.max(2, Math.round(160 / writers));
  await git(folder, ["init", "--quiet", place]);
  const { seconds, waits } = await writing(Array.from({ length: writers }, (_, n) => [place, `w${n}`, String(each)]));
  const { branch, registry } = await open(place);
  const kept = (await registry.state(MODEL)).versions.length;
  branch.close();
  const sorted = waits.sort((a, b) => a - b);
  return [
    {
      name: `${writers} writer processes × ${each}: kept`,
      value: kept,
      unit: "versions",
      goal: `= ${writers * each}`,
      met: kept === writers * each,
      against: null,
    },
    {
      name: "  registers",
      value: digits((writers * each) / seconds),
      unit: "a second, starts included",
      goal: null,
      met: null,
      against: null,
    },
    ...(writers === 32
      ? [
          atMost(2, {
            name: "  a register, p99",
            value: digits((sorted[Math.floor(sorted.length * 0.99)] ?? 0) / 1000),
            unit: "s",
          }),
        ]
      : []),
  ];
}

async function pushers(folder: string): Promise<Figure> {
  const origin = join(folder, "origin.git");
  await git(folder, ["init", "--quiet", "--bare", origin]);
  const clones: string[] = [];
  for (let number = 0; number < 8; number++) {
    const clone = join(folder, `clone-${number}`);
    await git(folder, ["clone", "--quiet", origin, clone]);
    clones.push(clone);
  }
  await writing(clones.map((clone, number) => [clone, `p${number}`, "5", "push"]));
  const kept = (await git(origin, ["log", "--format=%s", REF]))
    .split("\n")
    .filter((line) => line.startsWith("version.registered")).length;
  return { name: "8 pushers × 5: kept", value: kept, unit: "versions", goal: "= 40", met: kept === 40, against: null };
}

/** Runs writer processes at once; the milliseconds between the lines each printed. */
async function writing(all: readonly (readonly string[])[]): Promise<{ seconds: number; waits: number[] }> {
  const began = performance.now();
  const waits: number[] = [];
  await Promise.all(
    all.map(
      (words) =>
        new Promise<void>((resolve, reject) => {
          const child = spawn(process.execPath, ["--conditions=trainyard-source", WRITER, ...words], {
            stdio: ["ignore", "pipe", "inherit"],
          });
          let last: number | null = null;
          child.stdout.on("data", () => {
            const now = performance.now();
            if (last !== null) waits.push(now - last);
            last = now;
          });
          child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`a writer ended with ${code}`))));
        }),
    ),
  );
  return { seconds: (performance.now() - began) / 1000, waits };
}

async function times(rounds: number, work: (round: number) => Promise<void>): Promise<number[]> {
  const taken: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    await work(round);
    taken.push(performance.now() - began);
  }
  return taken;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function digits(value: number): number {
  return Number(value.toPrecision(3));
}
