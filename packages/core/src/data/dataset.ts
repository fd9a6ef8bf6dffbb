import { z } from "zod";
import { Sha256 } from "../document.ts";

/** A data file or source as a run used it. `digest` null means claimed, not checked: a uri or a DVC pointer nobody hashed. */
export const DatasetRef = z.object({
  path: z.string(),
  digest: Sha256.nullable(),
  size: z.int().nonnegative().nullable(),
  rows: z.int().nonnegative().nullable(),
  /** What it claims to be, where Trainyard could not hash: an object version, a DVC md5. */
  claimed: z.string().nullable(),
  role: z.enum(["training", "evaluation"]),
  /** `keep: true`: the bytes are kept in the store too, and go there with the version. */
  kept: z.literal(true).optional(),
});
export type DatasetRef = z.infer<typeof DatasetRef>;

/** A file of data whose bytes are kept. */
export interface KeptFile {
  readonly path: string;
  readonly size: number;
  readonly digest: Sha256;
  /** Where a bundle has it, when the job that takes over has another store. */
  readonly bundled: string;
}

/** The data of a run that is kept, each content once. */
export function keptFiles(datasets: readonly DatasetRef[]): KeptFile[] {
  const files = new Map<Sha256, KeptFile>();
  for (const { path, digest, size, kept } of datasets)
    if (kept === true && digest !== null && !files.has(digest))
      files.set(digest, { path, digest, size: size ?? 0, bundled: `data/${digest.slice("sha256:".length)}` });
  return [...files.values()];
}
