import { z } from "zod";
import { Duration } from "./duration.ts";
import { Patterns } from "./patterns.ts";

const ParamValue = z.json();

/** `drift:` of a model: what is looked at, how often it may be wrong, and what it leads to. */
export const DriftSection = z.strictObject({
  current: Patterns.describe("the data production sees now"),
  time: z.string().min(1).optional().describe("column that says when a row happened"),
  window: Duration.optional().describe("look at the trailing days only, up to now"),
  predictions: Patterns.optional().describe("what the model answered, by id"),
  labels: Patterns.optional().describe("the truth, by id, as it arrives"),
  columns: z
    .array(z.string())
    .optional()
    .describe("columns to test; default: those the reference and the current data share"),
  "false-alarms-per-year": z.number().positive().default(1),
  "runs-per-year": z.number().positive().default(52),
  calibration: z
    .tuple([z.number().positive(), z.number().positive()])
    .default([0.8, 1.25])
    .describe("bound of observed / predicted"),
  "minor-effect": z.number().positive().default(0.05).describe("share of rows moved that is worth showing"),
  "major-effect": z.number().positive().default(0.1).describe("share of rows moved that is drift"),
  "on-drift": z.enum(["report", "issue", "retrain"]).default("report"),
  retrain: z.array(z.strictObject({ set: z.record(z.string(), ParamValue) })).default([{ set: {} }]),
});
export type DriftSection = z.output<typeof DriftSection>;
