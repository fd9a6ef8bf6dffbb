import { createHash, randomUUID } from "node:crypto";
import { link, mkdir, open, rename, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { TrainyardError } from "@trainyard/core";
import type { Repository } from "./git.ts";

/** The id git gives an object. */
export function objectId(type: string, bytes: Uint8Array, hash: Repository["hash"]): string {
  return createHash(hash).update(`${type} ${bytes.length}\0`).update(bytes).digest("hex");
}

/**
 * Writes a loose object as git does: deflated, to the disk (fsync), under its id, read-only. An object that is there is not written again.
 * @throws DISK_FULL, REGISTRY_READ_ONLY
 */
export async function writeObject(type: string, bytes: Uint8Array, { objects, hash }: Repository): Promise<string> {
  const id = objectId(type, bytes, hash);
  const folder = join(objects, id.slice(0, 2));
  const path = join(folder, id.slice(2));
  try {
    if (await exists(path)) return id;
    await mkdir(folder, { recursive: true });
    const draft = join(objects, `tmp_obj_${randomUUID()}`); // `git gc` removes tmp_obj_* of the dead
    await writeThrough(
      draft,
      await deflated(Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]), { level: 1 }),
    );
    await publish(draft, path);
  } catch (error) {
    throw registryWriteRefusal(error, objects);
  }
  return id;
}

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

/** A link fails when somebody else wrote the same object first, and then theirs is as good; where links do not work, a rename does it. */
async function publish(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
    await unlink(draft);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") await unlink(draft);
    else await rename(draft, path);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** What a failed write means to the person. */
export function registryWriteRefusal(error: unknown, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") return new TrainyardError("DISK_FULL", { path }, { cause: error });
  if (code === "EACCES" || code === "EROFS" || code === "EPERM")
    return new TrainyardError("REGISTRY_READ_ONLY", { problem: message }, { cause: error });
  return error;
}

/** Only who writes loads zlib. */
async function deflated(bytes: Uint8Array, options: { level: number }): Promise<Buffer> {
  const { deflate } = await import("node:zlib");
  return promisify<Uint8Array, { level: number }, Buffer>(deflate)(bytes, options);
}
