import { z } from "zod";
import { Check, Estimate, Interval } from "../check/check.ts";
import { Params } from "../data/params.ts";
import { Sha256, Timestamp } from "../document.ts";

/** One column of now against the reference. */
export const ColumnDrift = z.object({
  name: z.string(),
  type: z.enum(["number", "boolean", "time", "text", "score"]),
  /** `ks` for numbers (largest distance of the distribution functions on the reference's bins), `chi2` for text and booleans. */
  test: z.enum(["ks", "chi2", "none"]),
  statistic: z.number().nullable(),
  pValue: z.number().nullable(),
  /** Holm-adjusted over the columns tested. */
  adjustedP: z.number().nullable(),
  /** Share of the rows that moved, 0 … 1, with the noise of sampling taken off. */
  effect: z.number().nullable(),
  status: z.enum(["quiet", "minor", "drift", "broken", "not-tested"]),
  referenceNullRate: z.number(),
  currentNullRate: z.number(),
  /** At most 20 bins or categories for the picture: label and share of each side. */
  bins: z.array(z.object({ label: z.string(), reference: z.number(), current: z.number() })),
});
export type ColumnDrift = z.infer<typeof ColumnDrift>;

/** What the labels say: observed against predicted, and the metrics then and now. */
export const Performance = z.object({
  rows: z.int().nonnegative(),
  /** Share of the current rows whose labels have arrived. */
  labelled: z.number(),
  observed: z.number(),
  predicted: z.number(),
  /** observed / predicted with its interval at this run's level, clustered. */
  ratio: Estimate,
  bound: Interval,
  level: z.number(),
  groups: z.string().nullable(),
  clusters: z.int().nonnegative().nullable(),
  metrics: z.array(z.object({ name: z.string(), reference: z.number().nullable(), current: Estimate })),
});
export type Performance = z.infer<typeof Performance>;

/** Inputs of one retraining the report asks for: what to vary on the committed config. */
export const RetrainCandidate = z.object({ set: Params, data: z.array(z.string()) });
export type RetrainCandidate = z.infer<typeof RetrainCandidate>;

/** One look at the current data with what production expects. */
export const DriftReport = z.object({
  kind: z.literal("trainyard.drift/v1"),
  model: z.string(),
  version: z.int().positive().nullable(),
  verdict: z.enum(["quiet", "drift", "data-broken", "insufficient-data"]),
  reference: z.object({ source: z.string(), rows: z.int().nonnegative(), profile: Sha256.nullable() }),
  current: z.object({
    files: z.array(z.object({ path: z.string(), digest: Sha256 })),
    rows: z.int().nonnegative(),
    from: z.string().nullable(),
    to: z.string().nullable(),
  }),
  /** This run's share of the false-alarm budget: falseAlarmsPerYear / runsPerYear. */
  alpha: z.number(),
  falseAlarmsPerYear: z.number(),
  runsPerYear: z.number(),
  columns: z.array(ColumnDrift),
  score: ColumnDrift.nullable(),
  performance: Performance.nullable(),
  checks: z.array(Check),
  /** One sentence: what is the matter, since when, what was done. */
  summary: z.string(),
  /** What should happen next. `stopped`: data is broken, nothing may be trained on it. `running`: a retraining asked for before is not yet live or refused. */
  action: z.enum(["none", "report", "issue", "retrain", "stopped", "running"]),
  retrain: z.object({ reason: z.string(), candidates: z.array(RetrainCandidate) }).nullable(),
  notes: z.array(z.string()),
  daysSinceLastCheck: z.number().nullable(),
  at: Timestamp,
  simulatedClock: z.boolean(),
});
export type DriftReport = z.infer<typeof DriftReport>;
