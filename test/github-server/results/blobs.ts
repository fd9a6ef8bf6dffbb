import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readAll } from "../exchange.ts";
import type { FileStore, Stored } from "../file-store.ts";

/** What was begun and not yet finished: single blocks on disk until a list puts them in order. */
export interface Upload {
  /** Part of its address: who has it may write, and nobody else. */
  readonly key: string;
  /** What it is an upload of; one at a time. */
  readonly what: string;
  readonly blocks: Map<string, string>;
  stored: Stored | null;
  contentType: string;
  /** An artifact's last day, as its uploader wants it. */
  readonly expiresAt: string | null;
  /** Milliseconds since 1970 at which its address ends. */
  readonly until: number;
}

/** How long an address takes bytes: GitHub's count for about an hour. */
const ADDRESS_MILLISECONDS = 60 * 60 * 1000;
/** 50,000 blocks in a list, of some 100 bytes each. */
const LONGEST_LIST = 16 * 1024 * 1024;

/** The block blobs of Azure's storage, as far as the toolkit uses them: whole, or in blocks with a list at the end. */
export class Blobs {
  readonly #files: FileStore;
  readonly #uploads = new Map<string, Upload>();

  constructor(files: FileStore) {
    this.#files = files;
  }

  /** Begins an upload. @returns null when one of the same thing is under way */
  open(what: string, expiresAt: string | null = null): Upload | null {
    if (this.under(what) !== null) return null;
    const upload: Upload = {
      key: randomBytes(16).toString("hex"),
      what,
      blocks: new Map(),
      stored: null,
      contentType: "application/octet-stream",
      expiresAt,
      until: Date.now() + ADDRESS_MILLISECONDS,
    };
    this.#uploads.set(upload.key, upload);
    return upload;
  }

  /** The upload of something, from its begin to its end. */
  under(what: string): Upload | null {
    return [...this.#uploads.values()].find((upload) => upload.what === what) ?? null;
  }

  /** Ends it: nobody writes these bytes any more. */
  close({ key }: Upload): void {
    this.#uploads.delete(key);
  }

  /** Takes bytes as Azure does (learn.microsoft.com/rest/api/storageservices/put-block). @param cut Keeps the first half only */
  async put(
    key: string,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
    cut: boolean,
  ): Promise<number> {
    const upload = this.#uploads.get(key);
    // Nobody signed it, its hour is over, or what it was for is finished.
    const code =
      upload === undefined || upload.until < Date.now()
        ? "AuthenticationFailed"
        : await this.#write(upload, query, request, cut);
    return answer(request, response, code);
  }

  /** @returns The code of Azure's refusal, null when the bytes are taken */
  async #write(
    upload: Upload,
    query: URLSearchParams,
    request: IncomingMessage,
    cut: boolean,
  ): Promise<keyof typeof REFUSALS | null> {
    const keep = cut ? Math.floor(Number(request.headers["content-length"] ?? 0) / 2) : Number.POSITIVE_INFINITY;
    const type = request.headers["x-ms-blob-content-type"];
    if (query.get("comp") === "block") {
      const id = query.get("blockid") ?? "";
      if (Buffer.from(id, "base64").toString("base64") !== id || id === "") return "InvalidQueryParameterValue";
      // All ids of a blob are of one length.
      if ([...upload.blocks.keys()].some((other) => other.length !== id.length)) return "InvalidBlobOrBlock";
      const { file } = await this.#files.write(request, keep);
      this.#forget(upload.blocks.get(id));
      upload.blocks.set(id, file);
      return null;
    }
    if (query.get("comp") === "blocklist") {
      const xml = (await readAll(request, LONGEST_LIST)).toString("utf8");
      const ids = [...xml.matchAll(/<(?:Latest|Uncommitted)>([^<]+)</g)].map(([, id]) => id as string);
      const files = ids.map((id) => upload.blocks.get(id));
      if (files.includes(undefined)) return "InvalidBlockList";
      const stored = await this.#files.write(chunksOf(files as string[]));
      for (const file of upload.blocks.values()) this.#forget(file);
      upload.blocks.clear();
      this.#replace(upload, stored, type);
      return null;
    }
    if (request.headers["x-ms-blob-type"] !== "BlockBlob") return "MissingRequiredHeader";
    this.#replace(upload, await this.#files.write(request, keep), type);
    return null;
  }

  #replace(upload: Upload, stored: Stored, type: string | string[] | undefined): void {
    this.#forget(upload.stored?.file);
    upload.stored = stored;
    if (typeof type === "string") upload.contentType = type;
  }

  #forget(file: string | undefined): void {
    if (file !== undefined) this.#files.remove(file);
  }
}

const REFUSALS = {
  AuthenticationFailed: 403,
  InvalidBlobOrBlock: 400,
  InvalidBlockList: 400,
  InvalidQueryParameterValue: 400,
  MissingRequiredHeader: 400,
} as const;

function answer(request: IncomingMessage, response: ServerResponse, code: keyof typeof REFUSALS | null): number {
  request.resume(); // the client hears the answer only once it has sent all
  const status = code === null ? 201 : REFUSALS[code];
  const text = code === null ? "" : `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code></Error>`;
  response.writeHead(status, {
    "x-ms-request-id": "1",
    "x-ms-version": "2024-11-04",
    etag: '"0x1"',
    "last-modified": new Date().toUTCString(),
    "content-length": String(Buffer.byteLength(text)),
    ...(code === null ? {} : { "content-type": "application/xml", "x-ms-error-code": code }),
  });
  response.end(text);
  return status;
}

async function* chunksOf(files: readonly string[]): AsyncGenerator<Buffer> {
  for (const file of files) for await (const chunk of createReadStream(file)) yield chunk as Buffer;
}
