import { createReadStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readAll } from "../exchange.ts";
import type { FileStore, Stored } from "../file-store.ts";

/** An upload under way: single blocks on disk until a list puts them in order. */
interface Upload {
  readonly blocks: Map<string, string>;
  stored: Stored | null;
  contentType: string;
}

/** The block blobs of Azure's storage, as far as the toolkit uses them: whole, or in blocks with a list at the end. */
export class Blobs {
  readonly #files: FileStore;
  readonly #uploads = new Map<string, Upload>();

  constructor(files: FileStore) {
    this.#files = files;
  }

  open(key: string): void {
    this.#uploads.set(key, { blocks: new Map(), stored: null, contentType: "application/octet-stream" });
  }

  /** What was uploaded; null when nothing was, or not to its end. */
  close(key: string): (Stored & { contentType: string }) | null {
    const upload = this.#uploads.get(key);
    this.#uploads.delete(key);
    return upload?.stored ? { ...upload.stored, contentType: upload.contentType } : null;
  }

  async put(
    key: string,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
    cut: boolean,
  ): Promise<number> {
    const upload = this.#uploads.get(key);
    const answer = (status: number) => {
      request.resume();
      response.writeHead(status, {
        "x-ms-request-id": "1",
        "x-ms-version": "2024-11-04",
        etag: '"0x1"',
        "last-modified": new Date().toUTCString(),
        "content-length": "0",
      });
      response.end();
      return status;
    };
    if (upload === undefined) return answer(403); // nobody signed it
    const keep = cut ? Math.floor(Number(request.headers["content-length"] ?? 0) / 2) : Number.POSITIVE_INFINITY;
    const type = request.headers["x-ms-blob-content-type"];
    if (typeof type === "string") upload.contentType = type;
    if (query.get("comp") === "block") {
      const { file } = await this.#files.write(request, keep);
      upload.blocks.set(query.get("blockid") ?? "", file);
    } else if (query.get("comp") === "blocklist") {
      const xml = (await readAll(request, 16 * 1024 * 1024)).toString("utf8");
      const ids = [...xml.matchAll(/<(?:Latest|Uncommitted)>([^<]+)</g)].map(([, id]) => id as string);
      const files = ids.map((id) => upload.blocks.get(id));
      if (files.some((file) => file === undefined)) return answer(400);
      upload.stored = await this.#files.write(chunksOf(files as string[]) as never);
      for (const file of upload.blocks.values()) this.#files.remove(file);
    } else {
      upload.stored = await this.#files.write(request, keep);
    }
    return answer(201);
  }
}

async function* chunksOf(files: readonly string[]): AsyncGenerator<Buffer> {
  for (const file of files) for await (const chunk of createReadStream(file)) yield chunk as Buffer;
}
