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

/** Candidates of one retraining; more is a mistake. */
const MOST = 32;
const BundleRefs = z.union([BundleRef.transform((one) => [one]), z.array(BundleRef).min(1).max(MOST)]);

/** One run, or the candidates of a retraining, all of one model. @throws INPUT_INVALID */
export function parseBundleRefs(text: string): BundleRef[] {
  try {
    const refs = BundleRefs.parse(JSON.parse(text));
    if (refs.every(({ model }) => model === refs[0]?.model)) return refs;
  } catch {}
  const got = JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}…` : text);
  throw new TrainyardError("INPUT_INVALID", { input: "bundle", expected: "the output `bundle` of train", got });
}
