import { z } from "zod";
import { Check, Estimate, Interval, Verdict } from "../check/check.ts";
import { Goal, Task } from "../config/task.ts";
import { Sha256, Timestamp } from "../document.ts";
import { Calibration, ClassFigures, Confusion, Fairness, Flips, WeakSlices } from "./looks.ts";

/** One side of a comparison: what was scored, and by whom. */
export const Side = z.object({
  /** "candidate", "production v1", or a file's name. */
  label: z.string(),
  run: z.string().nullable(),
  version: z.int().positive().nullable(),
  rootDigest: Sha256.nullable(),
  predictions: z.object({ path: z.string(), digest: Sha256, rows: z.int().nonnegative() }).nullable(),
  /** `stored`: with the version; `candidate-job`: by the candidate's code with the version's files; `both`: some rows so, some so; `given`: a file of the user's. */
  scoredBy: z.enum(["stored", "candidate-job", "both", "given"]),
});
export type Side = z.infer<typeof Side>;

/**
 * How a metric was tested. `delong`: DeLong, DeLong & Clarke-Pearson 1988; `mcnemar-*`: shares of rows, with Agresti & Min's interval; `wilson`: a share of its
 * own; `clopper-pearson`: the same of fewer than 30 trials; `t`: Student's t on the linearised standard error of rows; `bca`, `bootstrap`: draws of rows, for
 * metrics that jump, with Efron's corrections (1987) under 200 of them; `cluster-t`: Student's t on the delete-one-group jackknife; `cluster-bootstrap`: draws of groups.
 * From a metrics file: `reported-se`: the normal, or t with n − 1, on the standard error it gives, `reported-interval`: the interval it gives, two of them
 * subtracted by MOVER (Donner & Zou 2012); `samples-t`: Student's t on its samples, `paired-samples-t`: on their differences; `welch-t`: Welch 1947.
 * Several runs pooled: `pooled-t`, Student's t with the variance of rows and between seeds.
 */
export const TestName = z.enum([
  "delong",
  "mcnemar-exact",
  "mcnemar-mid-p",
  "wilson",
  "clopper-pearson",
  "t",
  "bca",
  "bootstrap",
  "cluster-t",
  "cluster-bootstrap",
  "reported-se",
  "reported-interval",
  "samples-t",
  "paired-samples-t",
  "welch-t",
  "pooled-t",
]);
export type TestName = z.infer<typeof TestName>;

/**
 * Another test of no difference, two-sided, on paired rows or, where there are groups, on their sums: Wilcoxon's signed ranks (1945) from 50 pairs on, under
 * 50 all or 9,999 ways to flip the signs of the differences.
 */
export const CrossCheck = z.object({ name: z.enum(["wilcoxon", "sign-flip"]), p: z.number().min(0).max(1) });
export type CrossCheck = z.infer<typeof CrossCheck>;

/** A metric of both sides. `difference` = candidate − baseline as shown; `gain` = the same, signed so that more is better. */
export const MetricComparison = z.object({
  name: z.string(),
  goal: Goal,
  unit: z.string(),
  candidate: Estimate,
  baseline: Estimate.nullable(),
  difference: Estimate.nullable(),
  gain: Estimate.nullable(),
  /** The difference's interval if rows were independent: shown where it would have claimed something else. Null without groups. */
  ignoringGroups: Interval.nullable(),
  /** Clusters (rows without groups) still needed for the interval to exclude zero at this difference; null when it does, or never would. */
  moreNeeded: z.int().positive().nullable(),
  /** What the difference's interval comes from (without a baseline: the candidate's own), and the two-sided p-value of no difference. Absent for point values. */
  test: z.object({ name: TestName, p: z.number().min(0).max(1).nullable() }).optional(),
  /** A second opinion on no difference, for metrics that are means of rows. It never decides. Absent: there is none. */
  crossCheck: CrossCheck.optional(),
  /** Independent rows that would say as much as these do in their groups: rows / design effect. Absent without groups. */
  effectiveRows: z.int().positive().optional(),
});
export type MetricComparison = z.infer<typeof MetricComparison>;

/** One value of a slice column, on the first comparing metric. */
export const SliceResult = z.object({
  column: z.string(),
  value: z.string(),
  rows: z.int().positive(),
  metric: z.string(),
  candidate: z.number(),
  baseline: z.number().nullable(),
  gain: Estimate.nullable(),
  /** Holm-adjusted over all slices; null when unpaired or too small to test. */
  adjustedP: z.number().nullable(),
  worse: z.boolean(),
});
export type SliceResult = z.infer<typeof SliceResult>;

