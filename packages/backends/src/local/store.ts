import { randomUUID } from "node:crypto";
import { lstat, mkdir, readdir, rm, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { type Bytes, Sha256, type Store, TrainyardError } from "@trainyard/core";
import { listBlobs, removeBlob } from "./blobs.ts";
import { errorCode, writeRefusal } from "./file-refusals.ts";
import { addToIndex, indexEntry, modelConfig, modelManifest } from "./oci-index.ts";
import {
  copyHashed,
  digestFile,
  draftIn,
  publishDraft,
  publishNew,
  readBytes,
  readText,
  writeAtomically,
} from "./plain-file.ts";
import { sha256 } from "./sha256.ts";
import { makeStateFolder } from "./state-folder.ts";

/** A store whose blobs are files, so that they can be sent elsewhere, or come from there. */
export interface FolderStore extends Store {
  /** Where a blob lies, or would. */
  blobPath(digest: Sha256): string;
  /** A name for a file that becomes a blob; it is swept when this process dies. */
  draft(): Promise<string>;
  /** Gives a draft that is on the disk the name of the digest that its bytes were found to have. */
  adopt(draft: string, digest: Sha256): Promise<void>;
}

/**
 * A store in a folder, in OCI image layout 1.0.0 (`oci-layout`, `index.json`, `blobs/sha256/HEX`), so that any OCI tool reads it.
 * A blob gets its name only when its bytes are on the disk and hashed; drafts lie in `ingest/`, and those of killed processes are swept.
 *
 * @param state The folder Trainyard keeps its things in (`.trainyard`); the layout is `store/` below it.
 */
export function folderStore(state: string): FolderStore {
  const folder = join(state, "store");
  const ingest = join(folder, "ingest");
  const blobPath = (digest: string) => join(folder, "blobs", "sha256", Sha256.parse(digest).slice("sha256:".length));

  const draftName = () => join(ingest, `${hostname()}.${process.pid}.${randomUUID()}`);

  let made: Promise<void> | undefined;
  const make = () => {
    made ??= makeLayout(state, folder, ingest).catch((error: unknown) => {
      made = undefined; // a full disk may have room the next time
      throw error;
    });
    return made;
  };

  async function sizeOf(digest: Sha256): Promise<number | null> {
    try {
      const stat = await lstat(blobPath(digest));
      return stat.isFile() ? stat.size : null;
    } catch (error) {
      if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return null;
      throw error;
    }
  }

  /** Whether the stored bytes really are those of the digest. */
  async function isSound(digest: Sha256): Promise<boolean> {
    return (await sizeOf(digest)) !== null && (await digestFile(blobPath(digest))).digest === digest;
  }

  /** Marks a blob as stored now, so that nobody takes away what is being relied on. False when it was taken away just now. */
  async function renew(digest: Sha256): Promise<boolean> {
    const now = new Date();
    try {
      await utimes(blobPath(digest), now, now);
      return true;
    } catch (error) {
      if (errorCode(error) === "ENOENT") return false;
      if (["EPERM", "EACCES", "EROFS"].includes(errorCode(error) ?? "")) return true; // another user's, or read-only: it stays as it is
      throw error;
    }
  }

  async function put(bytes: Bytes, { expect }: { expect?: Sha256 } = {}): Promise<{ digest: Sha256; size: number }> {
    const known = "text" in bytes ? { digest: sha256(bytes.text), size: Buffer.byteLength(bytes.text) } : undefined;
    const what = "text" in bytes ? "The text" : bytes.file;
    const check = (digest: Sha256) => {
      if (expect === undefined || digest === expect) return;
      throw new TrainyardError("DIGEST_MISMATCH", { what, expected: expect, got: digest });
    };
    if (known !== undefined) check(known.digest);
    await make();

    const wanted = known?.digest ?? expect;
    if (wanted !== undefined && (await isSound(wanted)) && (await renew(wanted))) {
      const found = "file" in bytes ? await digestFile(bytes.file) : (known as { digest: Sha256; size: number });
      check(found.digest);
      return found;
    }

    const draft = draftName();
    try {
      if ("text" in bytes) await writeAtomically(draft, bytes.text);
      const found =
        "file" in bytes ? await copyHashed(bytes.file, draft, 0o444) : (known as { digest: Sha256; size: number });
      check(found.digest);
      await publishDraft(draft, blobPath(found.digest)); // also over a damaged blob: that heals it
      return found;
    } catch (error) {
      throw isFull(error)
        ? new TrainyardError("DISK_FULL", { path: folder }, { cause: error })
        : writeRefusal(error, folder);
    } finally {
      await rm(draft, { force: true });
    }
  }

  async function text(digest: Sha256, what: string): Promise<string> {
    const content = await readBytes(blobPath(digest));
    if (content === null) throw new TrainyardError("BLOB_MISSING", { digest, what });
    const got = sha256(content);
    if (got !== digest) throw new TrainyardError("DIGEST_MISMATCH", { what, expected: digest, got });
    return content.toString("utf8");
  }

  return {
    put,
    text,
    has: async (digest) => (await sizeOf(digest)) !== null,
    blobPath,
    async draft() {
      await make();
      return draftName();
    },
    adopt: (draft, digest) => publishDraft(draft, blobPath(digest)),

    async copyTo(digest, file, what) {
      if ((await sizeOf(digest)) === null) throw new TrainyardError("BLOB_MISSING", { digest, what });
      const draft = draftIn(dirname(file));
      try {
        await mkdir(dirname(file), { recursive: true });
        const copied = await copyHashed(blobPath(digest), draft);
        if (copied.digest !== digest) {
          throw new TrainyardError("DIGEST_MISMATCH", { what, expected: digest, got: copied.digest });
        }
        await publishNew(draft, file);
      } catch (error) {
        throw writeRefusal(error, file);
      } finally {
        await rm(draft, { force: true });
      }
    },

    settle: async () => {}, // what was put is on the disk

    async publish({ card, ...version }) {
      for (const file of version.files) {
        const what = `${version.model} v${version.version}: ${file.path}`;
        const size = await sizeOf(file.digest);
        if (size === null) throw new TrainyardError("BLOB_MISSING", { digest: file.digest, what });
      }
      const config = await put({ text: modelConfig(version) });
      const manifest = await put({ text: modelManifest(version, config, await put({ text: card })) });
      await addToIndex(folder, indexEntry(version, manifest));
    },

    async verify(digests) {
      const damaged: { digest: Sha256; problem: "missing" | "damaged" }[] = [];
      for (const digest of new Set(digests)) {
        if ((await sizeOf(digest)) === null) damaged.push({ digest, problem: "missing" });
        else if (!(await isSound(digest))) damaged.push({ digest, problem: "damaged" });
      }
      return damaged;
    },

    list: () => listBlobs(folder),
    async remove(digests, before) {
      const removed: Sha256[] = [];
      for (const digest of digests) if (await removeBlob(blobPath(digest), draftName(), before)) removed.push(digest);
      return removed;
    },
  };
}

const isFull = (error: unknown) => error instanceof TrainyardError && error.code === "DISK_FULL";

async function makeLayout(state: string, folder: string, ingest: string): Promise<void> {
  await makeStateFolder(state);
  try {
    await mkdir(join(folder, "blobs", "sha256"), { recursive: true });
    await mkdir(ingest, { recursive: true });
  } catch (error) {
    throw writeRefusal(error, folder);
  }
  const layout = join(folder, "oci-layout");
  if ((await readText(layout)) === null) await writeAtomically(layout, '{"imageLayoutVersion":"1.0.0"}\n');
  await sweep(ingest);
}

/** Removes the drafts of processes of this machine that are gone. */
async function sweep(ingest: string): Promise<void> {
  const mine = `${hostname()}.`;
  for (const name of await readdir(ingest)) {
    const pid = name.startsWith(mine) ? Number(name.slice(mine.length).split(".")[0]) : Number.NaN;
    if (!Number.isInteger(pid)) continue;
    try {
      process.kill(pid, 0);
    } catch (error) {
      if (errorCode(error) === "ESRCH") await rm(join(ingest, name), { force: true });
    }
  }
}
