import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Sha256 } from "@trainyard/core";
import { readText, writeAtomically } from "../../local/plain-file.ts";
import { BundleIndex } from "./bundle.ts";

/** What bundles said that were read or made on this machine, one small file each. It only ever saves calls: what cannot be read is not there. */
export class IndexMemory {
  readonly #folder: string;

  /** @param state The folder Trainyard keeps its things in. */
  constructor(state: string) {
    this.#folder = join(state, "cache", "releases");
  }

  async read(bundle: Sha256): Promise<BundleIndex | null> {
    return (await this.#entry(`${bundle.slice("sha256:".length)}.json`))?.index ?? null;
  }

  async write(bundle: Sha256, tag: string, index: BundleIndex): Promise<void> {
    const file = join(this.#folder, `${bundle.slice("sha256:".length)}.json`);
    await writeAtomically(file, `${JSON.stringify({ tag, index })}\n`).catch(() => {}); // no room: it is read again
  }

  /** The tag of a release that has this blob, or knows where it is. */
  async tagOf(digest: Sha256): Promise<string | null> {
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const entry = await this.#entry(name);
      if (entry === null) continue;
      const { blobs, assets, elsewhere } = entry.index;
      if (digest in elsewhere) return elsewhere[digest] as string;
      if (digest in blobs || digest in assets) return entry.tag;
    }
    return null;
  }

  async #entry(name: string): Promise<{ tag: string; index: BundleIndex } | null> {
    try {
      const { tag, index } = JSON.parse((await readText(join(this.#folder, name))) ?? "null");
      return typeof tag === "string" ? { tag, index: BundleIndex.parse(index) } : null;
    } catch {
      return null;
    }
  }
}
