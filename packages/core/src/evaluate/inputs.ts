import { z } from "zod";
import { Task } from "../config/task.ts";

export const EvaluateInputs = z.strictObject({
  model: z.string().optional().describe("the model; may be left out when the config has one").meta({
    positional: true,
    placeholder: "MODEL",
    without: "candidate",
    instead: "Leave it out; a file to compare with goes after --baseline.",
  }),
  run: z
    .string()
    .optional()
    .describe("the run to judge; default: the model's newest")
    .meta({ placeholder: "ID", without: "candidate" }),
  bundle: z
    .string()
    .optional()
    .describe("the run of another job: output `bundle` of train; default: every run this workflow run handed on")
    .meta({ placeholder: "JSON", surface: "action" }),
  models: z
    .string()
    .optional()
    .describe(
      "the models that were to be trained: output `matrix` of plan; each of them without a run fails the check, none at all makes it neutral",
    )
    .meta({ placeholder: "JSON", surface: "action" }),
  pool: z
    .array(z.string())
    .default([])
    .describe(
      "a run (with candidate: a file) of the same recipe with another seed, judged together with the first; may be repeated",
    )
    .meta({ placeholder: "ID|FILE", surface: "cli" }),
  baseline: z
    .array(z.string())
    .default([])
    .describe(
      "compare with this version, alias, merge-base, file (with --candidate) or none; may be repeated, then the report is about the first",
    )
    .meta({ placeholder: "VERSION|FILE|none", surface: "cli" }),
  candidate: z
    .string()
    .optional()
    .describe("judge this predictions file against --baseline, without a project; against none its figures are shown")
    .meta({ placeholder: "FILE", surface: "cli" }),
  task: Task.optional()
    .describe("what the predictions are; default: told from the columns")
    .meta({ surface: "cli", with: "candidate", setting: "task" }),
  groups: z
    .string()
    .optional()
    .describe("column to cluster intervals by, or none; default: one called group")
    .meta({ placeholder: "COLUMN", surface: "cli", with: "candidate", setting: "evaluate.groups" }),
  column: z
    .array(z.string())
    .default([])
    .describe("what a column is called, in both files: y_true=delayed; may be repeated")
    .meta({ placeholder: "ROLE=NAME", surface: "cli", with: "candidate", setting: "evaluate.columns" }),
  "baseline-column": z
    .array(z.string())
    .default([])
    .describe("the same for the baseline's file, where its columns are called otherwise; may be repeated")
    .meta({ placeholder: "ROLE=NAME", surface: "cli", with: "candidate", setting: "evaluate.columns" }),
  metric: z
    .array(z.string())
    .default([])
    .describe("metric to show besides the usual ones; may be repeated")
    .meta({ placeholder: "NAME", surface: "cli", with: "candidate", setting: "evaluate.metrics" }),
  cost: z
    .array(z.string())
    .default([])
    .describe("what a wrong decision costs, as in false_negative=5; may be repeated")
    .meta({ placeholder: "KIND=COST", surface: "cli", with: "candidate", setting: "evaluate.costs" }),
  slice: z
    .array(z.string())
    .default([])
    .describe("column to look into; may be repeated")
    .meta({ placeholder: "COLUMN", surface: "cli", with: "candidate", setting: "evaluate.slices" }),
  "on-inconclusive": z
    .enum(["fail", "warn"])
    .optional()
    .describe("fail: an inconclusive verdict exits 3; warn: it exits 0"),
  report: z
    .array(z.string().regex(/\.(html|md|json|xml|svg)$/, "a name that ends in .html, .md, .json, .xml or .svg"))
    .default([])
    .describe(
      "write the report here: .html with pictures, .md, .json, .xml for JUnit or .svg for a badge; may be repeated",
    )
    .meta({ placeholder: "FILE.html" }),
});
export type EvaluateInputs = z.output<typeof EvaluateInputs>;
