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
});
export type DatasetRef = z.infer<typeof DatasetRef>;
