import { TrainyardError, z } from "@trainyard/core";

/** What is read of GitHub's answers about releases; all else in them is left alone. */

/** GitHub's own digest of an asset; null where it has none (a server of one's own, an old asset, one that never arrived). */
const Digest = z
  .string()
  .nullish()
  .transform((text) => (text !== null && text !== undefined && /^sha256:[0-9a-f]{64}$/.test(text) ? text : null));

export const Asset = z.object({
  id: z.int().positive(),
  name: z.string(),
  /** "uploaded"; "starter" is one whose bytes never came. */
  state: z.string(),
  size: z.int().nonnegative(),
  digest: Digest,
});
export type Asset = z.infer<typeof Asset>;

export const Release = z.object({
  id: z.int().positive(),
  tag_name: z.string(),
  name: z.string().nullable(),
  body: z.string().nullish(),
  draft: z.boolean(),
  upload_url: z.string(),
  created_at: z.iso.datetime({ offset: true }),
  published_at: z.iso.datetime({ offset: true }).nullable(),
  updated_at: z.iso.datetime({ offset: true }).nullish(),
  assets: z.array(Asset),
});
export type Release = z.infer<typeof Release>;

/** @throws GITHUB_ANSWER */
export function readAnswer<S extends z.ZodType>(schema: S, data: unknown, what: string): z.output<S> {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const problem = `${issue?.path.join(".") || "it"}: ${issue?.message ?? "not as expected"}`;
  throw new TrainyardError("GITHUB_ANSWER", { what, problem }, { cause: result.error });
}
