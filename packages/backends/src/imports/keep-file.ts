import type { Sha256, Store } from "@trainyard/core";
import { digestFile } from "../local/plain-file.ts";

/** Takes a plain file (absolute path) into the store, or only reads it where nothing is to be written. */
export type KeepFile = (file: string) => Promise<{ digest: Sha256; size: number }>;

export function keepFile(store: Pick<Store, "put">, dry: boolean): KeepFile {
  return dry ? digestFile : async (file) => store.put({ file });
}
