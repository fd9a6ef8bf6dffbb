import { expect, test } from "vitest";
import type { FaultKind } from "./faults.ts";
import { serverUnderTest } from "./server-under-test.ts";

const CREATE = { match: { route: "repos/create-release" } };

async function oneRelease(fault: FaultKind) {
  const { server, ask } = await serverUnderTest();
  server.faults.add({ ...CREATE, do: fault });
  const first = await ask("POST", "/releases", { tag_name: "t", draft: true }).catch(() => null);
  const made = server.state.releases.length;
  const second = await ask("POST", "/releases", { tag_name: "t", draft: true });
  expect(second.status).toBe(201); // once unless told
  expect(server.faults.fired).toHaveLength(1);
  expect(server.faults.waiting).toEqual([]);
  return { status: first?.status ?? "dropped", made, headers: first?.headers, server };
}

test.each([
  ["502-before", 502, 0],
  ["502-after", 502, 1],
  ["drop-before", "dropped", 0],
  ["drop-after", "dropped", 1],
  ["drop-request-at 5", "dropped", 0],
  ["drop-answer-at 20", "dropped", 1],
  ["unauthorized", 401, 0],
  ["duplicate-draft", 201, 2],
] as const)("%s: the client sees %s, and %i releases are there", async (fault, status, made) => {
  expect(await oneRelease(fault)).toMatchObject({ status, made });
});

test("a limit says how long to wait, by retry-after or by the time it ends", async () => {
  const secondary = await oneRelease("secondary-limit 7");
  expect([secondary.status, secondary.headers?.get("retry-after")]).toEqual([403, "7"]);
  const primary = await oneRelease("rate-limit 60");
  expect([primary.status, primary.headers?.get("x-ratelimit-remaining")]).toEqual([403, "0"]);
});

test("a renamed repository answers with where it is, and the request goes there", async () => {
  const { server, ask } = await serverUnderTest();
  server.faults.add({ match: { route: "repos/get" }, do: "redirect" });
  const moved = await ask("GET", "");
  expect(moved.status).toBe(301);
  expect((await ask("GET", moved.headers.get("location") as string)).body.full_name).toBe("octo/flights");
});

test("half of an upload is stored and called whole; the digest tells", async () => {
  const { server, ask } = await serverUnderTest();
  server.faults.add({ match: { kind: "upload" }, do: "truncated-upload" });
  const release = (await ask("POST", "/releases", { tag_name: "t", draft: true })).body;
  const asset = await ask("POST", release.upload_url.replace(/\{.*/, "?name=a"), Buffer.from("12345678"));
  expect(asset).toMatchObject({ status: 201, body: { size: 4, state: "uploaded" } });
});

test("somebody else's commit lands just before: on a ref, a branch's commit and a push", async () => {
  const { server, ask, graphql } = await serverUnderTest();
  const head = (await server.world.branch("main")) as string;
  const tree = (await ask("GET", `/git/commits/${head}`)).body.tree.sha;
  const commit = (await ask("POST", "/git/commits", { message: "m", tree, parents: [head] })).body.sha;
  server.faults.add({ match: { route: "git/update-ref" }, do: "stale-head" });
  const patched = await ask("PATCH", "/git/refs/heads/main", { sha: commit });
  expect([patched.status, patched.body.message]).toEqual([422, "Update is not a fast forward"]);

  server.faults.add({ match: { kind: "graphql", route: "createCommitOnBranch" }, do: "stale-head" });
  const { body } = await graphql(
    "mutation ($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }",
    {
      input: {
        branch: { repositoryNameWithOwner: "octo/flights", branchName: "main" },
        message: { headline: "x" },
        expectedHeadOid: await server.world.branch("main"),
      },
    },
  );
  expect(body.errors[0].message).toMatch(/^Expected branch to point to "[0-9a-f]{40}" but it did not\. Pull and try/);
  expect(server.faults.fired).toHaveLength(2);
});

test("the nth call of its kind is met, and a plan that never fires is known", async () => {
  const { server, ask } = await serverUnderTest();
  server.faults.add({ match: { kind: "rest", route: "GET /repos/{owner}/{repo}", nth: 2 }, do: "502-before" });
  server.faults.add({ match: { route: "never" }, do: "drop-before" });
  expect((await ask("GET", "")).status).toBe(200);
  expect((await ask("GET", "")).status).toBe(502);
  expect((await ask("GET", "")).status).toBe(200);
  expect(server.faults.waiting).toEqual([{ match: { route: "never" }, do: "drop-before" }]);
});

test("a clock that is ahead is in the Date header and in what is made", async () => {
  const { server, ask } = await serverUnderTest();
  server.faults.add({ do: "clock-skew 86400" });
  const { headers } = await ask("GET", "");
  expect(Date.parse(headers.get("date") as string) - Date.now()).toBeGreaterThan(80_000_000);
});

test("a request or a query that GitHub does not describe is a violation", async () => {
  const { server, ask, graphql } = await serverUnderTest({ violates: true });
  expect((await ask("POST", "/releases", { tag: "misspelt" })).status).toBe(500);
  expect((await ask("GET", "/releases?perpage=3")).status).toBe(500);
  expect((await ask("GET", "/nothing")).status).toBe(404);
  await graphql('{ repository(owner: "octo", name: "flights") { nothing } }');
  await graphql('{ repository(owner: "octo", name: "flights") { forkCount } }');
  expect(server.violations).toEqual([
    "repos/create-release body: must have required property 'tag_name'",
    "repos/list-releases query: must NOT have additional properties",
    "nobody serves GET /repos/octo/flights/nothing",
    'graphql: Cannot query field "nothing" on type "Repository".',
    "graphql: this server does not know Repository.forkCount",
  ]);
});

test("a token that is sent to the other origin is refused and remembered", async () => {
  const { server, ask, token } = await serverUnderTest({ violates: true });
  const release = (await ask("POST", "/releases", { tag_name: "t", draft: true })).body;
  const asset = (await ask("POST", release.upload_url.replace(/\{.*/, "?name=a"), Buffer.from("x"))).body;
  const hop = await ask("GET", asset.url, undefined, { headers: { accept: "application/octet-stream" } });
  const answer = await fetch(hop.headers.get("location") as string, { headers: { authorization: `token ${token}` } });
  expect(answer.status).toBe(400);
  expect(server.violations).toEqual(["a token was sent to another origin"]);
});
