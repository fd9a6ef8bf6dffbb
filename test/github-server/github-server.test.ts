import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { githubDescription } from "./openapi.ts";
import { handlers } from "./rest/handlers.ts";
import { permissionsFor } from "./rest/permissions.ts";
import { serverUnderTest } from "./server-under-test.ts";

test("every operation that is served is one GitHub describes, has a permission, and every described one is served", () => {
  const { operations } = githubDescription().subset;
  expect(Object.keys(handlers).sort()).toEqual(Object.keys(operations).sort());
  for (const [id, { method }] of Object.entries(operations))
    expect(permissionsFor(id, method).length).toBeGreaterThan(0);
});

test("a branch is made by blob, tree, commit and ref, and git reads it", async () => {
  const { server, ask } = await serverUnderTest();
  const blob = await ask("POST", "/git/blobs", { content: "hello", encoding: "utf-8" });
  expect(blob.status).toBe(201);
  const tree = await ask("POST", "/git/trees", {
    tree: [
      { path: "a/b.txt", mode: "100644", type: "blob", sha: blob.body.sha },
      { path: "c.txt", mode: "100644", type: "blob", content: "inline" },
    ],
  });
  const commit = await ask("POST", "/git/commits", { message: "Begin", tree: tree.body.sha, parents: [] });
  expect(commit.body.parents).toEqual([]);
  const ref = await ask("POST", "/git/refs", { ref: "refs/heads/registry", sha: commit.body.sha });
  expect([ref.status, ref.body.object.sha]).toEqual([201, commit.body.sha]);
  expect((await ask("POST", "/git/refs", { ref: "refs/heads/registry", sha: commit.body.sha })).body.message).toBe(
    "Reference already exists",
  );
  expect(await server.world.git.git(["show", "registry:a/b.txt"])).toBe("hello");
  const got = await ask("GET", `/git/trees/${tree.body.sha}?recursive=1`);
  expect(got.body.tree.map(({ path }: { path: string }) => path)).toEqual(["a", "a/b.txt", "c.txt"]);
});

