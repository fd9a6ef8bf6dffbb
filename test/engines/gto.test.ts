import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { gtoHistory } from "@trainyard/core";
import { afterEach, beforeEach, expect } from "vitest";
import { readTags } from "../../packages/backends/src/imports/gto-tags.ts";
import { engineTest } from "./engine-test.ts";
import { GTO } from "./python-engine.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trainyard-gto-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function call(command: string, ...words: string[]): string {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  return execFileSync(command, words, { cwd: folder, encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] });
}

engineTest(GTO, "what gto show and gto history say is what our reading of the same tags says", async (bin) => {
  call("git", "init", "--quiet", "--initial-branch=main");
  call("git", "config", "user.name", "Ana");
  call("git", "config", "user.email", "ana@example.com");
  const gto = (...words: string[]) => call(bin("gto"), ...words);
  // Each in a second of its own: of two assignments in one, GTO 1.10.1 may show the older.
  const write = async (...words: string[]) => {
    gto(...words);
    await pause(1005 - (Date.now() % 1000));
  };
  for (const number of [1, 2, 3, 4]) {
    call("git", "commit", "--quiet", "--allow-empty", "--message", `commit ${number}`);
    await write("register", "churn", "--version", `v1.0.${number}`, "--message", `about ${number}`);
  }
  await write("assign", "churn", "--version", "v1.0.1", "--stage", "prod");
  await write("assign", "churn", "--version", "v1.0.2", "--stage", "prod");
  await write("assign", "churn", "HEAD~1", "--stage", "staging");
  await write("deprecate", "churn", "v1.0.3"); // and so it leaves staging
  await write("register", "fraud", "HEAD", "--version", "v0.1.0");
  await write("assign", "fraud", "--version", "v0.1.0", "--stage", "dev");
  await write("deprecate", "fraud", "v0.1.0", "dev");

  const { events, stages } = gtoHistory(await readTags(folder));
  type Shown = Record<string, { stage: Record<string, string | null> }>;
  const shown = Object.entries(JSON.parse(gto("show", "--json")) as Shown).flatMap(([artifact, { stage }]) =>
    Object.entries(stage).flatMap(([name, version]) => (version === null ? [] : { artifact, stage: name, version })),
  );
  expect(stages).toEqual(shown);
  expect(stages).toEqual([{ artifact: "churn", stage: "prod", version: "v1.0.2" }]);

  type Told = {
    ref: string;
    timestamp: string;
    artifact: string;
    event: string;
    version: string;
    stage: string | null;
    commit: string;
  };
  const told = (JSON.parse(gto("history", "--json")) as Told[]).filter(({ event }) => event !== "commit").reverse();
  const words = { registration: "registered", deregistration: "deregistered", assignment: "assigned" };
  const kinds: Readonly<Record<string, string>> = { ...words, unassignment: "unassigned", deprecation: "deprecated" };
  const ours = events.map(({ tag, artifact, kind, version, stage }) => [
    tag.name,
    { artifact, kind, version, stage, commit: tag.commit, second: tag.tagger?.at },
  ]);
  expect(Object.fromEntries(ours)).toEqual(
    Object.fromEntries(
      told.map(({ ref, timestamp, event, artifact, version, stage, commit }) => [
        ref,
        { artifact, kind: kinds[event], version, stage, commit, second: Date.parse(timestamp) / 1000 },
      ]),
    ),
  );
  expect(events.map(({ tag }) => tag.tagger?.at)).toEqual(told.map(({ timestamp }) => Date.parse(timestamp) / 1000));
  expect(events.map(({ problem }) => problem)).toEqual(events.map(() => null));
});
