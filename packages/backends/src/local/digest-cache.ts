import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { type Sha256, Sha256 as Sha256Schema, TrainyardError } from "@trainyard/core";
import { withLock } from "./file-lock.ts";
import { digestFile, readText, writeAtomically } from "./plain-file.ts";
import { makeStateFolder } from "./state-folder.ts";

/** size, mtime and ctime in nanoseconds, inode: what changes whenever a file's content does, as long as its ctime is old enough. */
type Key = string;
type Entries = Map<string, readonly [Key, Sha256]>;

/** A file changed this shortly before it was read may change again without its times showing it ("racily clean", git's racy-git.txt). */
const RACY_MS = 2000;
/** Beyond this the oldest entries go; at 150 bytes each the file stays below 30 MB. */
const MOST_ENTRIES = 200_000;
const TRIES = 3;

/**
 * Digests of files that did not change since they were read: 100,000 files take a second or two rather than reading them all.
 * It only ever saves time: a missing or damaged cache is an empty one.
 */
export class DigestCache {
  readonly #state: string;
  readonly #path: string;
  readonly #fresh: Entries = new Map();
  #known: Promise<Entries> | undefined;

  /** @param state The folder Trainyard keeps its things in. */
  constructor(state: string) {
    this.#state = state;
    this.#path = join(state, "cache", "digests.json");
  }

  /** Digest and size of a plain file by its canonical absolute path. @throws FILE_NOT_FOUND, FILE_UNREADABLE */
  async digest(path: string): Promise<{ digest: Sha256; size: number }> {
    this.#known ??= load(this.#path);
    const known = await this.#known;
    for (let tries = 1; ; tries++) {
      const before = await keyOf(path);
      const entry = before === null ? undefined : known.get(path);
      if (before !== null && entry?.[0] === before.key) return { digest: entry[1], size: before.size };

      const readAt = Date.now();
      const found = await digestFile(path);
      const after = await keyOf(path);
      if (before !== null && after !== null && before.key === after.key) {
        if (after.changedAt + RACY_MS < readAt) {
          known.set(path, [after.key, found.digest]);
          this.#fresh.set(path, [after.key, found.digest]);
        }
        return found;
      }
      if (tries === TRIES)
        throw new TrainyardError("FILE_UNREADABLE", { path, problem: "it changes while it is read" });
    }
  }

  /** Writes what is new. Entries other processes wrote meanwhile stay. */
  async save(): Promise<void> {
    if (this.#fresh.size === 0) return;
    await makeStateFolder(this.#state);
    await withLock(`${this.#path}.lock`, async () => {
      const entries = await load(this.#path);
      for (const [path, entry] of this.#fresh) {
        entries.delete(path); // so that the newest stand last
        entries.set(path, entry);
      }
      const kept = [...entries].slice(-MOST_ENTRIES).map(([path, [key, digest]]) => [path, key, digest]);
      await writeAtomically(this.#path, `{"format":1,"entries":${JSON.stringify(kept)}}\n`);
    });
    this.#fresh.clear();
  }
}

async function load(path: string): Promise<Entries> {
  const entries: Entries = new Map();
  try {
    const { format, entries: rows } = JSON.parse((await readText(path)) ?? "{}");
    if (format !== 1) return entries;
    for (const [file, key, digest] of rows) {
      if (typeof file === "string" && typeof key === "string" && Sha256Schema.safeParse(digest).success) {
        entries.set(file, [key, digest]);
      }
    }
  } catch {
    entries.clear(); // damaged: the files are read again
  }
  return entries;
}

async function keyOf(path: string): Promise<{ key: Key; size: number; changedAt: number } | null> {
  const found = await lstat(path, { bigint: true }).catch(() => null); // reading it says what is wrong
  if (found === null || !found.isFile()) return null;
  const { size, mtimeNs, ctimeNs, ino } = found;
  const changedAt = Math.max(Number(mtimeNs / 1_000_000n), Number(ctimeNs / 1_000_000n));
  return { key: `${size} ${mtimeNs} ${ctimeNs} ${ino}`, size: Number(size), changedAt };
}