test("a release is drafted, filled, published and downloaded from another origin", async () => {
  const { ask, server, token } = await serverUnderTest();
  const draft = await ask("POST", "/releases", { tag_name: "ty-1", draft: true, name: "One" });
  expect((await ask("GET", "/releases/tags/ty-1")).status).toBe(404);
  const upload = draft.body.upload_url.replace(/\{.*/, "?name=model.bin");
  const asset = await ask("POST", upload, Buffer.from("bytes"));
  expect(asset.body).toMatchObject({
    state: "uploaded",
    size: 5,
    digest: "sha256:277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9",
  });
  expect((await ask("POST", upload, Buffer.from("bytes"))).body.errors[0].code).toBe("already_exists");
  await ask("PATCH", `/releases/${draft.body.id}`, { draft: false, make_latest: "false" });
  expect((await ask("GET", "/releases/tags/ty-1")).body.assets).toHaveLength(1);
  const hop = await fetch(asset.body.url, {
    headers: { authorization: `token ${token}`, accept: "application/octet-stream" },
    redirect: "manual",
  });
  expect(hop.status).toBe(302);
  const location = hop.headers.get("location") as string;
  expect(new URL(location).origin).not.toBe(server.url);
  expect(await (await fetch(location)).text()).toBe("bytes");
  const part = await fetch(location, { headers: { range: "bytes=2-3" } });
  expect([part.status, await part.text()]).toEqual([206, "te"]);
});

test("comments, checks, issues, deployments, pull requests and runs are made, changed and found", async () => {
  const { ask, server } = await serverUnderTest();
  const pull = await server.openPullRequest({ head: "topic", files: { "train.py": "x" } });
  const comment = await ask("POST", `/issues/${pull.number}/comments`, { body: "hello" });
  expect(comment.body).toMatchObject({
    user: { login: "github-actions[bot]", type: "Bot" },
    performed_via_github_app: { slug: "github-actions" },
  });
  await ask("PATCH", `/issues/comments/${comment.body.id}`, { body: "changed" });
  expect((await ask("GET", `/issues/${pull.number}/comments`)).body[0].body).toBe("changed");

  const check = await ask("POST", "/check-runs", {
    name: "trainyard",
    head_sha: pull.head.sha,
    status: "completed",
    conclusion: "neutral",
    output: { title: "t", summary: "s" },
  });
  expect(check.status).toBe(201);
  expect((await ask("GET", `/commits/${pull.head.sha}/check-runs`)).body.total_count).toBe(1);

  const issue = await ask("POST", "/issues", { title: "Drift", body: "b", labels: ["trainyard"] });
  await ask("PATCH", `/issues/${issue.body.number}`, { state: "closed" });
  expect((await ask("GET", "/issues?state=closed&labels=trainyard")).body).toHaveLength(1);

  const deployment = await ask("POST", "/deployments", {
    ref: "main",
    environment: "staging",
    auto_merge: false,
    required_contexts: [],
    payload: { version: 1 },
  });
  await ask("POST", `/deployments/${deployment.body.id}/statuses`, { state: "success" });
  expect((await ask("GET", `/deployments/${deployment.body.id}/statuses`)).body[0].state).toBe("success");

  expect((await ask("GET", "/pulls?head=octo:topic")).body[0].number).toBe(pull.number);
  expect((await ask("GET", `/pulls/${pull.number}/files`)).body[0].filename).toBe("train.py");
  const run = await server.startRun({ event: "pull_request", headSha: pull.head.sha, headBranch: "topic" });
  run.job("train");
  expect((await ask("GET", `/actions/runs?head_sha=${pull.head.sha}`)).body.workflow_runs[0].id).toBe(run.id);
  expect((await ask("GET", `/actions/runs/${run.id}/jobs`)).body.jobs[0].name).toBe("train");
  expect((await ask("GET", "/contents/README.md?ref=main")).body.encoding).toBe("base64");
});

test("git fetches and pushes with the token, and what the token may not is refused", async () => {
  const { server, token } = await serverUnderTest();
  const run = promisify(execFile);
  const folder = mkdtempSync(join(tmpdir(), "trainyard-clone-"));
  const git = (as: string, ...words: string[]) =>
    run("git", words, {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        GIT_TERMINAL_PROMPT: "0",
        GIT_CONFIG_COUNT: "1",
        GIT_CONFIG_KEY_0: `http.${server.environment.GITHUB_SERVER_URL}/.extraheader`,
        GIT_CONFIG_VALUE_0: `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${as}`).toString("base64")}`,
      },
    });
  await git(token, "clone", "--quiet", `${server.environment.GITHUB_SERVER_URL}/octo/flights.git`, ".");
  writeFileSync(join(folder, "new.txt"), "new");
  await git(token, "add", ".");
  await git(token, "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet", "-m", "New");
  await expect(git(server.token({ contents: "read" }), "push", "origin", "main")).rejects.toThrow(/403/);
  await git(token, "push", "--quiet", "origin", "main");
  expect(await server.world.git.git(["show", "main:new.txt"])).toBe("new");
  expect(server.calls.every(({ kind }) => kind === "git")).toBe(true);
});

test("createCommitOnBranch commits on the expected head only", async () => {
  const { server, ask } = await serverUnderTest();
  const head = (await server.world.branch("main")) as string;
  const query = `mutation ($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }`;
  const input = (expectedHeadOid: string) => ({
    branch: { repositoryNameWithOwner: "octo/flights", branchName: "main" },
    message: { headline: "Head", body: "Body" },
    expectedHeadOid,
    fileChanges: { additions: [{ path: "a/b", contents: Buffer.from("x").toString("base64") }], deletions: [] },
  });
  const first = await ask("POST", `${server.url}/graphql`, { query, variables: { input: input(head) } });
  expect(first.body.data.createCommitOnBranch.commit.oid).toBe(await server.world.branch("main"));
  const second = await ask("POST", `${server.url}/graphql`, { query, variables: { input: input(head) } });
  expect(second.body.errors[0]).toMatchObject({ type: "STALE_DATA", path: ["createCommitOnBranch"] });
  expect(await server.world.git.git(["log", "-1", "--format=%B", "main"])).toBe("Head\n\nBody");
});
