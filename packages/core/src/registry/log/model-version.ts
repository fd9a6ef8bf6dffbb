import { z } from "zod";
import { Estimate, Verdict } from "../../check/check.ts";
import { Params } from "../../data/params.ts";
import { Actor, FileRef, ModelName, ObjectId, Sha256, Timestamp } from "../../document.ts";
import { Origin } from "./origin.ts";

/**
 * A version's manifest: written once, ≤ 4 KB of canonical JSON, on the registry branch.
 * What would make it longer (long params, many metrics, many files) is left out here and stands in the record.
 * Of an imported version (`origin`) the other registry has no run and no verdict: what it does not have is null, never made up.
 */
export const ModelVersion = z.object({
  kind: z.literal("trainyard.version/v1"),
  model: ModelName,
  version: z.int().positive(),
  /** OpenSSF model-signing root: SHA-256 over the concatenated raw SHA-256 digests of the files, sorted by path (code points). */
  rootDigest: Sha256,
  files: z.array(FileRef),
  size: z.int().nonnegative(),
  /** Null when it was imported; so are `inputsDigest`, `headCommit`, `tree`, `verdict`, `record` and `evaluation`. */
  run: z.string().nullable(),
  inputsDigest: Sha256.nullable(),
  /** Null when it was imported and the other registry names none. */
  commit: ObjectId.nullable(),
  headCommit: ObjectId.nullable(),
  tree: ObjectId.nullable(),
  params: Params.nullable(),
  metrics: z.array(z.object({ name: z.string(), estimate: Estimate })),
  data: z.array(z.object({ path: z.string(), digest: Sha256.nullable() })),
  verdict: Verdict.nullable(),
  /** Store files by digest: the RunRecord, the EvaluationReport, what is kept of the predictions (not the run's file: docs/registry.md), profiles, model card. */
  record: Sha256.nullable(),
  evaluation: Sha256.nullable(),
  predictions: Sha256.nullable(),
  evaluationProfile: Sha256.nullable(),
  predictionsProfile: Sha256.nullable(),
  card: Sha256,
  override: z.object({ reason: z.string(), by: z.string() }).nullable(),
  registeredAt: Timestamp,
  by: Actor,
  /** Where it was imported from; absent when it was made here. `registeredAt` and `by` are then the import's. */
  origin: Origin.optional(),
});
export type ModelVersion = z.infer<typeof ModelVersion>;

/** What the event of a registration says itself. */
const OF_EVENT = { kind: true, model: true, version: true, rootDigest: true, registeredAt: true, by: true } as const;

/**
 * A version's document as its event holds it: without what the event says itself, what is null, a `size` that its
 * files add up to, and a `headCommit` that is the commit.
 */
export const Manifest = ModelVersion.omit(OF_EVENT).partial({
  size: true,
  run: true,
  inputsDigest: true,
  commit: true,
  headCommit: true,
  tree: true,
  params: true,
  verdict: true,
  record: true,
  evaluation: true,
  predictions: true,
  evaluationProfile: true,
  predictionsProfile: true,
  override: true,
});
export type Manifest = z.infer<typeof Manifest>;

export function manifestOf(document: ModelVersion): Manifest {
  const { files, size, commit, headCommit, origin } = document;
  const sameCommit = headCommit === commit && origin === undefined;
  const implied = [...(size === sum(files) ? ["size"] : []), ...(sameCommit ? ["headCommit"] : [])];
  const kept = Object.entries(document).filter(
    ([name, value]) => value !== null && !(name in OF_EVENT) && !implied.includes(name),
  );
  return Object.fromEntries(kept) as Manifest;
}

export function documentOf(
  manifest: Manifest,
  place: Pick<ModelVersion, "model" | "version" | "rootDigest" | "registeredAt" | "by">,
): ModelVersion {
  const { files, metrics, data, card, origin, commit = null } = manifest;
  return {
    kind: "trainyard.version/v1",
    ...place,
    files,
    size: manifest.size ?? sum(files),
    run: manifest.run ?? null,
    inputsDigest: manifest.inputsDigest ?? null,
    commit,
    headCommit: manifest.headCommit ?? (origin === undefined ? commit : null),
    tree: manifest.tree ?? null,
    params: manifest.params ?? null,
    metrics,
    data,
    verdict: manifest.verdict ?? null,
    record: manifest.record ?? null,
    evaluation: manifest.evaluation ?? null,
    predictions: manifest.predictions ?? null,
    evaluationProfile: manifest.evaluationProfile ?? null,
    predictionsProfile: manifest.predictionsProfile ?? null,
    card,
    override: manifest.override ?? null,
    ...(origin === undefined ? {} : { origin }),
  };
}

function sum(files: readonly { size: number }[]): number {
  return files.reduce((total, { size }) => total + size, 0);
}

/** Longest document of a version, in bytes of canonical JSON. */
export const MANIFEST_LIMIT = 4096;
