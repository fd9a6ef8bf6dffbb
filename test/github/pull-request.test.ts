import { describe, expect, test } from "vitest";
import { findPullRequest } from "../../packages/backends/src/github/runs/pull-request.ts";
import type { PullRequest } from "../github-server/state.ts";
import { type FacesWorld, facesWorld, JUDGING } from "./faces-world.ts";

const MAIN = "a".repeat(40);
/** GitHub gives a repository one number, whoever asks. */
async function idOf(world: FacesWorld, slug: string): Promise<number> {
  const { repository } = await import("../github-server/shapes.ts");
  return (repository(world.server.world, slug) as { id: number }).id;
}
const ours = async (world: FacesWorld) => ({ id: await idOf(world, "octo/flights"), default_branch: "main" });

async function workflowRun(world: FacesWorld, pull: PullRequest, change: object = {}) {
  const [owner = ""] = pull.head.repository.split("/");
  return {
    name: "workflow_run",
    sha: MAIN,
    payload: {
      repository: await ours(world),
      workflow_run: {
        event: "pull_request",
        head_sha: pull.head.sha,
        head_branch: pull.head.ref,
        head_repository: { id: await idOf(world, pull.head.repository), owner: { login: owner } },
        pull_requests: [],
        ...change,
      },
    },
  };
}

async function pullEvent(world: FacesWorld, pull: PullRequest) {
  const { head, base } = pull;
  const side = async ({ ref, sha }: { ref: string; sha: string }, slug: string) => ({
    ref,
    sha,
    repo: { id: await idOf(world, slug) },
  });
  const pull_request = {
    number: pull.number,
    state: "open",
    head: await side(head, head.repository),
    base: await side(base, "octo/flights"),
  };
  return { name: "pull_request", sha: MAIN, payload: { pull_request, repository: await ours(world) } };
}

describe("what a verdict is about", () => {
  test("a pull request's own event says it: its head, not the merge commit, and no call is made", async () => {
    await using world = await facesWorld();
    const pull = await world.server.openPullRequest({ head: "window", files: { "train.py": "pass\n" } });
    expect(await findPullRequest(world.job(), await pullEvent(world, pull))).toEqual({
      sha: pull.head.sha,
      pullRequest: { number: pull.number, headSha: pull.head.sha, headRef: "window", baseRef: "main", fork: false },
      base: "main",
      checkName: "trainyard",
    });
    expect(world.server.calls).toEqual([]);
  });

  test("a fork's run is found by owner, branch and commit", async () => {
    await using world = await facesWorld();
    const { server } = world;
    const pull = await server.openPullRequest({ head: "window", fork: "ana/flights", files: { "train.py": "1\n" } });
    await server.openPullRequest({ head: "window", fork: "bob/flights", files: { "train.py": "2\n" } });
    await server.openPullRequest({ head: "window", files: { "train.py": "3\n" } });
    const found = await findPullRequest(world.job(), await workflowRun(world, pull));
    expect(found).toMatchObject({ sha: pull.head.sha, pullRequest: { number: pull.number, fork: true }, base: "main" });
    expect(server.violations).toEqual([]);
  });

  test.each([
    ["another commit of it", async () => ({ head_sha: MAIN })],
    [
      "a repository of that owner that is no fork",
      async () => ({ head_repository: { id: 1, owner: { login: "ana" } } }),
    ],
    ["a fork that is gone", async () => ({ head_repository: null, head_branch: "main" })],
    ["a branch named like a search", async () => ({ head_branch: "window&state=all&head=octo:main" })],
  ] as const)("nothing is said for %s", async (_, change) => {
    await using world = await facesWorld();
    const pull = await world.server.openPullRequest({
      head: "window",
      fork: "ana/flights",
      files: { "train.py": "1\n" },
    });
    const event = await workflowRun(world, pull, await change());
    await expect(findPullRequest(world.job(), event)).rejects.toMatchObject({ code: "PULL_REQUEST_UNKNOWN" });
  });

  test("a pull request that was closed or pushed to since is not found", async () => {
    await using world = await facesWorld();
    const pull = await world.server.openPullRequest({
      head: "window",
      fork: "ana/flights",
      files: { "train.py": "1\n" },
    });
    const event = await workflowRun(world, { ...pull, head: { ...pull.head } });
    await world.server.pushPullRequest(pull.number, { "train.py": "2\n" });
    await expect(findPullRequest(world.job(), event)).rejects.toMatchObject({ code: "PULL_REQUEST_UNKNOWN" });
    const newer = await workflowRun(world, pull);
    pull.state = "closed";
    await expect(findPullRequest(world.job(), newer)).rejects.toMatchObject({ code: "PULL_REQUEST_UNKNOWN" });
  });

  test("one commit offered to two branches: the verdict for the default branch is not the other's", async () => {
    await using world = await facesWorld();
    const { server } = world;
    await server.push("lax", { "trainyard.yaml": "models: {}\n" }, "main");
    const pull = await server.openPullRequest({ head: "window", fork: "ana/flights", files: { "train.py": "1\n" } });
    const lax = { ...pull, id: 1, number: 99, base: { ref: "lax", sha: pull.base.sha } };
    server.state.pulls.push(lax);
    const byRun = await findPullRequest(world.job(), await workflowRun(world, pull));
    expect(byRun).toMatchObject({ pullRequest: { number: pull.number }, base: "main", checkName: "trainyard" });
    const byEvent = await findPullRequest(world.job(), await pullEvent(world, lax));
    expect(byEvent).toMatchObject({ sha: pull.head.sha, base: "lax", checkName: "trainyard (lax)" });
  });

  test("a push finds the pull request its branch is the head of; without one, and on main, there is none", async () => {
    await using world = await facesWorld();
    const pull = await world.server.openPullRequest({ head: "window", files: { "train.py": "pass\n" } });
    const push = async (branch: string, after: string) =>
      findPullRequest(world.job({ contents: "read", pull_requests: "read" }), {
        name: "push",
        sha: after,
        payload: { ref: `refs/heads/${branch}`, after, repository: await ours(world) },
      });
    expect(await push("window", pull.head.sha)).toMatchObject({ pullRequest: { number: pull.number }, base: "main" });
    const other = await world.server.push("other", { "a.py": "1\n" }, "main");
    expect(await push("other", other)).toEqual({
      sha: other,
      pullRequest: null,
      base: "other",
      checkName: "trainyard (other)",
    });
    expect(await push("main", pull.base.sha)).toMatchObject({
      pullRequest: null,
      base: "main",
      checkName: "trainyard",
    });
  });

  test("a merge queue has a commit to check and no pull request to comment on; a schedule has neither base nor pull request", async () => {
    await using world = await facesWorld();
    const repository = await ours(world);
    const group = { head_sha: MAIN, base_ref: "refs/heads/main", head_ref: "refs/heads/gh-readonly-queue/main/pr-1-0" };
    expect(
      await findPullRequest(world.job(), { name: "merge_group", sha: "", payload: { merge_group: group, repository } }),
    ).toEqual({ sha: MAIN, pullRequest: null, base: "main", checkName: "trainyard" });
    expect(
      await findPullRequest(world.job(), { name: "schedule", sha: MAIN, payload: { schedule: "0 6 * * 1" } }),
    ).toEqual({
      sha: MAIN,
      pullRequest: null,
      base: null,
      checkName: "trainyard",
    });
    await expect(
      findPullRequest(world.job(JUDGING), { name: "push", sha: MAIN, payload: { ref: 1 } }),
    ).rejects.toMatchObject({ code: "EVENT_INVALID" });
  });
});
