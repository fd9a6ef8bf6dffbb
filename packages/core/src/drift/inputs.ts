import { z } from "zod";

export const DriftInputs = z.strictObject({
  model: z
    .string()
    .optional()
    .describe("the model; may be left out when the config has one")
    .meta({ positional: true, placeholder: "MODEL", without: "reference" }),
  environment: z
    .string()
    .default("production")
    .describe("whose live version is the reference")
    .meta({ placeholder: "NAME", without: "reference" }),
  current: z
    .array(z.string())
    .default([])
    .describe("look at these files instead of drift.current; globs")
    .meta({ placeholder: "PATH" }),
  scores: z
    .string()
    .optional()
    .describe(
      "scores of the current rows: output `scores` of train; default: what this workflow run handed on of the model",
    )
    .meta({ placeholder: "JSON", surface: "action" }),
  reference: z
    .string()
    .optional()
    .describe("compare with this table or profile, without a project")
    .meta({ placeholder: "FILE", surface: "cli" }),
  "on-drift": z
    .enum(["report", "issue", "retrain"])
    .optional()
    .describe("what drift leads to, instead of drift.on-drift")
    .meta({ without: "reference" }),
  "retrain-workflow": z
    .string()
    .regex(/^[\w.-]+\.ya?ml$/, "the name of a workflow's file, like retrain.yml")
    .default("retrain.yml")
    .describe("the workflow that a retraining starts")
    .meta({ placeholder: "FILE", surface: "action" }),
  "fail-on": z.enum(["drift", "data-broken"]).default("data-broken").describe("drift: exit 1 on drift too"),
  report: z
    .array(z.string().regex(/\.(html|md|json)$/, "a name that ends in .html, .md or .json"))
    .default([])
    .describe("write the report here: .html with pictures, .md or .json; may be repeated")
    .meta({ placeholder: "FILE.html" }),
});
export type DriftInputs = z.output<typeof DriftInputs>;
