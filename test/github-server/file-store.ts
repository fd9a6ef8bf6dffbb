import { createHash, randomBytes } from "node:crypto";
import { createReadStream, mkdirSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

const ZEROS = Buffer.alloc(1 << 20);

export interface Stored {
  readonly file: string;
  readonly size: number;
  readonly digest: string;
}

/** Bytes on disk. Nothing is ever whole in memory, and what is zero takes no room, so that gigabytes can be tried. */
export class FileStore {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  newFile(): string {
    return join(this.folder, randomBytes(12).toString("hex"));
  }

  /** @param keep How many bytes are kept; the rest is read and forgotten. */
  async write(source: AsyncIterable<Buffer> | Iterable<Buffer>, keep = Number.POSITIVE_INFINITY): Promise<Stored> {
    const file = this.newFile();
    const hash = createHash("sha256");
    const handle = await open(file, "w");
    let size = 0;
    try {
      for await (const raw of source) {
        const chunk = (raw as Buffer).subarray(0, Math.max(0, keep - size));
        if (chunk.length === 0) continue;
        hash.update(chunk);
        if (!isZero(chunk)) await handle.write(chunk, 0, chunk.length, size);
        size += chunk.length;
      }
      await handle.truncate(size);
    } catch (error) {
      await handle.close();
      rmSync(file, { force: true });
      throw error;
    }
    await handle.close();
    return { file, size, digest: `sha256:${hash.digest("hex")}` };
  }

  readonly #signed = new Map<string, { file: string; contentType: string; name: string; until: number }>();

  /** An address on the other origin that gives these bytes to whoever knows it, for a while. */
  sign(origin: string, what: { file: string; contentType: string; name: string }, seconds = 300): string {
    const key = randomBytes(16).toString("hex");
    this.#signed.set(key, { ...what, until: Date.now() + 1000 * seconds });
    return `${origin}/blob/${key}/${encodeURIComponent(what.name)}?sig=${key}&se=${seconds}`;
  }

  /** What a signed address gives; null when nobody signed it, or too long ago. */
  signed(key: string): { file: string; contentType: string; name: string } | null {
    const found = this.#signed.get(key);
    return found === undefined || found.until < Date.now() ? null : found;
  }

  /** All signed addresses end now, as after their minutes. */
  expireSigned(): void {
    this.#signed.clear();
  }

  /** The whole file, or the range that is asked for. */
  async serve(
    { file, contentType, name }: { file: string; contentType: string; name: string },
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<number> {
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    if (size === undefined) {
      response.writeHead(404).end();
      return 404;
    }
    const [, from = "", to = ""] =
      /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? String(request.headers["x-ms-range"] ?? "")) ?? [];
    const start = from === "" ? 0 : Number(from);
    const end = to === "" ? size - 1 : Math.min(Number(to), size - 1);
    const part = from !== "";
    if (part && start >= size) {
      response.writeHead(416, { "content-range": `bytes */${size}` }).end();
      return 416;
    }
    const status = part ? 206 : 200;
    response.writeHead(status, {
      "content-type": contentType,
      "content-length": String(end - start + 1),
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
      "accept-ranges": "bytes",
      etag: '"0x1"',
      "last-modified": "Mon, 01 Jan 2024 00:00:00 GMT",
      ...(part ? { "content-range": `bytes ${start}-${end}/${size}` } : {}),
    });
    if (size === 0 || request.method === "HEAD") response.end();
    else await pipeline(createReadStream(file, { start, end }), response).catch(() => undefined); // the client went away
    return status;
  }

  remove(file: string): void {
    rmSync(file, { force: true });
  }
}

function isZero(chunk: Buffer): boolean {
  for (let at = 0; at < chunk.length; at += ZEROS.length) {
    const piece = chunk.subarray(at, at + ZEROS.length);
    if (!piece.equals(ZEROS.subarray(0, piece.length))) return false;
  }
  return true;
}
