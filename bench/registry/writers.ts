import { spawn } from "node:child_process";
import { join } from "node:path";
import { git } from "../../packages/backends/src/git/git.ts";
import { atMost, exactly, type Figure, plain, quantile } from "../figure.ts";
import { MODEL, REF } from "./fixture.ts";
import { open } from "./open.ts";

const WRITER = join(import.meta.dirname, "../../test/contract/registering-process.ts");

/** Processes that register versions of one model at once. */
export async function writers(folder: string, count: number): Promise<Figure[]> {
  const place = join(folder, `writers-${count}`);
  const each = Math.max(2, Math.round(160 / count));
  await git(folder, ["init", "--quiet", place]);
  const all = Array.from({ length: count }, (_, n) => [place, `w${n}`, String(each)]);
  const { seconds, waits, failed, told } = await writing(all);
  const { registry, close } = await open(place);
  const { versions } = await registry.state(MODEL);
  close();
  const dense = versions.every(({ version }, index) => version === index + 1);
  const lost =
    told.filter((version) => versions[version - 1] === undefined).length + (told.length - new Set(told).size);
  const name = `${count} writer processes × ${each}`;
  const p99 = { name: `${count} writers: a register, p99`, value: quantile(waits, 0.99) / 1000, unit: "s" };
  return [
    exactly(count * each, { name: `${name}, one model: kept`, value: versions.length, unit: "versions" }),
    exactly(0, { name: `${count} writers: lost or given twice`, value: lost, unit: "versions" }),
    exactly(0, { name: `${count} writers: failed`, value: failed, unit: "processes" }),
    exactly(1, { name: `${count} writers: numbered without gaps`, value: dense ? 1 : 0, unit: "(1: yes)" }),
    plain({ name: `${count} writers: a register, p50`, value: quantile(waits, 0.5) / 1000, unit: "s" }),
    count === 32 ? atMost(2, p99) : plain(p99),
    plain({ name: `${count} writers: registers`, value: (count * each) / seconds, unit: "a second, starts included" }),
  ];
}

/** Eight clones of one origin that push five registers each. */
export async function pushers(folder: string): Promise<Figure[]> {
  const origin = join(folder, "origin.git");
  await git(folder, ["init", "--quiet", "--bare", origin]);
  const clones: string[] = [];
  for (let number = 0; number < 8; number++) {
    const clone = join(folder, `clone-${number}`);
    await git(folder, ["clone", "--quiet", origin, clone]);
    clones.push(clone);
  }
  const { seconds, waits, failed } = await writing(clones.map((clone, number) => [clone, `p${number}`, "5", "push"]));
  const subjects = (await git(origin, ["log", "--format=%s", REF])).split("\n");
  const kept = subjects.filter((line) => line.startsWith("version.registered")).length;
  return [
    exactly(40, { name: "8 pushers × 5, one clock: kept", value: kept, unit: "versions" }),
    exactly(0, { name: "8 pushers: failed", value: failed, unit: "processes" }),
    plain({ name: "8 pushers: a register, p50", value: quantile(waits, 0.5) / 1000, unit: "s" }),
    plain({ name: "8 pushers: a register, p99", value: quantile(waits, 0.99) / 1000, unit: "s" }),
    plain({ name: "8 pushers: registers", value: 40 / seconds, unit: "a second, starts included" }),
  ];
}

interface Written {
  readonly seconds: number;
  /** Milliseconds between the lines each process printed. */
  readonly waits: number[];
  readonly failed: number;
  /** The numbers they printed. */
  readonly told: number[];
}

async function writing(all: readonly (readonly string[])[]): Promise<Written> {
  const began = performance.now();
  const waits: number[] = [];
  const told: number[] = [];
  const ends = await Promise.all(
    all.map(
      (words) =>
        new Promise<number | null>((resolve, reject) => {
          const child = spawn(process.execPath, ["--conditions=trainyard-source", WRITER, ...words], {
            stdio: ["ignore", "pipe", "inherit"],
          });
          let last: number | null = null;
          child.stdout.on("data", (chunk: Buffer) => {
            const now = performance.now();
            if (last !== null) waits.push(now - last);
            last = now;
            told.push(...String(chunk).split("\n").filter(Boolean).map(Number));
          });
          child.on("error", reject);
          child.on("close", resolve);
        }),
    ),
  );
  return { seconds: (performance.now() - began) / 1000, waits, failed: ends.filter((code) => code !== 0).length, told };
}
