import { createHash, randomUUID } from "node:crypto";
import { join } from "node:path";
import type { deflateSync } from "node:zlib";
import { gitFailed, type Repository, runGit } from "./git.ts";
import { LooseDrafts } from "./loose-drafts.ts";
import { type NewObject, type ObjectType, packOf } from "./pack.ts";
import { registryWriteRefusal } from "./write-refusal.ts";

/** More objects than this go to the disk as one pack: a file of its own costs each a flush, a pack costs two and a process. */
const LOOSE_LIMIT = 64;

/** The id git gives an object. */
function objectId(type: ObjectType, bytes: Uint8Array, hash: Repository["hash"]): string {
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
    const drafts = new LooseDrafts(join(objects, `tmp_obj_${randomUUID()}`)); // `git gc` removes tmp_obj_* of the dead
    try {
      for (const [id, { type, bytes }] of this.#objects)
        drafts.write(deflate(Buffer.concat([header(type, bytes), bytes])), join(objects, id.slice(0, 2), id.slice(2)));
      await drafts.flush();
      drafts.publish();
    } finally {
      drafts.discard();
    }
  }

  async #writePack(deflate: typeof deflateSync): Promise<void> {
    const { commonFolder, hash } = this.#repository;
    const words = ["index-pack", "--stdin"];
    const result = await runGit(commonFolder, words, { input: packOf([...this.#objects.values()], hash, deflate) });
    if (result.code !== 0) throw gitFailed(words, result);
  }
}

const header = (type: string, bytes: Uint8Array) => Buffer.from(`${type} ${bytes.length}\0`);
