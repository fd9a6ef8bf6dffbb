import { z } from "zod";

export const TrainInputs = z.strictObject({
  model: z
    .string()
    .optional()
    .describe("the model; may be left out when the config has one")
    .meta({ positional: true, placeholder: "MODEL" }),
  set: z
    .array(z.string())
    .default([])
    .describe("vary a parameter for this run: name=value (YAML); may be repeated")
    .meta({ placeholder: "NAME=VALUE", without: "only" }),
  data: z
    .array(z.string())
    .default([])
    .describe("train on these files instead of train.data; globs")
    .meta({ placeholder: "PATH", without: "only" }),
  "evaluate-data": z
    .string()
    .optional()
    .describe("judge on these rows instead of evaluate.data")
    .meta({ placeholder: "PATH" }),
  baseline: z
    .string()
    .optional()
    .describe("score this version too instead of evaluate.baseline; none to score no other")
    .meta({ placeholder: "VERSION|none", surface: "cli" }),
  only: z
    .enum(["predict"])
    .optional()
    .describe("predict: train nothing, score the evaluation rows again with a run's files and the baseline's"),
  environment: z
    .string()
    .optional()
    .describe(
      "score the rows of drift.current with the version that is live here, for drift-check, instead of a run's evaluation rows",
    )
    .meta({ placeholder: "NAME", surface: "action", with: "only" }),
  run: z
    .string()
    .optional()
    .describe("the run to score; default: the model's newest")
    .meta({ placeholder: "ID", with: "only" }),
  bundle: z
    .string()
    .optional()
    .describe("the run of another job: output `bundle` of train")
    .meta({ placeholder: "JSON", surface: "action", with: "only" }),
  reuse: z
    .boolean()
    .default(false)
    .describe(
      "hand on the run that a pull request was judged by, when nothing that decides the result differs; else train. Scores of the baseline of today are made where they are missing",
    )
    .meta({ surface: "action" }),
  "review-workflow": z
    .string()
    .regex(/^[\w.-]+\.ya?ml$/, "the name of a workflow's file, like model-review.yml")
    .default("model-review.yml")
    .describe("with reuse: the workflow whose run of the pull request was judged")
    .meta({ placeholder: "FILE", surface: "action" }),
  reason: z.string().optional().describe("why this run was started; recorded").meta({ placeholder: "TEXT" }),
  "drift-event": z
    .int()
    .positive()
    .optional()
    .describe(
      "the registry event that asked for this retraining; recorded. In a workflow without set and data: trains every candidate it names",
    ),
});
export type TrainInputs = z.output<typeof TrainInputs>;

export const PredictInputs = z.strictObject({
  model: z
    .string()
    .optional()
    .describe("MODEL@VERSION, MODEL@ALIAS")
    .meta({ positional: true, placeholder: "MODEL@VERSION" }),
  run: z.string().optional().describe("score with a run's files instead of a version's").meta({ placeholder: "ID" }),
  data: z.array(z.string()).min(1).describe("the rows to score; globs").meta({ placeholder: "PATH" }),
  out: z.string().describe("the predictions file to write: .parquet, .csv or .jsonl").meta({ placeholder: "FILE" }),
});
export type PredictInputs = z.output<typeof PredictInputs>;
