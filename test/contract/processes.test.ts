import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { openRegistry, verifyRegistry } from "@trainyard/core";
import { memoryBackend } from "@trainyard/core/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { git } from "../../packages/backends/src/git/git.ts";
import { type GitBranch, openGitBranch } from "../../packages/backends/src/git/git-branch.ts";
import { sha256 } from "../../packages/backends/src/local/sha256.ts";

const SCRIPT = join(import.meta.dirname, "registering-process.ts");
let folder: string;
let branch: GitBranch | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "processes-"));
});
afterEach(async () => {
  branch?.close();
  branch = undefined;
  await rm(folder, { recursive: true, force: true });
});

interface Registering {
  readonly child: ChildProcess;
  /** The numbers it printed, once it ended; null when it failed. */
  readonly ended: Promise<{ versions: number[]; code: number | null; said: string }>;
}
function start(repository: string, name: string, count: number, ...rest: string[]): Registering {
  const child = spawn(process.execPath, [
    "--conditions=trainyard-source",
    SCRIPT,
    repository,
    name,
    String(count),
    ...rest,
  ]);
  let out = "";
  let said = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const ended = new Promise<{ versions: number[]; code: number | null; said: string }>((resolve) =>
    child.on("close", (code) => resolve({ versions: out.split("\n").filter(Boolean).map(Number), code, said })),
  );
  return { child, ended };
}

async function look(repository: string) {
  const ports = memoryBackend(sha256);
  branch?.close();
  branch = await openGitBranch({
    folder: repository,
    ref: "refs/heads/trainyard/registry",
    name: "registry",
    seen: "refs/trainyard/seen/test",
    ...ports,
  });
  const registry = openRegistry({ ...ports, branch });
  const verification = await verifyRegistry({ ...ports, branch }, { blobs: false });
  return { state: await registry.state("flight-delays"), findings: verification.findings };
}
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test("of eight processes that register five versions each, all forty are kept, dense and unique", async () => {
  await git(folder, ["init", "--quiet"]);
  const outcomes = await Promise.all(upTo(8).map((number) => start(folder, `process ${number}`, 5).ended));
  expect(outcomes.map(({ code, said }) => `${code}${said}`)).toEqual(Array(8).fill("0"));
  const numbers = outcomes.flatMap(({ versions }) => versions).sort((a, b) => a - b);
  expect(numbers).toEqual(upTo(40));
  const { state, findings } = await look(folder);
  expect(findings).toEqual([]);
  expect(state.versions.length).toBe(40);
  expect(await git(folder, ["fsck", "--strict", "--no-dangling"])).toBe("");
}, 180_000);

test("processes killed at any moment leave a branch that is whole, and the next one goes on", async () => {
  await git(folder, ["init", "--quiet"]);
  const printed: number[] = [];
  for (let round = 0; round < 8; round++) {
    const running = start(folder, `round ${round}`, 100);
    await new Promise((resolve) => running.child.stdout?.once("data", resolve));
    await pause(7 * round);
    running.child.kill("SIGKILL");
    printed.push(...(await running.ended).versions);
  }
  const { versions, code } = await start(folder, "the last", 1).ended;
  expect(code).toBe(0);
  const { state, findings } = await look(folder);
  expect(findings).toEqual([]);
  expect(state.versions.length).toBe(versions[0]);
  for (const version of printed) expect(state.versions[version - 1]?.version).toBe(version);
}, 180_000);
