import { lstat, mkdir, open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { canonicalJson, type FileRef, prettyJson, type Sha256, type Store, TrainyardError } from "@trainyard/core";
import { errorCode } from "../local/file-refusals.ts";
import { digestFile, readText, syncFolder, writeAtomically } from "../local/plain-file.ts";
import { draftName } from "./draft-name.ts";

/** A version as it is staged. */
export interface Staged {
  readonly model: string;
  readonly version: number;
  readonly rootDigest: Sha256;
  readonly files: readonly FileRef[];
}

/** In every version folder, for people and servers: which version this is. */
const NOTE = "trainyard.json";
/** The modification time of trainyard.json says when the version was last activated; this one, that it never was. */
const NEVER = new Date(0);

/** The folders below DIR/versions, one a version, named by the root digest. A folder appears whole, by one rename. */
export class VersionFolders {
  readonly #target: string;

  constructor(target: string) {
    this.#target = target;
  }

  async has(hex: string): Promise<boolean> {
    return stat(this.#path(hex)).then(
      (found) => found.isDirectory(),
      () => false,
    );
  }

  /** What trainyard.json says; null when it cannot be read or says another digest. */
  async note(hex: string): Promise<{ model: string; version: number } | null> {
    try {
      const note = JSON.parse((await readText(join(this.#path(hex), NOTE))) ?? "");
      const valid = typeof note.model === "string" && Number.isInteger(note.version) && note.digest === `sha256:${hex}`;
      return valid ? { model: note.model, version: note.version } : null;
    } catch {
      return null;
    }
  }

  /** Copies a version in, or checks and repairs the one that is there. @throws NAME_INVALID, BLOB_MISSING, DIGEST_MISMATCH, DISK_FULL */
  async stage(version: Staged, store: Store): Promise<void> {
    if (version.files.some(({ path }) => path === NOTE)) {
      const rule = "the deployment writes a file of that name";
      throw new TrainyardError("NAME_INVALID", { what: "a model file", name: NOTE, rule });
    }
    const hex = version.rootDigest.slice("sha256:".length);
    const draft = join(this.#target, draftName("staging"));
    await mkdir(join(this.#target, "versions"), { recursive: true });
    await mkdir(draft);
    try {
      if (await this.has(hex)) await this.#repair(this.#path(hex), version, store, draft);
      else {
        for (const file of version.files) await copyIn(file, join(draft, file.path), store);
        await writeNote(draft, version);
        await syncTree(draft);
        await rename(draft, this.#path(hex));
        await syncFolder(join(this.#target, "versions"));
      }
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }

  /** Remembers that a version is activated now, later than every other. */
  async markActivated(hex: string): Promise<void> {
    const latest = Math.max(0, ...(await this.#byActivation()).map(({ at }) => at));
    const now = new Date(Math.max(Date.now(), Math.floor(latest) + 1));
    await utimes(join(this.#path(hex), NOTE), now, now).catch((error: unknown) => {
      if (errorCode(error) !== "ENOENT") throw error;
    });
  }

  /** Removes all but the `keep` versions activated last; the current one and the one before it always stay. */
  async prune(keep: number, current: string | null): Promise<void> {
    const others = (await this.#byActivation()).filter(({ hex }) => hex !== current);
    const kept = current === null ? keep : keep - 1;
    for (const { hex } of others.slice(Math.max(1, kept))) {
      const trash = join(this.#target, draftName("staging"));
      await rename(this.#path(hex), trash); // gone at once, never half
      await rm(trash, { recursive: true, force: true });
    }
  }

  /** Newest first; a version without a readable note counts as never activated. */
  async #byActivation(): Promise<{ hex: string; at: number }[]> {
    const names = (await readdir(join(this.#target, "versions")).catch(() => [])).filter((name) =>
      /^[0-9a-f]{64}$/.test(name),
    );
    const dated = names.map(async (hex) => ({
      hex,
      at: await lstat(join(this.#path(hex), NOTE)).then(
        (found) => found.mtimeMs,
        () => 0,
      ),
    }));
    return (await Promise.all(dated)).sort((a, b) => b.at - a.at || (a.hex < b.hex ? -1 : 1));
  }

  /** Replaces what differs file by file, each by one rename: a server may be reading this folder. What is not the version's is removed. */
  async #repair(folder: string, version: Staged, store: Store, draft: string): Promise<void> {
    const wanted = new Map(version.files.map((file) => [file.path, file]));
    for (const path of await filesBelow(folder)) {
      if (!wanted.has(path) && path !== NOTE) await rm(join(folder, path), { recursive: true, force: true });
    }
    for (const [index, file] of version.files.entries()) {
      const path = join(folder, file.path);
      if (await isIntact(path, file)) continue;
      const fresh = join(draft, String(index));
      await copyIn(file, fresh, store);
      await syncFile(fresh);
      await clearWay(folder, file.path);
      await rename(fresh, path);
    }
    const note = await readText(join(folder, NOTE)).catch(() => null);
    if (note !== noteOf(version)) await rewriteNote(folder, version);
    await syncTree(folder);
  }

  #path(hex: string): string {
    return join(this.#target, "versions", hex);
  }
}

async function copyIn(file: FileRef, to: string, store: Store): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await store.copyTo(file.digest, to, file.path);
}

async function isIntact(path: string, file: FileRef): Promise<boolean> {
  return digestFile(path).then(
    ({ digest }) => digest === file.digest,
    () => false,
  );
}

/** Makes sure that a file can be put at `path`: what stands there as a folder, or above it as something else, goes. */
async function clearWay(folder: string, path: string): Promise<void> {
  const parts = path.split("/");
  for (let i = 1; i <= parts.length; i++) {
    const at = join(folder, ...parts.slice(0, i));
    const found = await lstat(at).catch(() => null);
    const isRight = found === null || (i < parts.length ? found.isDirectory() : !found.isDirectory());
    if (!isRight) await rm(at, { recursive: true, force: true });
  }
  await mkdir(dirname(join(folder, path)), { recursive: true });
}

function noteOf({ model, version, rootDigest, files }: Staged): string {
  return prettyJson(JSON.parse(canonicalJson({ model, version, digest: rootDigest, files })));
}

async function writeNote(folder: string, version: Staged): Promise<void> {
  await writeAtomically(join(folder, NOTE), noteOf(version));
  await utimes(join(folder, NOTE), NEVER, NEVER);
}

/** Keeps the time of the last activation. */
async function rewriteNote(folder: string, version: Staged): Promise<void> {
  const found = await lstat(join(folder, NOTE)).catch(() => null);
  if (found !== null && !found.isFile()) await rm(join(folder, NOTE), { recursive: true, force: true });
  await writeAtomically(join(folder, NOTE), noteOf(version));
  const at = found?.isFile() ? found.mtime : NEVER;
  await utimes(join(folder, NOTE), at, at);
}

/** Paths of everything below a folder that is not a folder itself, with forward slashes. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/** Makes files and folders durable, the inner ones first. */
async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) await syncFile(path);
  }
  await syncFolder(folder);
}

async function syncFile(path: string): Promise<void> {
  await using file = await open(path, "r");
  await file.sync();
}
