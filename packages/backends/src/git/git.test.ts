import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { git, runGit } from "./git.ts";

const identity = {
  GIT_AUTHOR_NAME: "ana",
  GIT_AUTHOR_EMAIL: "ana@example.com",
  GIT_COMMITTER_NAME: "ana",
  GIT_COMMITTER_EMAIL: "ana@example.com",
};
let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "git-"));
  await git(folder, ["init", "--quiet", "--bare", at("origin.git")]);
  await git(folder, ["clone", "--quiet", at("origin.git"), at("ana")]);
  await git(at("ana"), ["commit", "--quiet", "--allow-empty", "-m", "first"], { environment: identity });
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

async function hook(script: string): Promise<void> {
  const file = join(at("origin.git"), "hooks", "pre-receive");
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

function runs(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
}

/** A push, while our settings keep git's hooks off: the receiving side is told to run its own. */
const push = (timeout: number) =>
  runGit(at("ana"), ["push", `--receive-pack=git -c core.hooksPath=hooks receive-pack`, "origin", "HEAD"], { timeout });

test.each([
  ["sleeps", "echo $$ > PID; exec sleep 20"],
  ["does not hear that it shall end", "trap '' TERM; echo $$ > PID; exec sleep 20"],
])("a hook of the remote that %s does not hold us longer than the timeout, and does not stay", async (_, script) => {
  await hook(script.replace("PID", `'${at("pid")}'`));
  const start = performance.now();
  const { code, stderr } = await push(1_000);
  expect(performance.now() - start).toBeLessThan(8_000);
  expect(code).toBe(124);
  expect(stderr).toContain("it gave no answer in 1 s");
  const id = Number(await readFile(at("pid"), "utf8"));
  for (let tries = 0; runs(id) && tries < 40; tries++) await sleep(50); // init collects it
  expect(runs(id)).toBe(false);
  expect(await git(at("origin.git"), ["for-each-ref"])).toBe("");
});

test("a push that ends in time is not disturbed by its timeout", async () => {
  await hook("sleep 0.2");
  expect((await push(30_000)).code).toBe(0);
});
