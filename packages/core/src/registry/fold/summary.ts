import { z } from "zod";
import { Verdict } from "../../check/check.ts";
import { AliasName, Sha256, Timestamp } from "../../document.ts";
import type { EventBody, EventOf, EventPlace, ModelEvent } from "../log/event.ts";
import { OriginName, originName } from "../log/origin.ts";

/** Who, without the address of the run: that stands in the event. */
const By = z.object({ name: z.string(), kind: z.enum(["person", "workflow"]) });
const place = { seq: z.int().positive(), at: Timestamp };
const version = z.int().positive();

/** What a model's state needs of an event, the rest stands in the event: a model with ten thousand of them is read in a moment. */
export const Summary = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("evaluation.recorded"),
    ...place,
    run: z.string(),
    report: Sha256,
    rootDigest: Sha256.nullable(),
    verdict: Verdict,
    evaluationSet: Sha256.optional(),
    rowSet: Sha256.optional(),
  }),
  z.object({
    type: z.literal("version.registered"),
    ...place,
    version,
    rootDigest: Sha256,
    run: z.string().nullable(),
    by: By,
    origin: OriginName.optional(),
  }),
  z.object({ type: z.literal("version.withdrawn"), ...place, version, reason: z.string() }),
  z.object({
    type: z.literal("alias.set"),
    ...place,
    alias: AliasName,
    from: version.nullable(),
    to: version,
    generation: version,
  }),
  z.object({ type: z.literal("alias.removed"), ...place, alias: AliasName, from: version, generation: version }),
  z.object({
    type: z.literal("deploy.recorded"),
    ...place,
    environment: AliasName,
    version,
    rootDigest: Sha256,
    from: version.nullable(),
    outcome: z.enum(["live", "rolled-back", "failed"]),
    rollback: z.literal(true).optional(),
  }),
  z.object({
    type: z.literal("drift.detected"),
    ...place,
    version,
    verdict: z.enum(["drift", "data-broken"]),
    retrain: z.boolean(),
    summary: z.string(),
  }),
  z.object({ type: z.literal("note"), ...place, version: version.optional() }),
  z.object({
    type: z.literal("attestation.attached"),
    ...place,
    version,
    predicateType: z.string(),
    digest: Sha256,
    subject: Sha256,
  }),
]);
export type Summary = z.infer<typeof Summary>;
export type SummaryOf<T extends EventBody["type"]> = Extract<Summary, { type: T }>;

/** A summary as it was read; null of what is none. */
export function checkSummary(value: unknown): Summary | null {
  if (isRegistration(value)) return value;
  const result = Summary.safeParse(value);
  return result.success ? result.data : null;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/** The same as the schema says of the most frequent one, written out: a hundred thousand are checked while somebody waits for a list. */
function isRegistration(value: unknown): value is SummaryOf<"version.registered"> {
  const { type, seq, at, version, rootDigest, run, by, origin } = (value ?? {}) as Record<string, unknown>;
  return (
    type === "version.registered" &&
    isNumber(seq) &&
    isNumber(version) &&
    isText(at, INSTANT) &&
    isText(rootDigest, DIGEST) &&
    typeof run === "string" &&
    By.safeParse(by).success &&
    origin === undefined
  );
}

const isNumber = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
const isText = (value: unknown, form: RegExp): value is string => typeof value === "string" && form.test(value);

export function registrationSummary(
  event: EventPlace & EventOf<"version.registered">,
): SummaryOf<"version.registered"> {
  const { type, seq, at, version, rootDigest, by, manifest } = event;
  const who = { name: by.name, kind: by.kind };
  const from = manifest.origin === undefined ? {} : { origin: originName(manifest.origin) };
  return { type, seq, at, version, rootDigest, run: manifest.run ?? null, by: who, ...from };
}

/** The summary of an event of a model. */
export function summaryOf(event: ModelEvent): Summary {
  const { seq, at } = event;
  switch (event.type) {
    case "evaluation.recorded": {
      const { type, run, report, rootDigest, verdict, evaluationSet, rowSet } = event;
      const rows = { ...(evaluationSet && { evaluationSet }), ...(rowSet && { rowSet }) };
      return { type, seq, at, run, report, rootDigest, verdict, ...rows };
    }
    case "version.registered":
      return registrationSummary(event);
    case "version.withdrawn":
      return { type: event.type, seq, at, version: event.version, reason: event.reason };
    case "alias.set": {
      const { type, alias, from, to, generation } = event;
      return { type, seq, at, alias, from, to, generation };
    }
    case "alias.removed": {
      const { type, alias, from, generation } = event;
      return { type, seq, at, alias, from, generation };
    }
    case "deploy.recorded": {
      const { type, environment, version, rootDigest, from, outcome } = event;
      const back = event.rollback === true ? { rollback: true as const } : {};
      return { type, seq, at, environment, version, rootDigest, from, outcome, ...back };
    }
    case "drift.detected": {
      const { type, version, verdict, retrain, summary } = event;
      return { type, seq, at, version, verdict, retrain, summary };
    }
    case "note":
      return { type: event.type, seq, at, ...(event.version === undefined ? {} : { version: event.version }) };
    case "attestation.attached": {
      const { type, version, predicateType, digest, subject } = event;
      return { type, seq, at, version, predicateType, digest, subject };
    }
  }
}

/** True when an event happened to a version: it was judged, registered, pointed at, deployed, found to drift or withdrawn. */
export function concerns(summary: Summary, { version, rootDigest }: { version: number; rootDigest: Sha256 }): boolean {
  if (summary.type === "alias.set") return summary.to === version || summary.from === version;
  if (summary.type === "alias.removed") return summary.from === version;
  if (summary.type === "evaluation.recorded") return summary.rootDigest === rootDigest;
  return "version" in summary && summary.version === version;
}
