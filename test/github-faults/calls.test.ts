import { afterAll, beforeAll, expect, test } from "vitest";
import type { Call } from "../github-server/world.ts";
import { rules } from "./rules.ts";
import { Scene } from "./scene.ts";
import { verbs } from "./verbs.ts";

/** Calls by kind; those of git are the requests one fetch makes. */
function counted(calls: readonly Call[]): Record<string, string[]> {
  const by: Record<string, string[]> = {};
  for (const { kind, operation, method, route } of calls)
    by[kind] = [...(by[kind] ?? []), operation ?? `${method} ${route}`];
  return by;
}

let scene: Scene;
let reset: () => void;
beforeAll(async () => {
  scene = await Scene.start(rules);
  reset = scene.snapshot();
}, 60_000);
afterAll(() => scene[Symbol.asyncDispose]());

async function callsOf(name: string): Promise<Record<string, string[]>> {
  reset();
  const verb = verbs.find((one) => one.name === name);
  if (verb === undefined) throw new Error(`there is no verb ${name}`);
  const step = await verb.prepare(scene);
  const { exit, calls } = await scene.run(step);
  expect(exit).toBe(0);
  return counted(calls);
}

test("registering a model of one asset costs three REST and two GraphQL calls beside what bringing its bundle costs", async () => {
  expect(await callsOf("register, another version")).toEqual({
    git: ["git-upload-pack", "git-upload-pack"], // one fetch
    rest: [
      "actions/get-workflow-run", // whose run it is
      ...["actions/get-artifact", "actions/get-artifact", "actions/download-artifact", "actions/download-artifact"],
      "repos/create-release",
      "repos/update-release", // published
    ],
    download: ["get-blob", "get-blob"],
    upload: ["repos/upload-release-asset"],
    graphql: ["repository", "createCommitOnBranch"],
  });
}, 60_000);

test("deploying writes the registry by one call; its report and what GitHub shows of it are the rest", async () => {
  const { git = [], graphql, upload, rest = [] } = await callsOf("deploy");
  expect(git.length).toBeLessThanOrEqual(4); // two fetches
  expect({ graphql, upload }).toEqual({
    graphql: ["repository", "createCommitOnBranch"],
    upload: ["repos/upload-release-asset"],
  });
  expect(rest.length).toBeLessThanOrEqual(12);
}, 60_000);
