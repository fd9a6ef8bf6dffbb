import { z } from "zod";
import { Actor, AliasName, ModelName, Sha256, Timestamp } from "../document.ts";

/** The smoke test: the server names the activated digest, then gives the golden answer. */
export const Smoke = z.object({
  status: z.enum(["passed", "failed", "not-run"]),
  url: z.string().nullable(),
  /** The digest the server said it serves. */
  served: z.string().nullable(),
  /** Largest absolute difference from the golden answer, and what was allowed. */
  maxDifference: z.number().nullable(),
  tolerance: z.number().nullable(),
  problem: z.string().nullable(),
  seconds: z.number().nonnegative(),
});
export type Smoke = z.infer<typeof Smoke>;

/** One attempt to put a version live in an environment, whichever way it ended. */
export const Deployment = z.object({
  kind: z.literal("trainyard.deployment/v1"),
  model: ModelName,
  version: z.int().positive(),
  rootDigest: Sha256,
  environment: AliasName,
  target: z.object({ kind: z.string(), location: z.string() }),
  outcome: z.enum(["live", "rolled-back", "failed"]),
  /** True for a rollback: a deploy of an earlier version with a reason. */
  rollback: z.boolean(),
  reason: z.string().nullable(),
  /** What was live before, read from the target, not from the registry. */
  previous: z.object({ version: z.int().positive().nullable(), rootDigest: Sha256 }).nullable(),
  smoke: Smoke,
  /** Seconds from the alarm or the commit to live, where the registry knows the start. */
  leadTime: z.object({ from: z.enum(["drift", "commit"]), startedAt: Timestamp, seconds: z.number() }).nullable(),
  by: Actor,
  startedAt: Timestamp,
  endedAt: Timestamp,
  simulatedClock: z.boolean(),
});
export type Deployment = z.infer<typeof Deployment>;
