import { z } from "zod";
import { ColumnNames } from "../data/column-names.ts";
import { AliasName, ModelName } from "../document.ts";
import { Costs } from "./costs.ts";
import { DriftSection } from "./drift-section.ts";
import { Duration } from "./duration.ts";
import { FairnessRule } from "./fairness-rule.ts";
import { Patterns } from "./patterns.ts";
import { Goal, Task } from "./task.ts";
import { unreachable } from "./unreachable-limits.ts";

const Command = z
  .string()
  .min(1)
  .max(10_000)
  .describe("any command, any language; run at the folder of trainyard.yaml");

const Step = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "lower-case letters, digits, `-` and `_`"),
    run: Command,
    inputs: Patterns.default([]).describe("files and folders that decide its result"),
    outputs: Patterns.describe("files and folders it writes"),
  })
  .describe("a command before the training, reused while the content of its inputs is the same");

const Dataset = z.union([
  z.string().min(1),
  z.strictObject({ path: z.string().min(1), keep: z.boolean().default(false).describe("store the bytes too") }),
  z.strictObject({ uri: z.string().min(1), version: z.string().min(1).describe("recorded as claimed, not checked") }),
  z.strictObject({
    dvc: z.string().min(1).describe("a .dvc file; its digest is recorded as claimed unless the data is here to hash"),
  }),
]);
export type Dataset = z.infer<typeof Dataset>;

const Train = z.strictObject({
  run: Command,
  params: z.string().min(1).optional().describe("YAML or JSON file of parameters"),
  "checkpoint-every": z
    .number()
    .positive()
    .optional()
    .describe("on GitHub: minutes between copies of the checkpoint folder, for a machine that dies without a word"),
  seed: z.int().nonnegative().optional().describe("given to the command as TRAINYARD_SEED; default: params.seed"),
  code: Patterns.optional().describe(
    "what counts as its code; default: tracked files except trainyard.yaml, *.md, .github/, data and outputs",
  ),
  env: z
    .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*\*?$/, "a variable name, or a prefix with `*`"))
    .default([])
    .describe("variables the command may see beyond a safe base"),
  steps: z.array(Step).default([]),
  data: z.array(Dataset).default([]).describe("data files; hashed"),
  outputs: Patterns.describe("files the training writes; all but predictions and metrics.json are the model"),
});

const gateShape = {
  metric: z.string().min(1),
  goal: Goal.optional().describe("needed for a metric Trainyard does not know"),
  alpha: z.number().gt(0).lt(0.5).optional().describe("two-sided; default 0.05, that is 95 % intervals"),
  severity: z.enum(["fail", "warn", "info"]).default("fail"),
  mode: z.enum(["ci", "point"]).default("ci").describe("`point` compares point values and is marked so everywhere"),
};
export const Gate = z
  .strictObject({
    ...gateShape,
    "improve-by": z
      .number()
      .nonnegative()
      .optional()
      .describe("pass when the whole interval of the gain is above this"),
    margin: z
      .number()
      .nonnegative()
      .optional()
      .describe("pass when the whole interval of the gain is above minus this"),
    "margin-rel": z.number().nonnegative().optional().describe("the same, as a share of the baseline's value"),
    min: z.number().optional().describe("pass when the candidate's whole interval is at or above this"),
    max: z.number().optional().describe("pass when the candidate's whole interval is at or below this"),
    slices: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe("columns in no value of which the metric may be significantly worse than this gate allows (Holm)"),
  })
  .refine(
    (gate) =>
      [gate["improve-by"], gate.margin, gate["margin-rel"], gate.min, gate.max].filter((limit) => limit !== undefined)
        .length === 1,
    {
      message: "exactly one of improve-by, margin, margin-rel, min, max",
    },
  )
  .refine((gate) => gate.slices === undefined || (gate.min === undefined && gate.max === undefined), {
    message: "slices go with improve-by, margin or margin-rel: they are held against the baseline",
    path: ["slices"],
  });
export type Gate = z.output<typeof Gate>;

