import { ModelName, RunRecord, Sha256, TrainyardError, z } from "@trainyard/core";

/** What one job hands to another: an artifact by its id, or a folder below that of `store:` by its name. */
export const Part = z.strictObject({ id: z.union([z.int().positive(), z.string().min(1).max(500)]), digest: Sha256 });
export type Part = z.output<typeof Part>;

/** A run as one job hands it to another: output `bundle` of train. By id and digest, never by a name that another run could take. */
export const BundleRef = z.strictObject({
  model: ModelName,
  run: RunRecord.shape.id,
  /** Documents, predictions, profiles and the log. */
  record: Part,
  /** The model's files; null where the run has none. */
  bytes: Part.nullable(),
});
export type BundleRef = z.output<typeof BundleRef>;

/** @throws INPUT_INVALID */
export function parseBundleRef(text: string): BundleRef {
  try {
    return BundleRef.parse(JSON.parse(text));
  } catch {
    const got = JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}…` : text);
    throw new TrainyardError("INPUT_INVALID", { input: "bundle", expected: "the output `bundle` of train", got });
  }
}
