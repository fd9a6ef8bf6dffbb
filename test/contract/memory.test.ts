import { createHash } from "node:crypto";
import { MemoryBranch, MemoryStore } from "@trainyard/core/testing";
import { registryContract } from "./registry.ts";
import { type BranchHarness, registryBranchContract } from "./registry-branch.ts";
import { storeContract } from "./store.ts";

const sha256 = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

async function openBranch(): Promise<BranchHarness> {
  const branch = new MemoryBranch(sha256);
  return {
    branch,
    other: () => branch,
    edit: async (changes, message) => void branch.edit(changes, message),
    rewind: async (revision) => branch.rewind(revision),
  };
}

registryBranchContract("memory", openBranch);
registryContract("memory", openBranch);
storeContract("memory", async () => {
  const disk = new Map<string, string>();
  const store = new MemoryStore(sha256, disk, Date.now);
  return {
    store,
    damage: async (digest) => void store.blobs.set(digest, `${store.blobs.get(digest)}!`),
    lose: async (digest) => void store.blobs.delete(digest),
    age: async (digest, storedAt) => void store.storedAt.set(digest, storedAt),
    disk: { write: async (path, text) => void disk.set(path, text), read: async (path) => disk.get(path) ?? null },
  };
});
