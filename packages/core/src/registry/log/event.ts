import { z } from "zod";
import { Verdict } from "../../check/check.ts";
import { Actor, AliasName, ModelName, Sha256, Timestamp } from "../../document.ts";
import { documentOf, Manifest, type ModelVersion, manifestOf } from "./model-version.ts";
import { Policy } from "./policy.ts";

const RegistryCreated = z.object({ type: z.literal("registry.created"), registry: z.uuid() });
const EvaluationRecorded = z.object({
  type: z.literal("evaluation.recorded"),
  model: ModelName,
  run: z.string(),
  report: Sha256,
  rootDigest: Sha256.nullable(),
  verdict: Verdict,
  rows: z.int().nonnegative(),
  baseline: z.int().positive().nullable(),
  /** The gate that decided, in words. */
  decidedBy: z.string().nullable(),
  /** Digest of the rows it was judged on; absent where nobody knows. */
  evaluationSet: Sha256.optional(),
  /** Digest of the ids and true values of those rows; absent where nobody knows. */
  rowSet: Sha256.optional(),
});
const VersionRegistered = z.object({
  type: z.literal("version.registered"),
  model: ModelName,
  version: z.int().positive(),
  rootDigest: Sha256,
  /** What the version's document says beyond the event's own fields. */
  manifest: Manifest,
});
const VersionWithdrawn = z.object({
  type: z.literal("version.withdrawn"),
  model: ModelName,
  version: z.int().positive(),
  reason: z.string(),
});
const AliasSet = z.object({
  type: z.literal("alias.set"),
  model: ModelName,
  alias: AliasName,
  from: z.int().positive().nullable(),
  to: z.int().positive(),
  /** Rises by one with every change of this alias, removal included. */
  generation: z.int().positive(),
  reason: z.string().nullable(),
});
const AliasRemoved = z.object({
  type: z.literal("alias.removed"),
  model: ModelName,
  alias: AliasName,
  from: z.int().positive(),
  generation: z.int().positive(),
  reason: z.string().nullable(),
});
const DeployRecorded = z.object({
  type: z.literal("deploy.recorded"),
  model: ModelName,
  environment: AliasName,
  version: z.int().positive(),
  rootDigest: Sha256,
  from: z.int().positive().nullable(),
  outcome: z.enum(["live", "rolled-back", "failed"]),
  smoke: z.enum(["passed", "failed", "not-run"]),
  /** Null for a plain deploy; the reason of a rollback. */
  reason: z.string().nullable(),
  /** True when it went back to a version that was live before; absent is false. */
  rollback: z.boolean().optional(),
  /** The Deployment document in the store. */
  deployment: Sha256,
});
const DriftDetected = z.object({
  type: z.literal("drift.detected"),
  model: ModelName,
  version: z.int().positive(),
  verdict: z.enum(["drift", "data-broken"]),
  report: Sha256,
  /** True when this event asks for a retraining. */
  retrain: z.boolean(),
  summary: z.string(),
});
const Note = z.object({
  type: z.literal("note"),
  model: ModelName,
  /** Absent when it is about the model. */
  version: z.int().positive().optional(),
  text: z.string(),
});
const AttestationAttached = z.object({
  type: z.literal("attestation.attached"),
  model: ModelName,
  version: z.int().positive(),
  /** What the statement says about the version: `https://slsa.dev/provenance/v1`. */
  predicateType: z.string().min(1).max(256),
  /** The statement, as it came, in the store. */
  digest: Sha256,
  /** The version's root digest, of which the statement speaks. */
  subject: Sha256,
});
/** Of all models: it applies to what comes after it. */
const PolicySet = z.object({
  type: z.literal("policy.set"),
  /** Null: none any more. */
  policy: Policy.nullable(),
  reason: z.string(),
});

/** An event's place in the log: dense sequence, chained by digest, one operation id a transaction. Order is `seq`, never `at`. */
export const EventPlace = z.object({
  seq: z.int().positive(),
  /** Digest of the previous event's canonical JSON; null for the first. */
  prev: Sha256.nullable(),
  operation: z.uuid(),
  by: Actor,
  at: Timestamp,
  /** The instant was told (TRAINYARD_NOW); absent when it was measured. */
  simulatedClock: z.literal(true).optional(),
});
export type EventPlace = z.infer<typeof EventPlace>;

const placed = <S extends z.ZodRawShape>(body: z.ZodObject<S>) => body.extend(EventPlace.shape);

export const RegistryEvent = z.discriminatedUnion("type", [
  placed(RegistryCreated),
  placed(EvaluationRecorded),
  placed(VersionRegistered),
  placed(VersionWithdrawn),
  placed(AliasSet),
  placed(AliasRemoved),
  placed(DeployRecorded),
  placed(DriftDetected),
  placed(Note),
  placed(AttestationAttached),
  placed(PolicySet),
]);
export type RegistryEvent = z.infer<typeof RegistryEvent>;
export type EventOf<T extends RegistryEvent["type"]> = Extract<RegistryEvent, { type: T }>;

type WithoutPlace<E> = E extends EventPlace ? Omit<E, keyof EventPlace> : never;
/** What happened, before the registry gives it a place in the log. */
export type EventBody = WithoutPlace<RegistryEvent>;

/** The event that registers a version. */
export function registrationOf(document: ModelVersion): Extract<EventBody, { type: "version.registered" }> {
  const { model, version, rootDigest } = document;
  return { type: "version.registered", model, version, rootDigest, manifest: manifestOf(document) };
}

/** A version's document, as the event that registered it says. */
export function registeredVersion(event: EventOf<"version.registered">): ModelVersion {
  const { model, version, rootDigest, at, by, manifest } = event;
  return documentOf(manifest, { model, version, rootDigest, registeredAt: at, by });
}

/** An event that belongs to one model. */
export type ModelEvent = Extract<RegistryEvent, { model: string }>;

/** The model an event belongs to; `registry.created` and `policy.set` belong to none. */
export function modelOf(event: EventBody): string | null {
  return "model" in event ? event.model : null;
}
