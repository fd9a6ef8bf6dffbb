import { describe, expect, test } from "vitest";
import {
  confirmLive,
  type DeploymentFacts,
  recordDeployment,
} from "../../packages/backends/src/github/show/deployment.ts";
import { digest } from "../gallery/build.ts";
import type { GithubServer } from "../github-server/start-github-server.ts";
import { facesWorld } from "./faces-world.ts";

const DEPLOYING = { contents: "read", deployments: "write" } as const;
const facts = (change: Partial<DeploymentFacts> = {}): DeploymentFacts => ({
  model: "churn",
  version: 2,
  digest: digest("a"),
  environment: "production",
  ref: "main",
  operation: "op-1",
  rollback: null,
  ...change,
});
const live = { state: "success", description: "churn v2 is live" } as const;
const shown = ({ state }: GithubServer) =>
  state.deployments.map(({ task, payload, statuses }) => ({
    task,
    version: (payload as { version: number }).version,
    states: statuses.map((status) => status.state),
  }));

describe("a deployment on GitHub", () => {
  test("says what goes where, begins, and ends, each once", async () => {
    await using world = await facesWorld();
    const begun = { state: "in_progress", description: "putting churn v2 live" } as const;
    const urls = {
      logUrl: "https://github.com/octo/flights/actions/runs/1",
      environmentUrl: "https://churn.example.org",
    };
    const id = await recordDeployment(world.job(DEPLOYING), facts(), begun);
    for (const _ of [1, 2])
      expect(await recordDeployment(world.job(DEPLOYING), facts(), { ...live, ...urls })).toBe(id);
    await recordDeployment(world.job(DEPLOYING), facts(), begun); // a late answer does not begin it again
    expect(shown(world.server)).toEqual([{ task: "deploy:churn", version: 2, states: ["in_progress", "success"] }]);
    const [made] = world.server.state.deployments;
    expect(made?.payload).toEqual({ model: "churn", version: 2, digest: digest("a"), operation: "op-1" });
    expect(made?.statuses[1]).toMatchObject(urls);
    expect(world.server.violations).toEqual([]);
  });

  test("what the same model had live before becomes inactive, other models stay", async () => {
    await using world = await facesWorld();
    const put = (change: Partial<DeploymentFacts>) => recordDeployment(world.job(DEPLOYING), facts(change), live);
    await put({ version: 1, operation: "op-0" });
    await put({ model: "delays", version: 7, operation: "op-d" });
    await put({ environment: "staging", operation: "op-s" });
    await put({});
    expect(shown(world.server)).toEqual([
      { task: "deploy:churn", version: 1, states: ["success", "inactive"] },
      { task: "deploy:delays", version: 7, states: ["success"] },
      { task: "deploy:churn", version: 2, states: ["success"] },
      { task: "deploy:churn", version: 2, states: ["success"] },
    ]);
  });

  test("one that failed leaves what was live before as it is, and going back is a deployment that says so", async () => {
    await using world = await facesWorld();
    await recordDeployment(world.job(DEPLOYING), facts({ version: 1, operation: "op-0" }), live);
    await recordDeployment(world.job(DEPLOYING), facts(), { state: "failure", description: "the smoke test failed" });
    const back = facts({ version: 1, operation: "op-2", rollback: "delays are over-predicted ".repeat(20) });
    await recordDeployment(world.job(DEPLOYING), back, { ...live, description: "x".repeat(500) });
    expect(shown(world.server).map(({ version, states }) => [version, states])).toEqual([
      [1, ["success", "inactive"]],
      [2, ["failure"]],
      [1, ["success"]],
    ]);
    const made = world.server.state.deployments[2];
    expect(made?.payload).toMatchObject({ rollback: true });
    expect(made?.description).toMatch(/^Back to churn v1: delays are over-predicted .*…$/);
    expect(world.server.violations).toEqual([]);
  });

  test("what a killed job left in progress is ended as cut off by the next one, however that ends", async () => {
    await using world = await facesWorld();
    const begun = { state: "in_progress", description: "putting it live" } as const;
    const failed = { state: "failure", description: "the smoke test failed" } as const;
    await recordDeployment(world.job(DEPLOYING), facts({ operation: "op-0" }), begun);
    await recordDeployment(world.job(DEPLOYING), facts({ operation: "op-1" }), failed);
    await recordDeployment(world.job(DEPLOYING), facts({ operation: "op-2" }), begun);
    await confirmLive(world.job(DEPLOYING), facts({ operation: "op-3" }), live); // the registry knew: only GitHub was not told
    await confirmLive(world.job(DEPLOYING), facts({ operation: "op-4" }), live);
    expect(shown(world.server).map(({ states }) => states)).toEqual([
      ["in_progress", "error"],
      ["failure"],
      ["in_progress", "success"],
    ]);
  });

  test("an old job that runs again and goes live makes a new deployment, and one that says so too late ends inactive", async () => {
    await using world = await facesWorld();
    const [old, newer] = [facts({ version: 1, operation: "op-0" }), facts({ operation: "op-1" })];
    const id = await recordDeployment(world.job(DEPLOYING), old, { state: "in_progress", description: "" });
    await recordDeployment(world.job(DEPLOYING), newer, live);
    await recordDeployment(world.job(DEPLOYING), old, live, id);
    await recordDeployment(world.job(DEPLOYING), old, live);
    expect(shown(world.server).map(({ version, states }) => [version, states])).toEqual([
      [1, ["in_progress", "error", "success", "inactive"]],
      [2, ["success", "inactive"]],
      [1, ["success"]],
    ]);
  });

  test("costs the same however often was deployed before", async () => {
    await using world = await facesWorld();
    const github = world.job(DEPLOYING);
    const counts: number[] = [];
    for (let version = 1; version <= 6; version++) {
      const from = world.server.calls.length;
      await recordDeployment(github, facts({ version, operation: `op-${version}` }), live);
      counts.push(world.server.calls.length - from);
    }
    expect(new Set(counts.slice(2)).size).toBe(1);
  });
});
