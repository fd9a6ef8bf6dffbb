import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { digestOf, home, storeWorld } from "../github-store/store-world.ts";
import { storeContract } from "./store.ts";

storeContract("the releases of a repository", async () => {
  const world = await storeWorld();
  const store = world.job();
  world.homes.push(digestOf("root"));
  const cached = (digest: string) => join(store.state, "store", "blobs", "sha256", digest.slice("sha256:".length));
  /** The release in which a blob lies alone, and its one asset. */
  const alone = async (digest: string) => {
    await store.settle(home(digest, { blobs: [digest] }));
    const tag = `ty-${digest.slice(7, 39)}`;
    const release = world.server.state.releases.find((one) => one.tag === tag);
    const [asset] = release?.assets ?? [];
    if (release === undefined || asset === undefined) throw new Error(`nothing is settled as ${tag}`);
    return { release, asset };
  };
  return {
    store,
    async damage(digest) {
      const { asset } = await alone(digest);
      for (const file of [asset.file, cached(digest)]) {
        const bytes = await readFile(file);
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
        await chmod(file, 0o644);
        await writeFile(file, bytes);
        if (file === asset.file) asset.digest = digestOf(bytes);
      }
    },
    async lose(digest) {
      const { releases } = world.server.state;
      releases.splice(releases.indexOf((await alone(digest)).release), 1);
      await rm(cached(digest), { force: true });
    },
    async age(digest, storedAt) {
      await store.settle(home(digest));
      for (const release of world.server.state.releases) {
        const at = new Date(storedAt).toISOString();
        Object.assign(release, { createdAt: at });
        release.publishedAt = at;
        release.body = (release.body ?? "").replace(/relied on at \S+/, `relied on at ${at}`);
      }
    },
    indexes: false,
    async close() {
      expect(world.server.violations).toEqual([]);
      await world[Symbol.asyncDispose]();
    },
  };
});
