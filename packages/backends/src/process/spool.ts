import { randomUUID } from "node:crypto";
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, rmSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { writeRefusal } from "../local/file-refusals.ts";

const CHUNK = 256 * 1024;
/** Beyond this the part that was read is given back to the disk. */
const RECLAIM_BYTES = 256 * 1024 * 1024;

/**
 * Where a command's output goes before it is masked: a file without a name, so that nothing unmasked stays on the disk, whoever is killed; and a
 * file rather than a pipe, so that neither a process left behind holds us nor our end breaks its output.
 */
export class Spool {
  /** For the command's stdout and stderr; appending, so that giving space back does not leave holes. */
  readonly file: number;
  readonly #decoder = new StringDecoder("utf8");
  readonly #buffer = Buffer.allocUnsafeSlow(CHUNK);
  #position = 0;

  /** @param beside The log the output ends in: the spool lies on the same disk. */
  constructor(beside: string) {
    const path = `${beside}.${randomUUID().slice(0, 8)}.spool`;
    try {
      this.file = openSync(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL, 0o600);
    } catch (error) {
      throw writeRefusal(error, path);
    }
    rmSync(path);
  }

  /** The next piece of text; empty when there is none now. */
  read(): string {
    const size = fstatSync(this.file).size;
    if (size < this.#position) this.#position = 0; // the command emptied its own output (`> /dev/stdout`)
    const count = readSync(this.file, this.#buffer, 0, CHUNK, this.#position);
    this.#position += count;
    if (this.#position >= RECLAIM_BYTES && this.#position === fstatSync(this.file).size) {
      // What is printed between the last two calls is lost, once in 256 MiB: by then the log leaves out its middle anyway.
      ftruncateSync(this.file, 0);
      this.#position = 0;
    }
    return this.#decoder.write(this.#buffer.subarray(0, count));
  }

  /** What an unfinished character left. */
  end(): string {
    return this.#decoder.end();
  }

  close(): void {
    closeSync(this.file);
  }
}