/** Values of the slice columns with fewer than `least` rows: nothing is told of them. All are counted, the largest are named. */
export const SmallSlices = z.object({
  least: z.int().positive(),
  values: z.int().positive(),
  rows: z.int().positive(),
  /** At most 20. */
  first: z.array(z.object({ column: z.string(), value: z.string(), rows: z.int().positive() })),
});
export type SmallSlices = z.infer<typeof SmallSlices>;

export const Point = z.tuple([z.number(), z.number()]);
/**
 * A curve of each side, ≤ 200 points. ROC: x false positive rate, y true positive rate. Precision-recall: x recall, y precision. Calibration: x mean score,
 * y observed rate per equal-mass bin. Residuals: x prediction decile mean, y mean residual. Score and residual histogram: x middle of a bin, y share of rows.
 * Residual quantiles: x quantile of the standard normal distribution, y residual.
 */
export const Curve = z.object({
  id: z.enum([
    "roc",
    "precision-recall",
    "calibration",
    "residuals",
    "score-histogram",
    "residual-histogram",
    "residual-quantiles",
  ]),
  candidate: z.array(Point),
  baseline: z.array(Point).nullable(),
});
export type Curve = z.infer<typeof Curve>;

const Before = z.object({ from: z.int().nonnegative().nullable(), to: z.int().nonnegative().nullable() });

/** Lines that differ between the commits of two runs, in the files that count as code. */
export const CodeLines = z.object({
  added: z.int().nonnegative(),
  removed: z.int().nonnegative(),
  /** By path, the first 100; null for a file that is no text. */
  files: z.array(
    z.object({ path: z.string(), added: z.int().nonnegative().nullable(), removed: z.int().nonnegative().nullable() }),
  ),
  /** Files that are not listed. */
  more: z.int().nonnegative(),
  /** Files of code that the candidate ran otherwise than its commit has them: what they changed is not counted. */
  uncommitted: z.int().nonnegative(),
});
export type CodeLines = z.infer<typeof CodeLines>;

/** A threshold of the candidate's scores that is best by one measure on these rows; null: above all of them. `atHalf`: the measure at 0.5. */
export const BestThreshold = z.object({
  by: z.enum(["f1", "youden", "expected_cost"]),
  threshold: z.number().nullable(),
  value: z.number(),
  atHalf: z.number(),
});
export type BestThreshold = z.infer<typeof BestThreshold>;

/** A parameter, data file or code digest that differs from the baseline's. */
export const Change = z.object({
  what: z.enum(["param", "data", "code", "environment"]),
  name: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  /** Of data. Absent: not known. */
  rows: Before.optional(),
  bytes: Before.optional(),
  /** Of the code. Absent: the two commits are not both in this clone. */
  lines: CodeLines.optional(),
});
export type Change = z.infer<typeof Change>;

/** How the rows of both sides were brought together. */
export const Pairing = z.object({
  mode: z.enum(["paired", "unpaired", "none"]),
  /** Rows both sides scored. */
  rows: z.int().nonnegative(),
  /** Share of the candidate's rows that the baseline scored too, 0 … 1. */
  overlap: z.number(),
  labelsChanged: z.int().nonnegative(),
  /** Of the baseline's rows that were judged, those whose score the candidate's job made. Absent: an older report, or no rows. */
  fromJob: z.int().nonnegative().optional(),
});

