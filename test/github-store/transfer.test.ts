import { once } from "node:events";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { digestFile } from "../../packages/backends/src/local/plain-file.ts";
import { sparseFile, startTransfer, transfer } from "./run-transfer.ts";
import { type StoreWorld, storeWorld } from "./store-world.ts";

/** What a job may have beyond what Node itself takes, whatever the file has; `npm run soak -- github-store` tries 5 GB. */
const MEGABYTES = 256;
const SIZE = 300_000_000;

let world: StoreWorld;
beforeAll(async () => {
  world = await storeWorld();
});
beforeEach(() => world.reset());
afterEach(() => expect(world.server.violations).toEqual([]));
afterAll(async () => world[Symbol.asyncDispose]());

test("300 MB in parts of 100 MB go up and come down with flat memory, byte for byte", {
  timeout: 120_000,
}, async () => {
  const file = join(world.folder, "model.onnx");
  await sparseFile(file, SIZE);
  const { digest } = await digestFile(file);
  const up = await transfer(world.server, ["put", join(world.folder, "up"), file, digest, "100000000"]);
  const parts = world.server.state.releases[0]?.assets.filter(({ name }) => name.startsWith("sha256-"));
  expect(parts?.map(({ size }) => size)).toEqual([100_000_000, 100_000_000, 100_000_000]);
  const out = join(world.folder, "out.onnx");
  const down = await transfer(world.server, ["get", join(world.folder, "down"), out, digest]);
  expect(await digestFile(out)).toEqual({ digest, size: SIZE });
  expect(up).toBeLessThan(MEGABYTES);
  expect(down).toBeLessThan(MEGABYTES);
});

test("a job killed in the middle of an upload: the next one sends what is missing, and nothing twice", {
  timeout: 120_000,
}, async () => {
  const file = join(world.folder, "killed.onnx");
  await sparseFile(file, 60_000_000);
  const { digest } = await digestFile(file);
  const words = ["put", join(world.folder, "killed"), file, digest, "10000000"];
  const uploads = () => world.server.state.releases.flatMap(({ assets }) => assets);
  for (const enough of [0, 2]) {
    const child = startTransfer(world.server, words);
    const ended = once(child, "close");
    while (world.server.state.releases.length === 0 || uploads().length < enough)
      await new Promise((resolve) => setTimeout(resolve, 2));
    child.kill("SIGKILL");
    await ended;
  }
  const kept = uploads().filter(({ state }) => state === "uploaded");
  await transfer(world.server, words);
  expect(world.server.state.releases.map(({ draft }) => draft)).toEqual([false]);
  expect(uploads().map(({ name }) => name).length).toBe(7); // six parts and the bundle
  for (const { id } of kept) expect(uploads().map((asset) => asset.id)).toContain(id);
  const out = join(world.folder, "killed-out.onnx");
  await transfer(world.server, ["get", join(world.folder, "killed-down"), out, digest]);
  expect((await digestFile(out)).digest).toBe(digest);
});
