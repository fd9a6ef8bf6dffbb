import type { Bytes, Digester, Home, Store, StoredBlob } from "../backend.ts";
import { byteLength } from "../byte-length.ts";
import type { FileRef, Sha256 } from "../document.ts";
import { TrainyardError } from "../errors.ts";

/** Files by path: what stands for a disk in memory. */
export type MemoryDisk = Map<string, string>;

/** Content-addressed text in memory; `file` names a file of `disk`. */
export class MemoryStore implements Store {
  readonly blobs = new Map<Sha256, string>();
  /** When each was stored last, milliseconds since 1970. */
  readonly storedAt = new Map<Sha256, number>();
  readonly settled: Home[] = [];
  readonly published: {
    model: string;
    version: number;
    rootDigest: Sha256;
    files: readonly FileRef[];
    card: string;
  }[] = [];
  readonly #sha256: Digester;
  readonly #disk: MemoryDisk;
  readonly #now: () => number;

  constructor(sha256: Digester, disk: MemoryDisk = new Map(), now: () => number = () => 0) {
    this.#sha256 = sha256;
    this.#disk = disk;
    this.#now = now;
  }

  async put(bytes: Bytes, { expect }: { expect?: Sha256 } = {}): Promise<{ digest: Sha256; size: number }> {
    const text = "text" in bytes ? bytes.text : this.#disk.get(bytes.file);
    if (text === undefined)
      throw new TrainyardError("FILE_NOT_FOUND", { path: "file" in bytes ? bytes.file : "", what: "File" });
    const digest = this.#sha256(text);
    if (expect !== undefined && digest !== expect) {
      throw new TrainyardError("DIGEST_MISMATCH", {
        what: "file" in bytes ? bytes.file : "The text",
        expected: expect,
        got: digest,
      });
    }
    this.blobs.set(digest, text); // also over a damaged blob: that heals it
    this.storedAt.set(digest, this.#now());
    return { digest, size: byteLength(text) };
  }

  async has(digest: Sha256): Promise<boolean> {
    return this.blobs.has(digest);
  }

  async text(digest: Sha256, what: string): Promise<string> {
    const text = this.blobs.get(digest);
    if (text === undefined) throw new TrainyardError("BLOB_MISSING", { digest, what });
    const got = this.#sha256(text);
    if (got !== digest) throw new TrainyardError("DIGEST_MISMATCH", { what, expected: digest, got });
    return text;
  }

  async copyTo(digest: Sha256, file: string, what: string): Promise<void> {
    const text = await this.text(digest, what);
    if (this.#disk.has(file)) throw new TrainyardError("FILE_EXISTS", { path: file });
    this.#disk.set(file, text);
  }

  async settle(home: Home): Promise<void> {
    this.settled.push(home);
  }

  async publish(version: MemoryStore["published"][number]): Promise<void> {
    const same = this.published.findIndex(
      ({ model, version: number }) => model === version.model && number === version.version,
    );
    if (same < 0) this.published.push(version);
    else this.published[same] = version;
  }

  async verify(digests: readonly Sha256[]): Promise<{ digest: Sha256; problem: "missing" | "damaged" }[]> {
    const found: { digest: Sha256; problem: "missing" | "damaged" }[] = [];
    for (const digest of digests) {
      const text = this.blobs.get(digest);
      if (text === undefined) found.push({ digest, problem: "missing" });
      else if (this.#sha256(text) !== digest) found.push({ digest, problem: "damaged" });
    }
    return found;
  }
  async list(): Promise<StoredBlob[]> {
    const indexed = new Set(this.published.flatMap(({ files }) => files.map(({ digest }) => digest)));
    return [...this.blobs].map(([digest, text]) => ({
      digest,
      size: byteLength(text),
      storedAt: this.storedAt.get(digest) ?? 0,
      indexed: indexed.has(digest),
    }));
  }

  async remove(digests: readonly Sha256[], before: number): Promise<Sha256[]> {
    return digests.filter((digest) => (this.storedAt.get(digest) ?? 0) < before && this.blobs.delete(digest));
  }
}
