import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, link, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Sha256, TrainyardError } from "@trainyard/core";
import { errorCode, readRefusal, writeRefusal } from "./file-refusals.ts";
import { digestHandle } from "./sha256.ts";

/**
 * Opens a plain file for reading; never a symlink, and never a pipe, on which opening would wait for ever.
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE
 */
export async function openPlain(path: string, what?: string): Promise<FileHandle> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = await handle.stat();
    if (!stat.isFile()) {
      const problem = stat.isDirectory() ? "it is a folder" : "it is not a plain file";
      throw new TrainyardError("FILE_UNREADABLE", { path, problem });
    }
    return handle;
  } catch (error) {
    await handle?.close();
    throw readRefusal(error, path, what);
  }
}

/** Digest and size of a plain file, read in constant memory. @throws FILE_NOT_FOUND, FILE_UNREADABLE */
export async function digestFile(path: string): Promise<{ digest: Sha256; size: number }> {
  await using handle = await openPlain(path);
  return await digestHandle(handle).catch((error: unknown) => {
    throw readRefusal(error, path);
  });
}

/** Text of a plain file as UTF-8; null when there is none. @throws FILE_UNREADABLE */
export async function readText(path: string): Promise<string | null> {
  return (await readBytes(path))?.toString("utf8") ?? null;
}

/** Bytes of a plain file; null when there is none. @throws FILE_UNREADABLE */
export async function readBytes(path: string): Promise<Buffer | null> {
  try {
    await using handle = await openPlain(path);
    return await handle.readFile();
  } catch (error) {
    if (error instanceof TrainyardError && error.code === "FILE_NOT_FOUND") return null;
    throw readRefusal(error, path);
  }
}

/**
 * Copies a plain file, hashing on the way, to a new file that is on the disk when this resolves. A run of zeros becomes a hole, so a
 * sparse file stays sparse. When it fails, nothing is left at `to`.
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, DISK_FULL, FILE_UNWRITABLE
 */
export async function copyHashed(from: string, to: string, mode = 0o644): Promise<{ digest: Sha256; size: number }> {
  await using source = await openPlain(from);
  return await writeNew(to, mode, async (target) => {
    let position = 0;
    const copied = await digestHandle(source, async (chunk) => {
      await writeSparse(target, chunk, position).catch(refuseWrite(to));
      position += chunk.length;
    }).catch((error: unknown) => {
      throw readRefusal(error, from);
    });
    await target.truncate(copied.size); // a hole at the end has no bytes that were written
    return copied;
  });
}

/** Writes text so that `path` holds the old or the new text, whole, whatever happens. Makes folders on the way. @throws DISK_FULL, FILE_UNWRITABLE */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeNew(draft, 0o644, (file) => file.writeFile(text));
    await publishDraft(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw writeRefusal(error, path);
  }
}

/** Writes a file that does not exist yet, whole or not at all. @throws FILE_EXISTS, DISK_FULL, FILE_UNWRITABLE */
export async function writeNewFile(path: string, text: string): Promise<void> {
  const draft = draftIn(dirname(path));
  await writeNew(draft, 0o644, (file) => file.writeFile(text));
  try {
    await publishNew(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Gives a written draft its name, replacing what is there, and makes the name itself durable. */
export async function publishDraft(draft: string, path: string): Promise<void> {
  await rename(draft, path);
  await syncFolder(dirname(path));
}

/** Gives a written draft a name nobody has. @throws FILE_EXISTS */
export async function publishNew(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path); // unlike rename, it fails when the name is taken
  } catch (error) {
    if (errorCode(error) === "EEXIST") throw new TrainyardError("FILE_EXISTS", { path }, { cause: error });
    throw writeRefusal(error, path);
  }
  await rm(draft);
  await syncFolder(dirname(path));
}

/** A name for a draft in a folder that nobody else uses. */
export function draftIn(folder: string): string {
  return join(folder, `.${randomUUID()}.tmp`);
}

/** Opens a file that does not exist yet and has it written; it is on the disk when this resolves, and gone when it fails. @throws FILE_EXISTS, DISK_FULL, FILE_UNWRITABLE */
export async function writeNew<T>(path: string, mode: number, write: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle;
  try {
    file = await open(path, "wx", mode);
  } catch (error) {
    if (errorCode(error) === "EEXIST") throw new TrainyardError("FILE_EXISTS", { path }, { cause: error });
    throw writeRefusal(error, path);
  }
  try {
    const result = await write(file);
    await file.sync();
    await file.close();
    return result;
  } catch (error) {
    await file.close().catch(() => {}); // the first error is the one to tell
    await rm(path, { force: true });
    throw writeRefusal(error, path);
  }
}

/** Writes a chunk at a position; zeros become a hole. `FileHandle.write` may write less than it was given, a full disk among the reasons. */
export async function writeSparse(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  if (!isZero(chunk)) await writeAll(file, chunk, position);
}

async function writeAll(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    done += (await file.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
  }
}

const refuseWrite = (path: string) => (error: unknown) => {
  throw writeRefusal(error, path);
};

const ZEROS = Buffer.alloc(1 << 20);
const isZero = (chunk: Buffer) => chunk[0] === 0 && chunk.equals(ZEROS.subarray(0, chunk.length));

/** Makes the names in a folder durable; some network file systems cannot. */
export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, "r");
  await folder.sync().catch((error: unknown) => {
    if (errorCode(error) !== "EINVAL") throw error;
  });
}
