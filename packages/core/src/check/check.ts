import { z } from "zod";

/** Two ends of an interval, lower first. */
export const Interval = z.tuple([z.number(), z.number()]);
export type Interval = z.infer<typeof Interval>;

/** A number with its uncertainty; `interval` is null when only a point is known. */
export const Estimate = z.object({ value: z.number(), interval: Interval.nullable() });
export type Estimate = z.infer<typeof Estimate>;

export const CheckStatus = z.enum(["pass", "fail", "inconclusive", "skipped"]);
export type CheckStatus = z.infer<typeof CheckStatus>;

/**
 * One judged number: what evaluation gates and drift checks both end in, so that there is one verdict, one table and one chart.
 * `id` is a noun that names the failing state (`null-rate`, `log_loss-not-better`); `subject` is the metric or column judged.
 */
export const Check = z.object({
  id: z.string(),
  subject: z.string(),
  /** What must hold, in words a colleague would use: "log_loss better than production". */
  rule: z.string(),
  status: CheckStatus,
  /** The number that was judged; null when it could not be computed. */
  actual: z.number().nullable(),
  interval: Interval.nullable(),
  /** The limit it was held against, in the same unit. */
  limit: z.number().nullable(),
  unit: z.string(),
  /** Why it came out so, when the numbers do not say it. */
  reason: z.string().nullable(),
  /** True where point values alone were compared, so that chance is not ruled out. Absent: an interval decided, or nothing was compared. */
  pointOnly: z.literal(true).optional(),
  /** How much evidence the gate needs to pass nine times in ten: a margin, a model as good as the baseline; other limits, one with this value. Absent: not known. */
  required: z.object({ count: z.int().positive(), of: z.enum(["groups", "rows"]) }).optional(),
  /** `fail` decides the verdict, `warn` and `info` are only shown. */
  severity: z.enum(["fail", "warn", "info"]),
});
export type Check = z.infer<typeof Check>;

export const Verdict = z.enum(["pass", "fail", "inconclusive"]);
export type Verdict = z.infer<typeof Verdict>;

/** Fail if one deciding check fails, else inconclusive if one is, else pass. Skipped checks and lesser severities do not decide. */
export function verdict(checks: readonly Check[]): Verdict {
  const deciding = checks.filter((check) => check.severity === "fail");
  if (deciding.some((check) => check.status === "fail")) return "fail";
  if (deciding.some((check) => check.status === "inconclusive")) return "inconclusive";
  return "pass";
}

/** The check that decided a verdict: the first of the worst status. */
export function decidingCheck(checks: readonly Check[]): Check | null {
  const outcome = verdict(checks);
  return checks.find((check) => check.severity === "fail" && check.status === outcome) ?? null;
}
