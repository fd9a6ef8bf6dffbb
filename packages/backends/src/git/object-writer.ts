import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, rename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { deflateSync } from "node:zlib";
import { TrainyardError } from "@trainyard/core";
import { gitFailed, type Repository, runGit } from "./git.ts";
import { packOf } from "./pack.ts";

/** More objects than this go to the disk as one pack: a file of its own costs each a flush, a pack costs two and a process. */
const LOOSE_LIMIT = 64;

/** An object as it will be written. */
export interface NewObject {
  readonly type: ObjectType;
  readonly bytes: Uint8Array;
}
export type ObjectType = "commit" | "tree" | "blob";

/** The id git gives an object. */
export function objectId(type: ObjectType, bytes: Uint8Array, hash: Repository["hash"]): string {
  return createHash(hash).update(header(type, bytes)).update(bytes).digest("hex");
}

/** The objects of one commit: their ids are known at once, their bytes go to the disk together, before anything names them. */
export class ObjectBatch {
  readonly #repository: Repository;
  readonly #objects = new Map<string, NewObject>();

  constructor(repository: Repository) {
    this.#repository = repository;
  }

  /** @returns The object's id. */
  add(type: ObjectType, bytes: Uint8Array): string {
    const id = objectId(type, bytes, this.#repository.hash);
    this.#objects.set(id, { type, bytes });
    return id;
  }

  /** Resolves when every object is on the disk (fsync). @throws DISK_FULL, REGISTRY_READ_ONLY, GIT_FAILED */
  async write(): Promise<void> {
    const { deflateSync: deflate } = await import("node:zlib"); // only who writes loads it
    try {
      if (this.#objects.size > LOOSE_LIMIT) await this.#writePack(deflate);
      else await this.#writeLoose(deflate);
    } catch (error) {
      throw registryWriteRefusal(error, this.#repository.objects);
    }
  }

  /** As git writes them: deflated, under their ids, read-only. Every draft is flushed before one gets its name. */
  async #writeLoose(deflate: typeof deflateSync): Promise<void> {
    const { objects } = this.#repository;
    const write = async ([id, { type, bytes }]: [string, NewObject]) => {
      const draft = join(objects, `tmp_obj_${randomUUID()}`); // `git gc` removes tmp_obj_* of the dead
      await writeThrough(draft, deflate(Buffer.concat([header(type, bytes), bytes]), { level: 9 }));
      await publish(draft, join(objects, id.slice(0, 2), id.slice(2)));
    };
    const outcomes = await Promise.allSettled([...this.#objects].map(write)); // none goes on writing after this returns
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }

  async #writePack(deflate: typeof deflateSync): Promise<void> {
    const { commonFolder, hash } = this.#repository;
    const words = ["index-pack", "--stdin"];
    const result = await runGit(commonFolder, words, { input: packOf([...this.#objects.values()], hash, deflate) });
    if (result.code !== 0) throw gitFailed(words, result);
  }
}

const header = (type: string, bytes: Uint8Array) => Buffer.from(`${type} ${bytes.length}\0`);

async function writeThrough(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx", 0o444);
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } catch (error) {
    await unlink(path).catch(() => {});
    throw error;
  } finally {
    await file.close();
  }
}

/** An object that is there already holds the same bytes. */
async function publish(draft: string, path: string): Promise<void> {
  try {
    await rename(draft, path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      await mkdir(dirname(path), { recursive: true });
      await rename(draft, path);
    });
  } catch (error) {
    await unlink(draft).catch(() => {});
    throw error;
  }
}

/** What a failed write means to the person. */
export function registryWriteRefusal(error: unknown, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const said = code === "GIT_FAILED" ? message : "";
  if (code === "ENOSPC" || code === "EDQUOT" || /No space left|disk quota/i.test(said))
    return new TrainyardError("DISK_FULL", { path }, { cause: error });
  if (
    code === "EACCES" ||
    code === "EROFS" ||
    code === "EPERM" ||
    /Permission denied|Read-only file system|insufficient permission/i.test(said)
  )
    return new TrainyardError("REGISTRY_READ_ONLY", { problem: message }, { cause: error });
  return error;
}
