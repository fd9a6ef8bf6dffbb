import { z } from "zod";
import { Estimate } from "../check/check.ts";

/** A value of a column that rows share: `origin` = "ATL". */
export const SliceValue = z.object({ column: z.string(), value: z.string() });
export type SliceValue = z.infer<typeof SliceValue>;

/** What one side said of a row. */
const Said = z.object({
  /** Binary: probability of the positive class. Multiclass: of the true class. Else the prediction or score. Null where only decisions are known. */
  score: z.number().nullable(),
  /** The class decided for; null without classes. */
  decision: z.string().nullable(),
});

/** Rows on which one side was better than the other. */
export const Flips = z.object({
  candidateRight: z.int(),
  baselineRight: z.int(),
  /** What makes a row count: `decision`, the sides decide for other classes; `error`, one prediction is closer to the truth; `score`, one score is better. Absent: `decision`. */
  by: z.enum(["decision", "error", "score"]).optional(),
  /** Per value of the slice columns, the largest net change first; at most 50. */
  slices: z.array(SliceValue.extend({ rows: z.int(), candidateRight: z.int(), baselineRight: z.int() })).optional(),
  /** Up to twenty rows on which the sides differ most, those the candidate is better on first. */
  examples: z
    .array(
      z.object({
        /** The row's id, cut to what is shown; without ids "row 12", its place in the file. */
        id: z.string(),
        slices: z.array(SliceValue),
        truth: z.string().nullable(),
        candidate: Said,
        baseline: Said,
        better: z.enum(["candidate", "baseline"]),
      }),
    )
    .optional(),
});
export type Flips = z.infer<typeof Flips>;
export type FlipSlice = NonNullable<Flips["slices"]>[number];
export type FlipExample = NonNullable<Flips["examples"]>[number];

/** Rate of positives observed and predicted on average; `ratio` = observed / predicted: under 1 the model says too much. */
const Calibrated = z.object({ observed: z.number(), predicted: z.number(), ratio: Estimate });
export const Calibration = z.object({
  candidate: Calibrated,
  baseline: Calibrated.nullable(),
  /** Of the two ratios, candidate − baseline: calibration has shifted where the interval leaves zero out. */
  difference: Estimate.nullable(),
});
export type Calibration = z.infer<typeof Calibration>;

/** Decisions against the truth, in rows as they are counted, without weights. */
export const Confusion = z.object({
  /** All classes, or none where there are more than 20: then `pairs` has the confused ones. */
  classes: z.array(z.string()),
  /** Row by true class, column by decided class. */
  candidate: z.array(z.array(z.int())),
  baseline: z.array(z.array(z.int())).nullable(),
  /** Of more than 20 classes the 20 most confused pairs, both sides taken together. */
  pairs: z.array(
    z.object({ truth: z.string(), decided: z.string(), candidate: z.int(), baseline: z.int().nullable() }),
  ),
});
export type Confusion = z.infer<typeof Confusion>;

/** Rows that truly are of a class, rows decided for it, and both. */
const ClassCounts = z.object({ rows: z.int(), decided: z.int(), right: z.int() });
export type ClassCounts = z.infer<typeof ClassCounts>;

/** Every class of a multiclass task, or label of a multilabel one, counted without weights: precision is right / decided, recall right / rows. */
export const ClassFigures = z.object({
  classes: z.int(),
  /** The candidate's lowest recall first, at most 100. */
  listed: z.array(z.object({ name: z.string(), candidate: ClassCounts, baseline: ClassCounts.nullable() })),
});
export type ClassFigures = z.infer<typeof ClassFigures>;

/** How far apart a metric lies between the groups of a sensitive column; `lowest` and `highest` name them. */
export const Disparity = z.object({
  lowest: z.string(),
  highest: z.string(),
  /** Highest − lowest. The interval holds the true one at least as often as it says: see docs/statistics.md. */
  difference: Estimate,
  /** Lowest / highest, 0 … 1; null where the metric can be negative, or nothing is above zero. */
  ratio: Estimate.nullable(),
});
export type Disparity = z.infer<typeof Disparity>;

/** One metric across one sensitive column. */
export const Fairness = z.object({
  column: z.string(),
  metric: z.string(),
  groups: z.array(
    z.object({
      value: z.string(),
      rows: z.int(),
      /** What the metric rests on here: positives for recall, rows for accuracy. */
      support: z.int(),
      /** False: too small, set apart, and in no difference or ratio. */
      judged: z.boolean(),
      candidate: Estimate.nullable(),
      baseline: Estimate.nullable(),
    }),
  ),
  /** Groups that have rows enough, and groups beyond those listed. */
  big: z.int(),
  more: z.int(),
  /** Null where fewer than two groups are big enough, or more than 50: those are no groups that people belong to. */
  candidate: Disparity.nullable(),
  baseline: Disparity.nullable(),
});
export type Fairness = z.infer<typeof Fairness>;

/** Slices found on one half of the rows and confirmed on the other. Only shown: nothing is decided by them. */
export const WeakSlices = z.object({
  metric: z.string(),
  /** Slices looked at, and those of them tried on the held-out half. */
  searched: z.int(),
  tried: z.int(),
  confirmed: z.array(
    z.object({
      /** One or two values that a row must have. */
      where: z.array(SliceValue).min(1),
      rows: z.int(),
      /** `elsewhere`: the candidate is worse here than on its other rows. `baseline`: it is worse here than the baseline. */
      than: z.enum(["elsewhere", "baseline"]),
      /** The candidate here, and what it is held against; both on the held-out half. */
      candidate: z.number(),
      other: z.number(),
      /** Holm-adjusted over all that were tried. */
      adjustedP: z.number(),
    }),
  ),
});
export type WeakSlices = z.infer<typeof WeakSlices>;
export type WeakSlice = WeakSlices["confirmed"][number];
