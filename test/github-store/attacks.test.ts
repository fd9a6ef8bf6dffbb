import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { digestOf, home, refusal, type StoreWorld, storeWorld } from "./store-world.ts";

const ROOT = digestOf("root");
const TAG = `ty-${ROOT.slice(7, 39)}`;
let world: StoreWorld;
beforeAll(async () => {
  world = await storeWorld();
});
beforeEach(() => {
  world.reset();
  world.homes.push(ROOT);
  world.counted();
});
afterEach(() => expect(world.server.violations).toEqual([]));
afterAll(async () => world[Symbol.asyncDispose]());

const tags = () => world.server.state.releases.filter(({ draft }) => !draft).map(({ tag }) => tag);
const assets = () => world.server.state.releases.flatMap((release) => release.assets);

describe("what others do to releases", () => {
  test("two jobs with the same bytes at once: one release, no draft left, and both end well", async () => {
    const jobs = Array.from({ length: 4 }, () => world.job());
    await Promise.all(
      jobs.map(async (job) => {
        for (const text of ["a", "b".repeat(2500)]) await job.put({ text });
        await job.settle(home(ROOT));
      }),
    );
    expect(world.server.state.releases.map(({ tag, draft }) => [tag, draft])).toEqual([[TAG, false]]);
    expect(await world.job().text(digestOf("b".repeat(2500)), "it")).toHaveLength(2500);
  });

  test("what comes later under the same home goes into a further part, immutable releases or not", async () => {
    for (const immutable of [false, true]) {
      world.reset();
      world.homes.push(ROOT);
      world.server.state.immutableReleases = immutable;
      const job = world.job();
      await job.put({ text: "first" });
      await job.settle(home(ROOT));
      await job.put({ text: "second" });
      await job.settle(home(ROOT));
      expect(tags()).toEqual([TAG, `${TAG}.2`]);
      const reader = world.job();
      for (const text of ["first", "second"]) expect(await reader.text(digestOf(text), "it")).toBe(text);
    }
  });

  test("an asset or a whole release that was deleted is missing, and comes back when it is put again", async () => {
    for (const immutable of [false, true]) {
      world.reset();
      world.homes.push(ROOT);
      world.server.state.immutableReleases = immutable;
      const large = "w".repeat(2500);
      const job = world.job();
      await job.put({ text: large });
      await job.settle(home(ROOT));
      const [release] = world.server.state.releases;
      const connection = { authorization: `token ${world.server.token({ contents: "write" })}` };
      const url = `${world.server.url}/repos/octo/flights/releases/${release?.id}`;
      expect((await fetch(url, { method: "DELETE", headers: connection })).status).toBe(204);
      expect(await world.job().verify([digestOf(large)])).toEqual([{ digest: digestOf(large), problem: "missing" }]);
      const again = world.job();
      await again.put({ text: large });
      await again.settle(home(ROOT));
      expect(tags()).toEqual([immutable ? `${TAG}.2` : TAG]); // a tag of an immutable release is used up for ever
      expect(await world.job().text(digestOf(large), "it")).toBe(large);
    }
  });

  test("an asset that somebody replaced is never given out, is found without a download, and stops the next registration", async () => {
    const weights = "w".repeat(500);
    const job = world.job();
    await job.put({ text: weights });
    await job.settle(home(ROOT));
    const asset = assets().find(({ name }) => name === `sha256-${digestOf(weights).slice(7)}`);
    if (asset === undefined) throw new Error("the weights are no asset");
    await chmod(asset.file, 0o644);
    await writeFile(asset.file, "v".repeat(500));
    asset.digest = digestOf("v".repeat(500));
    world.counted();
    expect(await world.job().verify([digestOf(weights)])).toEqual([{ digest: digestOf(weights), problem: "damaged" }]);
    await expect(world.job().text(digestOf(weights), "the weights")).rejects.toEqual(refusal("DIGEST_MISMATCH"));
    const next = world.job();
    await next.put({ text: weights });
    await expect(next.settle(home(ROOT))).rejects.toEqual(refusal("ASSET_OTHER"));
    world.server.state.releases[0]?.assets.splice(world.server.state.releases[0].assets.indexOf(asset), 1);
    await next.settle(home(ROOT));
    expect(await world.job().text(digestOf(weights), "the weights")).toBe(weights);
  });

  test("bytes that GitHub serves wrong, whatever it says of them, are refused and nothing is written", async () => {
    const weights = "w".repeat(500);
    const job = world.job();
    await job.put({ text: weights });
    await job.settle(home(ROOT));
    for (const { file } of assets()) {
      const bytes = await readFile(file);
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      await chmod(file, 0o644);
      await writeFile(file, bytes);
    }
    const reader = world.job();
    const out = join(world.folder, "never");
    await expect(reader.copyTo(digestOf(weights), out, "the weights")).rejects.toEqual(refusal("DIGEST_MISMATCH"));
    await expect(readFile(out)).rejects.toThrow("ENOENT");
  });

  test("a tag that a rule forbids is refused with a code, and the bytes that were sent stay in the draft", async () => {
    const job = world.job();
    await job.put({ text: "w".repeat(500) });
    world.server.state.burntTags.clear();
    for (const part of ["", ".2", ".3", ".4", ".5", ".6"]) world.server.state.burntTags.add(`${TAG}${part}`);
    await expect(job.settle(home(ROOT))).rejects.toEqual(refusal("RELEASE_REFUSED"));
  });

  test("a token that may not write is told which permission it needs", async () => {
    const job = world.job({ permissions: { contents: "read" } });
    await job.put({ text: "weights" });
    await expect(job.settle(home(ROOT))).rejects.toThrow(/GitHub did not allow POST/);
  });
});

