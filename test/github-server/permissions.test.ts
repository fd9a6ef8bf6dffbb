import { expect, test } from "vitest";
import { serverUnderTest } from "./server-under-test.ts";

test("what a token may not is 403, with the permission that would do", async () => {
  const { ask, server } = await serverUnderTest();
  const reader = server.token({ contents: "read" });
  const refused = await ask("POST", "/releases", { tag_name: "t" }, { as: reader });
  expect([refused.status, refused.body.message]).toEqual([403, "Resource not accessible by integration"]);
  expect(refused.headers.get("x-accepted-github-permissions")).toBe("contents=write");
  const comment = await ask("POST", "/issues/1/comments", { body: "x" }, { as: reader });
  expect(comment.headers.get("x-accepted-github-permissions")).toBe("issues=write; pull_requests=write");
});

test("a permission that is written as none, or not at all, is none", async () => {
  const { ask, server } = await serverUnderTest();
  for (const token of [server.token({ contents: "none" }), server.token({})])
    expect((await ask("GET", "/git/ref/heads/main", undefined, { as: token })).status).toBe(403);
});

test("no token and a token of nobody are 401, for REST, GraphQL and git", async () => {
  const { ask, server } = await serverUnderTest();
  for (const as of [null, "ghs_nobody"]) {
    expect((await ask("GET", "", undefined, { as })).status).toBe(401);
    expect((await ask("POST", `${server.url}/graphql`, { query: "{ viewer { login } }" }, { as })).status).toBe(401);
    const url = `${server.url}/octo/flights.git/info/refs?service=git-upload-pack`;
    expect((await fetch(url, as === null ? {} : { headers: { authorization: `token ${as}` } })).status).toBe(401);
  }
});

test("the token of a run of a fork's pull request reads only, whatever the workflow grants it", async () => {
  const { ask, server } = await serverUnderTest();
  const pull = await server.openPullRequest({ head: "topic", fork: "eve/flights", files: { a: "b" } });
  const fork = { headSha: pull.head.sha, headBranch: "topic", headRepository: "eve/flights" };
  const run = await server.startRun({ event: "pull_request", ...fork });
  const { GITHUB_TOKEN: token } = server.jobEnvironment({ run: run.id, permissions: "write-all" });
  const as = token as string;
  expect((await ask("POST", `/issues/${pull.number}/comments`, { body: "x" }, { as })).status).toBe(403);
  expect((await ask("GET", `/pulls/${pull.number}`, undefined, { as })).body.head.repo.full_name).toBe("eve/flights");
  const later = await server.startRun({ event: "workflow_run", workflow: "verdict-for-forks.yml" });
  const trusted = server.jobEnvironment({ run: later.id, permissions: { "pull-requests": "write" } }).GITHUB_TOKEN;
  const posted = await ask("POST", `/issues/${pull.number}/comments`, { body: "x" }, { as: trusted as string });
  expect(posted.status).toBe(201);
});

test("GitHub names no pull request in a run of a fork, and the runs of a commit are found by it", async () => {
  const { ask, server } = await serverUnderTest();
  const pull = await server.openPullRequest({ head: "topic", fork: "eve/flights", files: { a: "b" } });
  const run = await server.startRun({
    event: "pull_request",
    headSha: pull.head.sha,
    headBranch: "topic",
    headRepository: "eve/flights",
  });
  const { body } = await ask("GET", `/actions/runs/${run.id}`);
  expect([body.pull_requests, body.head_repository.full_name]).toEqual([[], "eve/flights"]);
  expect((await ask("GET", "/pulls?head=eve:topic")).body[0].number).toBe(pull.number);
  expect((await ask("GET", `/commits/${pull.head.sha}/pulls`)).body).toEqual([]);
});

test("GraphQL refuses what the token may not, by type", async () => {
  const { server, graphql } = await serverUnderTest();
  const query = `mutation ($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }`;
  const input = {
    branch: { repositoryNameWithOwner: "octo/flights", branchName: "main" },
    message: { headline: "x" },
    expectedHeadOid: await server.world.branch("main"),
  };
  const { body } = await graphql(query, { input }, server.token({ contents: "read" }));
  expect(body.errors[0]).toMatchObject({ type: "FORBIDDEN", message: "Resource not accessible by integration" });
});
