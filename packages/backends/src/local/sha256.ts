import { createHash, hash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import type { Digester, Sha256 } from "@trainyard/core";

/** SHA-256 of bytes, or of text as UTF-8: the `sha256` port. In one call: half the time of a hash object for what a registry hashes, lines. */
export const sha256: Digester = (content) => `sha256:${hash("sha256", content, "hex")}`;

/** One read: large enough that the system calls cost nothing, small enough to stay in the processor's cache. */
const CHUNK = 1 << 20;

/**
 * Reads an open file from its start to its end in constant memory, handing each chunk on before the next is read.
 * The chunk is only valid until `each` has resolved.
 */
export async function digestHandle(
  handle: FileHandle,
  each?: (chunk: Buffer) => Promise<void>,
): Promise<{ digest: Sha256; size: number }> {
  const running = createHash("sha256");
  const buffer = Buffer.allocUnsafeSlow(CHUNK);
  let size = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, CHUNK, size);
    if (bytesRead === 0) break;
    const chunk = buffer.subarray(0, bytesRead);
    running.update(chunk);
    if (each !== undefined) await each(chunk);
    size += bytesRead;
  }
  return { digest: `sha256:${running.digest("hex")}`, size };
}
