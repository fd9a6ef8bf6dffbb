import type { Backend } from "../../backend.ts";
import type { Sha256 } from "../../document.ts";
import { isRefusal } from "../../errors.ts";
import type { ReadPorts } from "../../registry/read/snapshot.ts";
import { neededBy } from "./needed.ts";

/** Where lost bytes may be found: another store, run bundles, any folder. */
export interface BlobSource {
  /** Absolute paths of files whose content has these digests; the others are left out. */
  find(digests: readonly Sha256[]): Promise<ReadonlyMap<Sha256, string>>;
}

export interface Restoration {
  /** Blobs the registry needs, all of which were read. */
  readonly checked: number;
  readonly restored: readonly RestoredBlob[];
  /** What is still lost or damaged: nobody asked had it. */
  readonly lost: readonly RestoredBlob[];
}

export interface RestoredBlob {
  readonly digest: Sha256;
  /** "churn v3: model.onnx" */
  readonly what: string;
  readonly problem: "missing" | "damaged";
}

/**
 * Puts back what the registry needs and the store lost, each file checked against its digest on the way in. A record that comes back names more, so
 * it is asked again until nothing new is found.
 * @throws REGISTRY_DAMAGED, REGISTRY_FUTURE, DISK_FULL, FILE_UNREADABLE
 */
export async function restore(
  source: BlobSource,
  ports: ReadPorts & Pick<Backend, "store" | "progress">,
): Promise<Restoration> {
  const restored: RestoredBlob[] = [];
  const lost = new Map<Sha256, RestoredBlob>();
  const asked = new Set<Sha256>();
  for (;;) {
    const { required } = await neededBy(ports);
    const next = [...required.keys()].filter((digest) => !asked.has(digest));
    if (next.length === 0) return { checked: asked.size, restored, lost: [...lost.values()] };
    for (const digest of next) asked.add(digest);
    ports.progress.working(`reading ${next.length} blobs`, null);
    const problems = await ports.store.verify(next);
    const found = problems.length === 0 ? new Map() : await source.find(problems.map(({ digest }) => digest));
    for (const { digest, problem } of problems) {
      const blob = { digest, what: required.get(digest)?.what ?? digest, problem };
      if (await putBack(blob, found.get(digest), ports)) restored.push(blob);
      else lost.set(digest, blob);
    }
  }
}

/** False when there is no file, or it changed since it was found. */
async function putBack(
  { digest, what }: RestoredBlob,
  file: string | undefined,
  { store }: Pick<Backend, "store">,
): Promise<boolean> {
  if (file === undefined) return false;
  try {
    await store.put({ file }, { expect: digest });
    const [model = what] = what.split(/[: ]/);
    await store.settle({ model, digest, title: what });
    return true;
  } catch (error) {
    if (isRefusal(error) && (error.code === "DIGEST_MISMATCH" || error.code === "FILE_NOT_FOUND")) return false;
    throw error;
  }
}
