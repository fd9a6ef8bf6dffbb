import { chooseWorkflows, plainBranch, runnerLabels, workflowNames } from "@trainyard/backends/verbs/init";
import { ModelName, Task, TrainyardError, z } from "@trainyard/core";

export const InitInputs = z.strictObject({
  model: z
    .string()
    .optional()
    .describe("name of the model; default: the folder's name")
    .meta({ positional: true, placeholder: "MODEL" }),
  task: Task.optional().describe("what it predicts; default: binary"),
  run: z
    .string()
    .optional()
    .describe("the training command; default: what train.py, train.R or train.sh suggest")
    .meta({ placeholder: "COMMAND" }),
  data: z
    .array(z.string())
    .default([])
    .describe("training data; may be repeated; default: a table data/train…")
    .meta({ placeholder: "PATH" }),
  output: z
    .array(z.string())
    .default([])
    .describe("a file the training writes; may be repeated; default: model.onnx")
    .meta({ placeholder: "PATH" }),
  workflows: z.boolean().default(false).describe("write workflows into .github/workflows too"),
  workflow: z
    .array(z.string())
    .default([])
    .describe(`only this one; may be repeated: ${workflowNames.join(", ")}`)
    .meta({ placeholder: "NAME" }),
  runner: z
    .string()
    .optional()
    .describe("labels of the runner that trains; default: self-hosted,gpu, to be chosen in the files")
    .meta({ placeholder: "LABELS" }),
  "deploy-runner": z
    .string()
    .optional()
    .describe("labels of the runner that deploys and sees production's data; never one that trains")
    .meta({ placeholder: "LABELS" }),
  branch: z
    .string()
    .optional()
    .describe("the branch that pull requests are merged into; default: as origin says")
    .meta({ placeholder: "NAME" }),
  public: z
    .boolean()
    .optional()
    .describe("strangers may open pull requests; the default. --public=false leaves their workflow out"),
  yes: z.boolean().default(false).describe("ask nothing, take the defaults"),
});
export type InitInputs = z.output<typeof InitInputs>;

/** What the flags mean, each looked at before a file is written. @throws NAME_INVALID, INPUT_INVALID */
export function checkedInit(inputs: InitInputs) {
  const { model } = inputs;
  const name = ModelName.safeParse(model ?? "model");
  if (!name.success) {
    const rule = name.error.issues[0]?.message ?? "it is not valid";
    throw new TrainyardError("NAME_INVALID", { what: "a model", name: String(model), rule });
  }
  const labels = (flag: "runner" | "deploy-runner") => {
    const text = inputs[flag];
    return text === undefined ? null : runnerLabels(`--${flag}`, text);
  };
  return {
    model,
    workflows:
      inputs.workflows || inputs.workflow.length > 0 ? chooseWorkflows(inputs.workflow, inputs.public ?? null) : [],
    fill: {
      branch: inputs.branch === undefined ? null : plainBranch(inputs.branch),
      runner: labels("runner"),
      deployRunner: labels("deploy-runner"),
    },
  };
}
