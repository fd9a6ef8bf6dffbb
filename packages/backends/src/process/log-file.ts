import { closeSync, fstatSync, openSync, writeSync } from "node:fs";
import { writeRefusal } from "../local/file-refusals.ts";

/** A log keeps this much of its beginning, and the last mebibyte of each command: the reason of a failure stands at the end. */
export const LOG_HEAD_BYTES = 63 * 1024 * 1024;
export const LOG_TAIL_BYTES = 1024 * 1024;

/** Appends to a log that does not grow without bound. */
export class LogFile {
  readonly #path: string;
  readonly #file: number;
  #size: number;
  #left = 0; // bytes dropped between the beginning and the end
  #tail: Buffer[] = [];
  #tailBytes = 0;

  constructor(path: string) {
    this.#path = path;
    this.#file = this.#guarded(() => openSync(path, "a", 0o644));
    this.#size = fstatSync(this.#file).size;
  }

  /** @throws DISK_FULL */
  append(text: string): void {
    const bytes = Buffer.from(text);
    const room = Math.max(0, LOG_HEAD_BYTES - this.#size);
    if (room > 0) this.#write(bytes.subarray(0, room));
    if (bytes.length > room) this.#keep(bytes.subarray(room));
  }

  /** Writes the kept end and says what is missing before it. */
  close(): void {
    try {
      if (this.#left > 0) this.#write(Buffer.from(`\n[trainyard: ${this.#left} bytes left out here]\n`));
      for (const piece of this.#tail) this.#write(piece);
    } finally {
      closeSync(this.#file);
    }
  }

  #keep(bytes: Buffer): void {
    this.#tail.push(bytes);
    this.#tailBytes += bytes.length;
    while (this.#tailBytes > LOG_TAIL_BYTES) {
      const first = this.#tail[0] as Buffer;
      const excess = Math.min(this.#tailBytes - LOG_TAIL_BYTES, first.length);
      if (excess === first.length) this.#tail.shift();
      else this.#tail[0] = first.subarray(excess);
      this.#tailBytes -= excess;
      this.#left += excess;
    }
  }

  #write(bytes: Buffer): void {
    this.#guarded(() => {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done);
    });
    this.#size += bytes.length;
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw writeRefusal(error, this.#path);
    }
  }
}