/** The judged comparison of a candidate with a baseline, or with an absolute standard for a first model. */
export const EvaluationReport = z.object({
  kind: z.literal("trainyard.evaluation/v1"),
  model: z.string(),
  task: Task,
  verdict: Verdict,
  /** The candidate's bytes are the baseline's: pass, and register returns the version that exists. */
  unchanged: z.boolean(),
  candidate: Side,
  baseline: Side.nullable(),
  /** Why there is no baseline: "never held" (a first model) or "not asked for". */
  noBaseline: z.enum(["never-held", "not-asked"]).nullable(),
  /** Of an alias that was never held although versions are registered: which alias, and the newest version that stands. Absent: there is a baseline, or no version yet. */
  unheld: z.object({ alias: z.string(), newest: z.int().positive() }).optional(),
  data: z.object({ path: z.string(), rows: z.int().nonnegative(), digest: Sha256.nullable() }).nullable(),
  pairing: Pairing,
  /** `reported`: intervals follow from what a metrics file says of its own uncertainty. */
  method: z.object({
    interval: z.enum(["cluster-bootstrap", "cluster-t", "analytic", "bootstrap", "reported", "point"]),
    level: z.number(),
    replicates: z.int().nonnegative(),
    seed: z.int().nonnegative(),
    groups: z.string().nullable(),
    clusters: z.int().nonnegative().nullable(),
  }),
  metrics: z.array(MetricComparison),
  checks: z.array(Check),
  slices: z.array(SliceResult),
  /** Absent: none, or not known. */
  smallSlices: SmallSlices.optional(),
  curves: z.array(Curve),
  /** Of binary scores. Absent: there are none. */
  thresholds: z.array(BestThreshold).optional(),
  /** Rows on which one side is better: with classes, those they decide differently. Null where rows are not paired. */
  flips: Flips.nullable(),
  /** Observed against predicted rate of a binary model. Absent: not known. */
  calibration: Calibration.optional(),
  /** Decisions against the truth, of tasks with classes. Absent: none are known. */
  confusion: Confusion.optional(),
  /** Precision and recall of every class or label follow from these counts. Absent: two classes, none, or an older report. */
  classFigures: ClassFigures.optional(),
  /** What `evaluate.fairness` asks for. Absent: nothing. */
  fairness: z.array(Fairness).optional(),
  /** Where the model is weak: found on one half of the rows, confirmed on the other. Absent: too few rows, or no columns to look into. */
  weakSlices: WeakSlices.optional(),
  changes: z.array(Change),
  /** True when only metrics.json was there: no interval, and no claim of significance. */
  pointOnly: z.boolean(),
  /** Sentences for banners: unpaired, few clusters, fork. */
  notes: z.array(z.string()),
  /** The version margins are also held against, so that small losses do not add up, and whether the candidate is a significant gain on it. Absent: no gate has a margin. */
  anchor: z.object({ version: z.int().positive(), improved: z.boolean() }).optional(),
  /** What else it was held against: baselines beside the first, and the figures against each. Absent: nothing. */
  others: z.array(z.object({ baseline: Side, pairing: Pairing, metrics: z.array(MetricComparison) })).optional(),
  /** Digest of the rows this verdict was given on: their files', else the true values'. Absent: not known. */
  evaluationSet: Sha256.optional(),
  /** Digest of the ids and true values of those rows, in whatever order: the same where only other bytes of their files changed. Absent: rows without ids. */
  rowSet: Sha256.optional(),
  /** How many runs these rows have judged, this one included, and how many they may (`reuse-budget`). Absent: not known. */
  wear: z.object({ runs: z.int().positive(), budget: z.int().positive().nullable() }).optional(),
  /**
   * Runs of one recipe that were judged together: each one's value on the metric of the first gate, and the standard deviation between them. Every figure of the
   * candidate is then the mean over these runs; slices, curves and flipped rows are those of the first, which is the one that can be registered. Absent: one run.
   */
  seeds: z
    .object({
      metric: z.string(),
      runs: z.array(z.object({ run: z.string(), seed: z.int().nullable(), value: z.number() })),
      betweenSd: z.number().nonnegative(),
    })
    .optional(),
  /** Why a pass counts as inconclusive until a maintainer confirms it, as sentences. Absent: it does not. */
  doubts: z.array(z.string()).optional(),
  /** Files the rules stand in that differed from the commit: what they let pass is not registered without an override. Absent: none. */
  rulesUncommitted: z.array(z.string()).optional(),
  /** Bytes of the model's files, and wall seconds of the command that scored the evaluation rows, once each: no more than an impression. Absent: an older report. */
  footprint: z
    .object({
      bytes: z.object({ candidate: z.int().nonnegative(), baseline: z.int().nonnegative().nullable() }),
      scoring: z
        .object({
          rows: z.int().nonnegative(),
          candidate: z.number().nonnegative(),
          baseline: z.number().nonnegative().nullable(),
        })
        .nullable(),
    })
    .optional(),
  trainingSeconds: z.number().nullable(),
  commit: z.string().nullable(),
  at: Timestamp,
  simulatedClock: z.boolean(),
});
export type EvaluationReport = z.infer<typeof EvaluationReport>;

/** File of a run bundle the report stands in. */
export const EVALUATION_FILE = "evaluation.json";
