import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { type GithubServer, startGithubServer } from "../start-github-server.ts";
import { backendIds } from "./runtime-tokens.ts";

// What a job could do with the token that every action of it can read: plain requests, as no library would send them.

let server: GithubServer;
afterEach(async () => {
  const { violations } = server;
  await server.close();
  expect(violations).toEqual([]);
});

const VERSION = createHash("sha256").update("paths").digest("hex");

async function jobOf(job: string, run?: number) {
  const id = run ?? (await server.startRun({ event: "push" })).id;
  const { ACTIONS_RUNTIME_TOKEN: token } = server.jobEnvironment({ run: id, job, permissions: {} });
  const ids = backendIds({ run: id, job });
  const own = { workflow_run_backend_id: ids.run, workflow_job_run_backend_id: ids.job };
  const call = async (method: string, message: unknown, as: string | undefined = token) => {
    const service = /Cache/.test(method) ? "CacheService" : "ArtifactService";
    const response = await fetch(`${server.url}/twirp/github.actions.results.api.v1.${service}/${method}`, {
      method: "POST",
      headers: { authorization: `Bearer ${as}`, "content-type": "application/json" },
      body: typeof message === "string" ? message : JSON.stringify(message),
    });
    // biome-ignore lint/suspicious/noExplicitAny: each method answers in its own shape, and the test reads its own
    return { status: response.status, body: (await response.json()) as any };
  };
  const upload = async (name: string, text: string) => {
    const created = await call("CreateArtifact", { ...own, name, version: 7 });
    const address = created.body.signed_upload_url as string;
    await put(address, text);
    const finished = await call("FinalizeArtifact", { ...own, name, size: String(text.length) });
    return { address, id: Number(finished.body.artifact_id), status: finished.status };
  };
  return { run: id, token, own, call, upload };
}

async function put(address: string, body: string, query = "", type = "BlockBlob") {
  const response = await fetch(address + query, { method: "PUT", body, headers: { "x-ms-blob-type": type } });
  return [response.status, response.headers.get("x-ms-error-code")];
}

test("the token of another run reads nothing, writes nothing and deletes nothing", async () => {
  server = await startGithubServer();
  const victim = await jobOf("train");
  await victim.upload("record", "good");
  const other = await jobOf("train");
  const named = { ...victim.own, name: "record" };
  for (const [method, message] of [
    ["ListArtifacts", victim.own],
    ["GetSignedArtifactURL", named],
    ["DeleteArtifact", named],
    ["CreateArtifact", { ...named, name: "forged", version: 7 }],
    ["FinalizeArtifact", { ...named, size: "4" }],
  ] as const)
    expect((await other.call(method, message)).body).toEqual({
      code: "permission_denied",
      msg: "the token is for another run",
    });
  expect(server.state.artifacts.map(({ name }) => name)).toEqual(["record"]);
});

test("a job writes in its own name only; the other jobs of its run it can read, and even delete", async () => {
  server = await startGithubServer();
  const train = await jobOf("train");
  await train.upload("record", "good");
  const other = await jobOf("lint: all", train.run);
  const forged = await other.call("CreateArtifact", { ...train.own, name: "bytes", version: 7 });
  expect([forged.status, forged.body.msg]).toEqual([403, "the token is for another job"]);
  const listed = await other.call("ListArtifacts", other.own);
  expect(listed.body.artifacts.map(({ name }: { name: string }) => name)).toEqual(["record"]);
  // So a name says nothing about who wrote it: what is handed on, is handed on by id and digest.
  expect((await other.call("DeleteArtifact", { ...train.own, name: "record" })).status).toBe(200);
  const { id } = await other.upload("record", "evil");
  expect(server.state.artifacts.map((one) => [one.id, one.job])).toEqual([[id, "lint: all"]]);
});

test("a forged, a changed and a foreign token are refused before anything is read", async () => {
  server = await startGithubServer();
  const { token = "", own, call } = await jobOf("train");
  const [head, , sign] = token.split(".");
  const claims = Buffer.from(JSON.stringify({ scp: "Actions.Results:1:1" })).toString("base64url");
  for (const bad of ["", "x", `${head}.${claims}.${sign}`, token.slice(0, -1), server.token("write-all")])
    expect((await call("ListArtifacts", own, bad)).body).toEqual({ code: "unauthenticated", msg: "invalid token" });
});

