/** What a first config is written from. */
export interface FirstConfig {
  readonly model: string;
  readonly task: string;
  readonly run: string;
  readonly params: string | null;
  readonly data: readonly string[];
  readonly outputs: readonly string[];
  readonly predict: string | null;
  readonly evaluateData: string | null;
  readonly predictions: string;
  readonly serving: string;
  /** A release of the workflows goes to staging first. */
  readonly staging: boolean;
}

const STANDARDS: Readonly<Record<string, readonly [metric: string, limit: string]>> = {
  binary: ["roc_auc", "min: 0.6"],
  multiclass: ["accuracy", "min: 0.5"],
  multilabel: ["f1_macro", "min: 0.5"],
  regression: ["r2", "min: 0"],
};

/** A config people can read aloud: what was found is filled in, what must be decided is marked. */
export function firstConfig(found: FirstConfig): string {
  const list = (items: readonly string[]) => `[${items.map((item) => JSON.stringify(item)).join(", ")}]`;
  const [metric, standard] = STANDARDS[found.task] ?? ["score", "min: 0"];
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
    found.evaluateData === null
      ? "      # data: data/evaluate.parquet       # ← rows the verdict is given on"
      : `      data: ${JSON.stringify(found.evaluateData)}       # ← rows the verdict is given on`,
    found.predict === null
      ? "      # predict: python predict.py        # scores rows with a model's files, so that old and new are judged on the same rows"
      : `      predict: ${found.predict}`,
    `      predictions: ${found.predictions}        # its ending says the format: .csv, .jsonl or .parquet; id, y_true, y_score and columns to slice or group by`,
    "      # groups: date                      # rows of one group stand or fall together",
    "      gates:                              # ← what a better model is",
    `        - { metric: ${loss}, improve-by: 0 }   # better than production, beyond noise`,
    `        - { metric: ${metric}, ${standard} }       # an absolute standard; a first model needs one`,
    "    deploy:",
    ...(found.staging
      ? [
          `      staging: { target: directory, path: ${found.serving}/staging }`,
          `      production: { target: directory, path: ${found.serving}/production, after: staging }`,
        ]
      : [`      production: { target: directory, path: ${found.serving}/production }`]),
    "",
  ].join("\n");
}
