import { constants } from "node:fs";
import { access, appendFile, readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { writeNewFile } from "@trainyard/backends";
import { Config, jsonSchemaText, ModelName, Task, TrainyardError, z } from "@trainyard/core";
import { command } from "../command.ts";

export const InitInputs = z.strictObject({
  model: z
    .string()
    .optional()
    .describe("name of the model; default: the folder's name")
    .meta({ positional: true, placeholder: "MODEL" }),
  task: Task.default("binary").describe("what it predicts"),
  run: z
    .string()
    .optional()
    .describe("the training command; default: what train.py, train.R or train.sh suggest")
    .meta({ placeholder: "COMMAND" }),
  data: z.array(z.string()).default([]).describe("training data; may be repeated").meta({ placeholder: "PATH" }),
  output: z
    .array(z.string())
    .default([])
    .describe("a file the training writes; may be repeated; default: model.onnx")
    .meta({ placeholder: "PATH" }),
});

export const init = command({
  about:
    "Looks at the folder, writes trainyard.yaml with what it finds, and trainyard.schema.json beside it, so that editors complete and check the config.\nIn a git repository it adds what trainings write to .gitignore. It overwrites nothing. The lines to think about are the gates: they say what a better model is.",
  examples: [
    ["trainyard init churn --run 'python train.py' --output model.pkl", "a model named churn"],
    ["trainyard init", "asks nothing; edit the file afterwards"],
  ],
  inputs: InitInputs,
  stops: false,
  async run(inputs, { folder }) {
    const model = inputs.model ?? nameFrom(basename(folder));
    const name = ModelName.safeParse(model);
    if (!name.success)
      throw new TrainyardError("NAME_INVALID", {
        what: "a model",
        name: model,
        rule: name.error.issues[0]?.message ?? "it is not valid",
      });
    const found = await readdir(folder);
    const outputs = inputs.output.length > 0 ? inputs.output : ["model.onnx"];
    const text = configText({
      model,
      task: inputs.task,
      run: inputs.run ?? commandFor(found),
      params: found.find((file) => /^params\.(ya?ml|json)$/.test(file)) ?? null,
      data: inputs.data,
      outputs,
      predict: found.includes("predict.py") ? "python predict.py" : null,
      predictions: PREDICTIONS,
      serving: SERVING,
    });
    const files = [
      { path: "trainyard.yaml", text },
      {
        path: "trainyard.schema.json",
        text: jsonSchemaText(Config, "input", "trainyard.yaml"),
      },
    ];
    for (const file of files)
      if (await exists(join(folder, file.path))) throw new TrainyardError("FILE_EXISTS", { path: file.path });
    for (const file of files) await writeNewFile(join(folder, file.path), file.text);
    const made = [...outputs, PREDICTIONS, "metrics.json", `${SERVING}/`];
    const names = files.map((file) => file.path);
    if (await ignore(folder, made)) names.push(".gitignore");
    return {
      json: { model, files: names },
      text: `Wrote ${names.slice(0, -1).join(", ")} and ${names.at(-1)}.\nNext: read the lines marked with "←", commit, then: trainyard train`,
      exit: 0,
    };
  },
});

const PREDICTIONS = "predictions.csv";
const SERVING = "serving";

/**
 * Adds a section to .gitignore with those paths that no line of it names, so that what a training writes is no change to its code.
 * @returns Whether it was written: false outside a git repository, and where nothing is missing.
 */
async function ignore(folder: string, paths: readonly string[]): Promise<boolean> {
  if (!(await isInRepository(folder))) return false;
  const file = join(folder, ".gitignore");
  const before = (await exists(file)) ? await readFile(file, "utf8") : "";
  const plain = (line: string) => line.trim().replace(/^(?:\.?\/)+|\/+$/g, "");
  const named = new Set(before.split("\n").map(plain));
  const missing = new Set(
    paths.filter((path) => !named.has(plain(path))).map((path) => `/${path.replace(/^(?:\.\/)+/, "")}`),
  );
  if (missing.size === 0) return false;
  const gap = before === "" ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  await appendFile(file, `${gap}# what trainings write\n${[...missing].join("\n")}\n`);
  return true;
}

/** A worktree and a submodule have a file named .git, all others a folder. */
async function isInRepository(folder: string): Promise<boolean> {
  if (await exists(join(folder, ".git"))) return true;
  const above = dirname(folder);
  return above !== folder && isInRepository(above);
}

function nameFrom(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "")
    .replace(/\.{2,}/g, ".")
    .slice(0, 63);
  return name === "" ? "model" : name;
}

function commandFor(found: readonly string[]): string {
  if (found.includes("train.py")) return "python train.py";
  if (found.includes("train.R")) return "Rscript train.R";
  if (found.includes("train.sh")) return "bash train.sh";
  return "python train.py";
}

async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}

interface Found {
  readonly model: string;
  readonly task: string;
  readonly run: string;
  readonly params: string | null;
  readonly data: readonly string[];
  readonly outputs: readonly string[];
  readonly predict: string | null;
  readonly predictions: string;
  readonly serving: string;
}

/** A config people can read aloud: what was found is filled in, what must be decided is marked. */
function configText(found: Found): string {
  const list = (items: readonly string[]) => `[${items.map((item) => JSON.stringify(item)).join(", ")}]`;
  const [metric, standard] = (
    { binary: ["roc_auc", "min: 0.6"], multiclass: ["accuracy", "min: 0.5"], regression: ["r2", "min: 0"] } as Record<
      string,
      [string, string]
    >
  )[found.task] ?? ["score", "min: 0"];
  const loss =
    found.task === "regression" ? "rmse" : found.task === "ranking" || found.task === "scores" ? metric : "log_loss";
  return [
    "# yaml-language-server: $schema=trainyard.schema.json",
    "models:",
    `  ${found.model}:`,
    `    task: ${found.task}`,
    "    train:",
    `      run: ${JSON.stringify(found.run)}`,
    ...(found.params === null ? [] : [`      params: ${found.params}`]),
    ...(found.data.length === 0
      ? ["      # data: [data/train.parquet]          # ← hashed, so that a run says which data made it"]
      : [`      data: ${list(found.data)}`]),
    `      outputs: ${list(found.outputs)}${found.outputs[0] === "model.onnx" ? "   # ← the files your training writes; add metrics.json if it writes one" : ""}`,
    "    evaluate:",
    "      # data: data/evaluate.parquet       # ← rows the verdict is given on",
    found.predict === null
      ? "      # predict: python predict.py        # scores rows with a model's files, so that old and new are judged on the same rows"
      : `      predict: ${found.predict}`,
    `      predictions: ${found.predictions}        # id, y_true, y_score and columns to slice or group by`,
    "      # groups: date                      # rows of one group stand or fall together",
    "      gates:                              # ← what a better model is",
    `        - { metric: ${loss}, improve-by: 0 }   # better than production, beyond noise`,
    `        - { metric: ${metric}, ${standard} }       # an absolute standard; a first model needs one`,
    "    deploy:",
    `      production: { target: directory, path: ${found.serving}/production }`,
    "",
  ].join("\n");
}
