import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { type GithubServer, startGithubServer } from "../start-github-server.ts";
import { toolkitJob } from "./toolkit-job.ts";

vi.setConfig({ testTimeout: 120_000 }); // each job is a process that loads the libraries anew

let server: GithubServer;
afterEach(async () => {
  const { violations } = server;
  await server.close();
  expect(violations).toEqual([]);
});

async function jobOn(event: string, headBranch: string, step: string) {
  const run = await server.startRun({ event, headBranch });
  const job = toolkitJob(server.jobEnvironment({ run: run.id, permissions: {} }));
  job.file("checkpoints/step", step);
  return job;
}

/** An entry is found by the paths it was saved under, so all jobs name the same. */
const paths = ["checkpoints"];
const save = (key: string) => ({ do: "save", paths, key }) as const;
const restore = (key: string, ...others: string[]) => ({ do: "restore", paths, key, others }) as const;
const write = (text: string) => ({ do: "write", file: "checkpoints/step", text }) as const;

test("a cache comes back by its key and by a beginning of it, the newest first, and a key is written once", async () => {
  server = await startGithubServer();
  const job = await jobOn("push", "main", "1");
  const read = () => readFileSync(join(job.workspace, "checkpoints/step"), "utf8");
  const [a, , b, , second] = await job.run(save("run-1-a"), write("2"), save("run-1-b"), write("3"), save("run-1-a"));
  expect(server.state.caches.map(({ id, key }) => [id, key])).toEqual([
    [a, "run-1-a"],
    [b, "run-1-b"],
  ]);
  expect(second).toBe(-1); // the second writer is told so, and its job goes on
  const found = await job.run(restore("run-1"), restore("run-2", "run-9", "run-1-"), restore("x"), restore("run-1-a"));
  expect([found, read()]).toEqual([["run-1-b", "run-1-b", null, "run-1-a"], "1"]);
});

test("a branch sees the caches of the default branch, its own before them, and no other's", async () => {
  server = await startGithubServer();
  await server.push("topic", { "a.txt": "a" });
  await server.push("rival", { "a.txt": "b" });
  await (await jobOn("push", "main", "main")).run(save("k-main"));
  await (await jobOn("push", "rival", "rival")).run(save("k-rival"));
  const topic = await jobOn("push", "topic", "topic");
  const [before, theirs, saved, after] = await topic.run(
    restore("k-"),
    restore("k-rival"),
    save("k-topic"),
    restore("k-"),
  );
  expect([before, theirs, saved > 0, after]).toEqual(["k-main", null, true, "k-topic"]);
  expect(await (await jobOn("push", "main", "main")).run(restore("k-topic"))).toEqual([null]);
});

test("a job of a fork's pull request reads the base's caches and writes none", async () => {
  server = await startGithubServer();
  await (await jobOn("push", "main", "good")).run(save("k"));
  const pull = await server.openPullRequest({ head: "topic", fork: "mallory/flights", files: { "a.py": "" } });
  const run = await server.startRun({
    event: "pull_request",
    headSha: pull.head.sha,
    headBranch: "topic",
    headRepository: "mallory/flights",
  });
  const fork = toolkitJob(server.jobEnvironment({ run: run.id, permissions: {} }));
  mkdirSync(join(fork.workspace, "checkpoints"));
  const [restored, saved] = await fork.run(restore("k"), save("k-poison"));
  expect([restored, saved]).toEqual(["k", -1]);
  expect(server.state.caches.map(({ key }) => key)).toEqual(["k"]);
});
