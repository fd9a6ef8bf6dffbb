import { chmod, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folderStore } from "../../packages/backends/src/local/store.ts";
import { storeContract } from "./store.ts";

storeContract("a folder", async () => {
  const state = await mkdtemp(join(tmpdir(), "folder-store-"));
  const blob = (digest: string) => join(state, "store", "blobs", "sha256", digest.slice("sha256:".length));
  return {
    store: folderStore(state),
    async damage(digest) {
      const bytes = await readFile(blob(digest));
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      await chmod(blob(digest), 0o644);
      await writeFile(blob(digest), bytes);
    },
    lose: (digest) => rm(blob(digest), { force: true }),
    age: (digest, storedAt) => utimes(blob(digest), storedAt / 1000, storedAt / 1000),
    close: () => rm(state, { recursive: true, force: true }),
  };
});
