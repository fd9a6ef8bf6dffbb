import { readdirSync, statSync } from "node:fs";
import { request } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { expect, test, vi } from "vitest";
import { serverUnderTest } from "./server-under-test.ts";

const PART = 300_000_000;
/** SHA-256 of so many zero bytes, by `head -c 300000000 /dev/zero | sha256sum`. */
const ZEROS = "e8671610daa5dc152578d9bfe8e25346aa73fa600f908b235f55bf51d0eb5a05";

test("an asset of 300 MB goes up and comes down in flat memory, and zeros take no room", async () => {
  const { server, ask, token } = await serverUnderTest();
  const release = (await ask("POST", "/releases", { tag_name: "t", draft: true })).body;
  const before = process.memoryUsage().arrayBuffers;
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }, 50);
  const chunk = Buffer.alloc(1_000_000);
  const zeros = function* () {
    for (let sent = 0; sent < PART; sent += chunk.length) yield chunk;
  };
  const asset = await new Promise<{ url: string; size: number; digest: string }>((resolve, reject) => {
    const headers = {
      authorization: `token ${token}`,
      "content-type": "application/octet-stream",
      "content-length": String(PART),
    };
    const up = request(release.upload_url.replace(/\{.*/, "?name=big"), { method: "POST", headers }, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const piece of answer) chunks.push(piece as Buffer);
      resolve(JSON.parse(Buffer.concat(chunks).toString("utf8")));
    });
    up.on("error", reject);
    pipeline(Readable.from(zeros()), up).catch(reject);
  });
  expect(asset).toMatchObject({ size: PART, digest: `sha256:${ZEROS}` });

  const hop = await ask("GET", asset.url, undefined, { headers: { accept: "application/octet-stream" } });
  const down = await fetch(hop.headers.get("location") as string);
  let size = 0;
  for await (const piece of down.body as unknown as AsyncIterable<Uint8Array>) size += piece.length;
  clearInterval(watch);
  expect(size).toBe(PART);
  expect((most - before) / 2 ** 20).toBeLessThan(140); // MiB of this thread; the whole file would be 286, what waits to be collected was up to 70
  const file = server.state.releases[0]?.assets[0]?.file as string;
  expect(statSync(file).blocks * 512).toBeLessThan(10_000_000);
});

test("2 GiB are too much: GitHub answers 500 and says nothing", async () => {
  const { ask, token } = await serverUnderTest();
  const release = (await ask("POST", "/releases", { tag_name: "t", draft: true })).body;
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { authorization: `token ${token}`, "content-type": "x/y", "content-length": String(2 ** 31) };
    const up = request(release.upload_url.replace(/\{.*/, "?name=big"), { method: "POST", headers }, (answer) => {
      resolve(answer.statusCode);
      up.destroy();
    });
    up.on("error", reject);
    up.flushHeaders();
  });
  expect(status).toBe(500);
});

test("of an upload whose client dies nothing is left, and it is nobody's mistake", async () => {
  const { server, ask, token } = await serverUnderTest();
  const release = (await ask("POST", "/releases", { tag_name: "t", draft: true })).body;
  const headers = { authorization: `token ${token}`, "content-type": "x/y", "content-length": "1000000" };
  const up = request(release.upload_url.replace(/\{.*/, "?name=a"), { method: "POST", headers });
  up.on("error", () => {});
  await new Promise((resolve) => up.write(Buffer.alloc(1000), resolve));
  await vi.waitFor(() => expect(readdirSync(server.world.files.folder)).toHaveLength(1));
  up.destroy();
  await vi.waitFor(() => expect(readdirSync(server.world.files.folder)).toEqual([]));
  expect((await ask("GET", `/releases/${release.id}/assets`)).body).toEqual([]);
});
