import type { Digester, RunFolder, Runs } from "../backend.ts";
import { byteLength } from "../byte-length.ts";
import type { FileRef, Sha256 } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import type { MemoryDisk } from "./memory-store.ts";

/** Run bundles on a memory disk; `outputs/model.onnx` of run r1 is the disk's file `/runs/r1/outputs/model.onnx`. */
export class MemoryRuns implements Runs {
  readonly disk: MemoryDisk;
  readonly #sha256: Digester;
  readonly #models = new Map<string, string>();
  readonly #locked = new Set<string>();

  constructor(sha256: Digester, disk: MemoryDisk = new Map()) {
    this.#sha256 = sha256;
    this.disk = disk;
  }

  async create(model: string, id: string): Promise<RunFolder> {
    this.#models.set(id, model);
    return this.#folder(id);
  }

  async open(id: string): Promise<RunFolder> {
    if (!this.#models.has(id))
      throw new TrainyardError("RUN_UNKNOWN", { run: id, known: [...this.#models.keys()].reverse() });
    return this.#folder(id);
  }

  async list(model: string): Promise<string[]> {
    const ids = [...this.#models].filter(([id, of]) => of === model && this.disk.has(`/runs/${id}/record.json`));
    return ids.map(([id]) => id).reverse();
  }

  async models(): Promise<string[]> {
    return [...new Set(this.#models.values())];
  }

  async checkpoints(
    model: string,
    inputsDigest: Sha256,
  ): Promise<{ path: string; holds(): Promise<boolean>; clear(): Promise<void> }> {
    const path = `/checkpoints/${model}/${inputsDigest.slice("sha256:".length)}`;
    const files = () => [...this.disk.keys()].filter((file) => file.startsWith(`${path}/`));
    return {
      path,
      holds: async () => files().length > 0,
      clear: async () => {
        for (const file of files()) this.disk.delete(file);
      },
    };
  }

  async lock(model: string): Promise<() => Promise<void>> {
    if (this.#locked.has(model)) throw new TrainyardError("RUN_BUSY", { model, owner: "another run of this test" });
    this.#locked.add(model);
    return async () => {
      this.#locked.delete(model);
    };
  }

  #folder(id: string): RunFolder {
    const { disk } = this;
    const path = (name: string) => `/runs/${id}/${name}`;
    const refTo = (name: string, text: string): FileRef => ({
      path: name,
      size: byteLength(text),
      digest: this.#sha256(text),
    });
    const write = async (name: string, text: string) => {
      disk.set(path(name), text);
      return refTo(name, text);
    };
    return {
      id,
      path,
      write,
      read: async (name) => disk.get(path(name)) ?? null,
      add: async (name, file) => {
        const text = disk.get(file);
        if (text === undefined) throw new TrainyardError("FILE_NOT_FOUND", { path: file, what: "File" });
        return write(name, text);
      },
      ref: async (name) => {
        const text = disk.get(path(name));
        return text === undefined ? null : refTo(name, text);
      },
    };
  }
}