describe("what goes over the wire", () => {
  test("the token goes to the API alone: the host that has the bytes never sees it", async () => {
    const job = world.job();
    await job.put({ text: "weights" });
    await job.settle(home(ROOT));
    await world.job().text(digestOf("weights"), "it");
    const downloads = world.server.calls.filter(({ kind }) => kind === "download");
    expect(downloads.length).toBeGreaterThan(0);
    // The other origin answers 400 to a request with a token, as GitHub's does ("Only one auth mechanism allowed").
    expect(downloads.map(({ status }) => status).every((status) => status < 400)).toBe(true);
  });

  test("files of many sizes around the limits come back, whatever is bundled, split and spilled into other releases", async () => {
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom(0, 1, 99, 100, 101, 999, 1000, 1001, 2000, 2001, 3500), { minLength: 1 }),
        fc.integer({ min: 5, max: 7 }),
        async (sizes, most) => {
          const root = digestOf(`root ${++number}`);
          world.homes.unshift(root);
          const limits = { asset: 1000, small: 100, bundle: 150, assets: most };
          const texts = sizes.map((size) => String.fromCharCode(97 + (number % 26)).repeat(size));
          const job = world.job({ limits });
          for (const text of texts) await job.put({ text });
          await job.settle(home(root));
          const reader = world.job({ limits, homes: async () => [root] });
          for (const text of texts) expect(await reader.text(digestOf(text), "it")).toBe(text);
          expect(await reader.verify(texts.map(digestOf))).toEqual([]);
        },
      ),
      { numRuns: 4 },
    );
    for (const { assets: some } of world.server.state.releases) expect(some.length).toBeLessThanOrEqual(7);
  });

  test("any tar reader opens a bundle, and what it gives is a folder store's blobs", async () => {
    const job = world.job();
    await job.put({ text: "a record" });
    await job.put({ text: "" });
    await job.settle(home(ROOT));
    const out = join(world.folder, "unpacked");
    await mkdir(out);
    const tar = spawn("tar", ["-xf", assets()[0]?.file as string, "-C", out], { stdio: "inherit" });
    expect((await once(tar, "close"))[0]).toBe(0);
    expect(await readFile(join(out, "blobs", "sha256", digestOf("a record").slice(7)), "utf8")).toBe("a record");
    expect(JSON.parse(await readFile(join(out, "index.json"), "utf8")).kind).toBe("trainyard.bundle/v1");
  });
});

describe("taking away", () => {
  test("releases nothing names and old drafts go, each as a whole; young ones and those with one needed blob stay", async () => {
    const old = new Date(1_000_000_000_000).toISOString();
    const job = world.job();
    for (const text of ["a", "b"]) {
      await job.put({ text });
      await job.put({ text: `${text} shared` });
      await job.settle(home(digestOf(text)));
    }
    for (const release of world.server.state.releases) Object.assign(release, { createdAt: old, publishedAt: old });
    await job.put({ text: "young" });
    await job.settle(home(digestOf("young")));
    const first = world.server.state.releases[0];
    if (first !== undefined) {
      const draft = { ...first, id: 9, tag: `${TAG}.9`, draft: true, publishedAt: null, assets: [] };
      world.server.state.releases.push(draft);
    }
    const nobodys = ["a", "a shared", "b", "young"].map(digestOf); // "b shared" is needed
    const gone = await world.job().remove(nobodys, Date.now() - 86_400_000);
    expect(gone.sort()).toEqual([digestOf("a"), digestOf("a shared")].sort());
    expect(world.server.state.releases.map(({ tag }) => tag)).toEqual(
      ["b", "young"].map((text) => `ty-${digestOf(text).slice(7, 39)}`),
    );
  });
});
