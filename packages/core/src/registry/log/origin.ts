import { z } from "zod";
import { Params } from "../../data/params.ts";
import { FileRef, ObjectId, Sha256, Timestamp } from "../../document.ts";

/** Registries whose versions `import` carries over. */
export const OriginSystem = z.enum(["gto", "mlflow", "dvc"]);
export type OriginSystem = z.infer<typeof OriginSystem>;

/** What a version was called where it came from. */
export const OriginName = z.object({
  system: OriginSystem,
  /** The artifact's or registered model's name there. */
  name: z.string(),
  /** Its version there: "v1.2.3" (gto), "7" (mlflow), the digest DVC or git knows its bytes by (dvc). */
  version: z.string(),
  /** What tells it from another of that name and version: the tag's object id (gto), the run's id (mlflow); null where the version says it all. */
  id: z.string().nullable(),
});
export type OriginName = z.infer<typeof OriginName>;

/** "gto churn v1.2.3". */
export function originText({ system, name, version }: Pick<OriginName, "system" | "name" | "version">): string {
  return `${system} ${name} ${version}`;
}

/** Where a version came from that another registry made. Times and people are the other registry's words. */
export const Origin = OriginName.extend({
  at: Timestamp.nullable(),
  by: z.string().nullable(),
  /** The ImportRecord in the store. */
  record: Sha256,
});
export type Origin = z.infer<typeof Origin>;

/** Everything another registry said about a version, as it was when it was imported. */
export const ImportRecord = z.object({
  kind: z.literal("trainyard.import/v1"),
  origin: Origin.omit({ record: true }),
  /** What was read: a repository, a database, a server; never with a password. */
  from: z.string(),
  commit: ObjectId.nullable(),
  description: z.string().nullable(),
  params: Params,
  /** A number the other registry holds; its last one where it holds a series. */
  metrics: z.array(z.object({ name: z.string(), value: z.number() })),
  /** Anything else it says, by name: tags, labels, stage, source. */
  facts: z.record(z.string(), z.string()),
  files: z.array(FileRef).min(1),
});
export type ImportRecord = z.infer<typeof ImportRecord>;

export function originName({ system, name, version, id }: OriginName): OriginName {
  return { system, name, version, id };
}