test("once finished, nobody writes the bytes again, not even who has the address", async () => {
  server = await startGithubServer();
  const { address, id } = await (await jobOf("train")).upload("record", "good");
  const before = server.state.artifacts[0];
  expect(await put(address, "evil")).toEqual([403, "AuthenticationFailed"]);
  expect(server.state.artifacts[0]).toMatchObject({ id, digest: before?.digest, size: 4 });
  expect(readFileSync(before?.file as string, "utf8")).toBe("good");
});

test("an upload goes only where it was signed for, in blocks that were all staged", async () => {
  server = await startGithubServer();
  const { own, call } = await jobOf("train");
  const created = await call("CreateArtifact", { ...own, name: "bytes", version: 7 });
  const address = created.body.signed_upload_url as string;
  const guessed = address.replaceAll(/[0-9a-f]{32}/g, "0".repeat(32));
  expect(await put(guessed, "evil")).toEqual([403, "AuthenticationFailed"]);
  expect(await put(address, "x", "", "PageBlob")).toEqual([400, "MissingRequiredHeader"]);
  const block = (id: string) => `&comp=block&blockid=${encodeURIComponent(Buffer.from(id).toString("base64"))}`;
  expect(await put(address, "one", block("001"))).toEqual([201, null]);
  expect(await put(address, "two", block("0000002"))).toEqual([400, "InvalidBlobOrBlock"]);
  expect(await put(address, "one", "&comp=block&blockid=***")).toEqual([400, "InvalidQueryParameterValue"]);
  const list = (...ids: string[]) =>
    `<BlockList>${ids.map((id) => `<Latest>${Buffer.from(id).toString("base64")}</Latest>`).join("")}</BlockList>`;
  expect(await put(address, list("001", "002"), "&comp=blocklist")).toEqual([400, "InvalidBlockList"]);
  const early = await call("FinalizeArtifact", { ...own, name: "bytes", size: "3" });
  expect([early.status, early.body.code]).toEqual([412, "failed_precondition"]);
  expect(await put(address, list("001"), "&comp=blocklist")).toEqual([201, null]);
});

test("what is only begun has its name already, and what is finished twice is one", async () => {
  server = await startGithubServer();
  const { own, call } = await jobOf("train");
  const create = { ...own, name: "bytes", version: 7 };
  const { body } = await call("CreateArtifact", create);
  expect((await call("CreateArtifact", create)).status).toBe(409);
  await put(body.signed_upload_url, "x");
  const hash = `sha256:${createHash("sha256").update("x").digest("hex")}`;
  const finish = () => call("FinalizeArtifact", { ...own, name: "bytes", size: "1", hash });
  expect(await finish()).toEqual(await finish());
  expect(server.state.artifacts.length).toBe(1);
});

test("names, digests and keys that the libraries would never send are refused", async () => {
  server = await startGithubServer();
  const { own, call } = await jobOf("train");
  for (const name of ["", "a/b", "..\\c", 'a"b', "a\nb", "x".repeat(257)])
    expect((await call("CreateArtifact", { ...own, name, version: 7 })).body.code).toBe("invalid_argument");
  for (const message of [{ ...own, name: "a", version: 7, extra: 1 }, { name: "a", version: 7 }, [], null])
    expect((await call("CreateArtifact", message)).body.code).toBe("invalid_argument");
  expect((await call("CreateArtifact", "{")).body.code).toBe("malformed");
  const hash = "sha256:short";
  expect((await call("FinalizeArtifact", { ...own, name: "a", size: "1", hash })).status).toBe(400);
  for (const key of ["", "a,b", "x".repeat(513)])
    expect((await call("CreateCacheEntry", { key, version: VERSION })).status).toBe(400);
  const keys = Array.from({ length: 10 }, (_, at) => `k${at}`);
  expect((await call("GetCacheEntryDownloadURL", { key: "k", restore_keys: keys, version: VERSION })).status).toBe(400);
});

test("a cache that lost bytes on the way is not kept", async () => {
  server = await startGithubServer();
  const { call } = await jobOf("train");
  const { body } = await call("CreateCacheEntry", { key: "k", version: VERSION });
  server.faults.add({ match: { kind: "results", route: "/upload" }, do: "truncated-upload" });
  await put(body.signed_upload_url, "abcdef");
  const finished = await call("FinalizeCacheEntryUpload", { key: "k", version: VERSION, size_bytes: "6" });
  expect(finished.body).toEqual({ ok: false, message: "size does not match" });
  expect(server.state.caches).toEqual([]);
});
