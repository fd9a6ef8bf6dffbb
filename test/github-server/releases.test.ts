import { expect, test } from "vitest";
import { storedName } from "./rest/assets.ts";
import { serverUnderTest } from "./server-under-test.ts";

type Ask = Awaited<ReturnType<typeof serverUnderTest>>["ask"];

const draft = async (ask: Ask, tag: string, more: object = {}) =>
  (await ask("POST", "/releases", { tag_name: tag, draft: true, ...more })).body;
const upload = (ask: Ask, release: { upload_url: string }, name: string, bytes: Buffer | string = "bytes") =>
  ask("POST", release.upload_url.replace(/\{.*/, `?name=${encodeURIComponent(name)}`), Buffer.from(bytes));

test("a draft has no tag: it is not found by it, and several may carry the same", async () => {
  const { ask, server, graphql } = await serverUnderTest();
  const first = await draft(ask, "ty-1");
  const second = await draft(ask, "ty-1");
  expect(first.id).not.toBe(second.id);
  expect(await server.world.git.resolve("refs/tags/ty-1")).toBeNull();
  expect((await ask("GET", "/releases/tags/ty-1")).status).toBe(404);
  expect((await ask("GET", "/releases")).body).toHaveLength(2);
  const query = `query { repository(owner: "octo", name: "flights") { release(tagName: "ty-1") { databaseId isDraft } } }`;
  expect((await graphql(query)).body.data.repository.release).toEqual({ databaseId: second.id, isDraft: true });
  const reader = server.token({ contents: "read" });
  expect((await ask("GET", "/releases", undefined, { as: reader })).body).toEqual([]);
  expect((await ask("GET", `/releases/${first.id}`, undefined, { as: reader })).status).toBe(404);
});

test("of two drafts with one tag, one is published and the other is refused", async () => {
  const { ask } = await serverUnderTest();
  const [first, second] = [await draft(ask, "ty-1"), await draft(ask, "ty-1")];
  expect((await ask("PATCH", `/releases/${first.id}`, { draft: false })).status).toBe(200);
  const refused = await ask("PATCH", `/releases/${second.id}`, { draft: false });
  expect([refused.status, refused.body.errors[0].code]).toEqual([422, "already_exists"]);
});

test("an immutable release takes no asset and loses none; its text may change; its tag is burnt with it", async () => {
  const { ask, server } = await serverUnderTest();
  server.state.immutableReleases = true;
  const release = await draft(ask, "ty-1");
  const asset = (await upload(ask, release, "a.bin")).body;
  const published = (await ask("PATCH", `/releases/${release.id}`, { draft: false })).body;
  expect(published.immutable).toBe(true);
  expect((await upload(ask, release, "b.bin")).body.message).toMatch(/immutable release/);
  expect((await ask("DELETE", `/releases/assets/${asset.id}`)).status).toBe(422);
  expect((await ask("DELETE", "/git/refs/tags/ty-1")).status).toBe(422);
  expect((await ask("PATCH", `/releases/${release.id}`, { name: "v2", body: "card" })).body.name).toBe("v2");
  expect((await ask("DELETE", `/releases/${release.id}`)).status).toBe(204);
  const again = await ask("POST", "/releases", { tag_name: "ty-1", draft: true });
  expect(again.body.errors[0].message).toMatch(/was used by an immutable release/);
});

test("a failed upload leaves a starter that takes the name until it is deleted", async () => {
  const { ask, server } = await serverUnderTest();
  const release = await draft(ask, "ty-1");
  server.faults.add({ match: { kind: "upload" }, do: "502-starter" });
  expect((await upload(ask, release, "a.bin")).status).toBe(502);
  const [left] = (await ask("GET", `/releases/${release.id}/assets`)).body;
  expect(left).toMatchObject({ name: "a.bin", state: "starter", size: 0, digest: null });
  expect((await upload(ask, release, "a.bin")).body.errors[0].code).toBe("already_exists");
  await ask("DELETE", `/releases/assets/${left.id}`);
  expect((await upload(ask, release, "a.bin")).status).toBe(201);
});

test("odd names are stored under others", () => {
  expect(["a b.bin", ".hidden", "x.", "model-1.0+cpu_x.bin"].map(storedName)).toEqual([
    "a.b.bin",
    "default.hidden",
    "x",
    "model-1.0+cpu_x.bin",
  ]);
});

test("the first release is the latest one unless it says that it is not", async () => {
  const { ask } = await serverUnderTest();
  await ask("POST", "/releases", { tag_name: "ty-1", make_latest: "false" });
  expect((await ask("GET", "/releases/latest")).status).toBe(404);
  const other = await ask("POST", "/releases", { tag_name: "v1" });
  expect((await ask("GET", "/releases/latest")).body.id).toBe(other.body.id);
});

test("a target that is nowhere, a body that is too long and a tag that is none are refused", async () => {
  const { ask } = await serverUnderTest();
  const field = async (body: object) => (await ask("POST", "/releases", body)).body.errors[0].field;
  expect(await field({ tag_name: "t", target_commitish: "nowhere" })).toBe("target_commitish");
  expect(await field({ tag_name: "t", body: "x".repeat(125_001) })).toBe("body");
  expect(await field({ tag_name: "a..b" })).toBe("tag_name");
});

test("a commit with workflows that the default branch has not is no target: 404", async () => {
  const { ask, server } = await serverUnderTest();
  const sha = await server.push("topic", { ".github/workflows/new.yml": "on: push" });
  expect((await ask("POST", "/releases", { tag_name: "t", target_commitish: sha })).status).toBe(404);
  await server.push("main", { ".github/workflows/new.yml": "on: push" });
  expect((await ask("POST", "/releases", { tag_name: "t", target_commitish: sha })).status).toBe(201);
});

test("lists come in pages whose links lead through all of it", async () => {
  const { ask, server } = await serverUnderTest();
  const pull = await server.openPullRequest({ head: "topic", files: { a: "b" } });
  for (let i = 0; i < 7; i++) await ask("POST", `/issues/${pull.number}/comments`, { body: `comment ${i}` });
  const seen: string[] = [];
  let next: string | undefined = `/issues/${pull.number}/comments?per_page=3`;
  while (next !== undefined) {
    const { body, headers } = await ask("GET", next);
    seen.push(...body.map((one: { body: string }) => one.body));
    next = /<([^>]+)>; rel="next"/.exec(headers.get("link") ?? "")?.[1];
  }
  expect(seen).toEqual(Array.from({ length: 7 }, (_, i) => `comment ${i}`));
});

test("a comment of 65,536 characters is taken, one more is not; a read that changed nothing is 304", async () => {
  const { ask, server } = await serverUnderTest();
  const pull = await server.openPullRequest({ head: "topic", files: { a: "b" } });
  const post = (body: string) => ask("POST", `/issues/${pull.number}/comments`, { body });
  expect((await post("x".repeat(65_536))).status).toBe(201);
  expect((await post("x".repeat(65_537))).status).toBe(422);
  const { headers } = await ask("GET", `/pulls/${pull.number}`);
  const again = await ask("GET", `/pulls/${pull.number}`, undefined, {
    headers: { "if-none-match": headers.get("etag") as string },
  });
  expect(again.status).toBe(304);
});