const Evaluate = z.strictObject({
  data: z.string().min(1).optional().describe("rows the verdict is given on; `predict` must score every one"),
  predict: Command.optional().describe(
    "scores rows with a model's files; then candidate and baseline are scored on the same rows",
  ),
  predictions: z
    .string()
    .min(1)
    .default("predictions.parquet")
    .describe(
      "the ending says the format: .parquet, .csv or .jsonl (`init` writes predictions.csv, which needs no library); id, y_true (of two classes 1 is the positive one, 0 the other), y_score and columns to slice or group by",
    ),
  columns: ColumnNames.default({}).describe(
    "what the columns of the predictions are called, by what they are: { y_true: delayed, y_score: p }; rows are weighted only by the sample_weight named here",
  ),
  groups: z.string().min(1).optional().describe("rows of one group stand or fall together; intervals cluster by it"),
  slices: z.array(z.string().min(1)).default([]).describe("columns to look into"),
  costs: Costs.optional().describe(
    "what wrong decisions cost, for the metric expected_cost: { false_positive: 1, false_negative: 5 }, or for each true class and decided class a number",
  ),
  metrics: z
    .array(z.string().min(1))
    .default([])
    .describe("metrics to show besides the usual ones and those gates name: f1, precision@100"),
  baseline: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1).max(8)])
    .default("production")
    .describe(
      "an alias, a version, or merge-base; of a list the gates must pass against each, and the report is about the first; register takes a verdict only against what this is then",
    ),
  "trained-rows": z
    .enum(["fail", "warn"])
    .default("fail")
    .describe("when evaluation rows were trained on: `warn` only says so, where that is meant"),
  "stale-after": Duration.default("180d").describe("from this age on a baseline is said to be old"),
  "reuse-budget": z
    .int()
    .positive()
    .optional()
    .describe(
      "runs that the same evaluation rows may judge: each gate's alpha is divided by it, and beyond it nothing passes",
    ),
  gates: z
    .array(Gate)
    .min(1, "at least one gate; leave `gates` out for the default")
    .optional()
    .describe("complete when given; default: margin-rel 0.02 on the task's loss"),
  fairness: z
    .array(FairnessRule)
    .default([])
    .describe("metrics to hold alike between the groups of a sensitive column"),
  alpha: z.number().gt(0).lt(0.5).default(0.05),
  "on-inconclusive": z.enum(["fail", "warn"]).default("fail"),
});

const Environment = z.strictObject({
  target: z.enum(["directory"]).describe("directory: versions/DIGEST and an atomic `current` symlink"),
  path: z.string().min(1),
  after: AliasName.optional().describe("the environment a version must have been live in before"),
  keep: z.int().positive().default(3).describe("versions left in the folder"),
  smoke: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }),
      request: z.string().min(1).describe("a file among the model's own files: path, request, response, tolerance"),
      timeout: z.number().positive().default(30).describe("seconds until the server must name the activated digest"),
    })
    .optional(),
});

export const ModelConfig = z.strictObject({
  task: Task.default("binary"),
  train: Train,
  evaluate: Evaluate.prefault({}),
  deploy: z.record(AliasName, Environment).default({}),
  drift: DriftSection.optional(),
});
export type ModelConfig = z.output<typeof ModelConfig>;

/** trainyard.yaml. Strict: a key it does not know is a mistake, and the nearest right one is offered. */
export const Config = z.strictObject({
  $schema: z.string().optional(),
  store: z.string().min(1).default(".trainyard").describe("where runs and bytes live on this machine"),
  models: z
    .record(ModelName, ModelConfig)
    .refine((models) => Object.keys(models).length > 0, "at least one model")
    .superRefine((models, { addIssue }) => {
      for (const [name, { task, evaluate }] of Object.entries(models))
        for (const [at, gate] of (evaluate.gates ?? []).entries())
          for (const { limit, message } of unreachable(gate, task))
            addIssue({ code: "custom", message, path: [name, "evaluate", "gates", at, limit] });
    }),
});
export type Config = z.output<typeof Config>;
