/** A word of a command line. */
const named = (text: string) => (/^[\w.=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** MODEL@BASELINE, as somebody may have written it already. */
const reference = ({ model, baseline }: { model: string; baseline: string }) =>
  baseline.includes("@") ? baseline : `${model}@${baseline}`;

const columnList = (known: readonly string[]) => `${known.slice(0, 20).join(", ")}${known.length > 20 ? ", …" : ""}`;

/** Refusals of evaluate: input that cannot be judged. A failed gate is a verdict (exit 1), not a refusal. */
export const evaluateRefusals = {
  PREDICTIONS_MISSING: (d: { run: string }) => [
    `Run ${d.run} has no predictions and no metrics to judge.`,
    "Set evaluate.predict, or let the training write the predictions file or metrics.json.",
  ],
  ID_DUPLICATE: (d: { path: string; id: string; rows: number }) => [
    `${d.path}: id ${JSON.stringify(d.id)} stands in more than one row (${d.rows} rows repeat an id).`,
    "Ids must be unique: rows are compared by them.",
  ],
  ID_INEXACT: (d: { path: string; id: string; rows: number }) => [
    `${d.path}: id ${d.id} has more digits than a floating-point number holds (${d.rows} such ${d.rows === 1 ? "row" : "rows"}): what it was before is not known.`,
    "Write ids as whole numbers (int64, not float) or as text.",
  ],
  VALUE_NOT_FINITE: (d: { path: string; column: string; row: number; rows: number }) => [
    `${d.path}: ${d.column} is missing, NaN or infinite in row ${d.row} (${d.rows} such ${d.rows === 1 ? "row" : "rows"}).`,
    /^(?:y_true|label$|target$)/.test(d.column)
      ? "A row without a true value cannot be judged: leave it out of both files until its label has come."
      : /^(?:y_|score|prob|prediction$)/.test(d.column)
        ? "A model that gives no number cannot be judged; repair the scoring."
        : "Give every row a value there: one of its own, where it belongs to no other.",
  ],
  ONE_CLASS: (d: { path: string; value: string }) => [
    `${d.path}: every y_true is ${JSON.stringify(d.value)}; a verdict needs rows of at least two classes.`,
    "Judge on rows that hold both outcomes.",
  ],
  POSITIVE_UNKNOWN: (d: { path: string; column: string; labels: readonly string[] }) => [
    `${d.path}: ${d.column} holds ${d.labels.map((label) => JSON.stringify(label)).join(" and ")}; which of them is the positive outcome is not known.`,
    "Write 1 for the positive outcome and 0 for the other, or name the column of scores y_score.<the positive label>.",
  ],
  LABELS_MISSING: (d: { path: string; nearest?: string | null }) => [
    `${d.path} has no y_true column.${d.nearest == null ? "" : ` Did you mean ${JSON.stringify(d.nearest)}?`}`,
    `Add the true outcome as y_true (or label, target), or name its column: evaluate.columns, or --column ${named(`y_true=${d.nearest ?? "NAME"}`)} with --candidate.`,
  ],
  COLUMNS_MISSING: (d: {
    path: string;
    needs: string;
    labels: boolean;
    /** "y_score=p" for each thing that is missing. */
    names: readonly string[];
    flag: "--column" | "--baseline-column";
    known: readonly string[];
  }) => [
    `${d.path} has no ${d.needs}${d.labels ? ", and no y_true" : ""}. Columns there: ${columnList(d.known)}.`,
    `Say which they are: ${d.names.map((name) => (name === "…" ? name : `${d.flag} ${named(name)}`)).join(" ")}; in a project evaluate.columns says so.`,
  ],
  SCORE_RANGE: (d: {
    path: string;
    column: string;
    value: number;
    /** What the column as a whole looks like; absent or null: neither. */
    like?: "logits" | "percentages" | "rounding" | null;
  }) => [
    `${d.path}: ${d.column} holds ${d.value}; a probability lies between 0 and 1.`,
    d.like === "logits"
      ? "These look like logits: apply a sigmoid (of several classes a softmax) before writing them."
      : d.like === "percentages"
        ? "These look like percentages: divide them by 100."
        : d.like === "rounding"
          ? "They are out by rounding, it seems: cut them off at 0 and 1."
          : "Write probabilities, not logits or percentages; or set task: scores.",
  ],
  WEIGHT_RANGE: (d: { path: string; column: string; value: number }) => [
    d.value === 0
      ? `${d.path}: every weight in ${d.column} is 0.`
      : `${d.path}: ${d.column} holds ${d.value}; a row's weight is 0 or more.`,
    `Correct ${d.column}, or rename it if it does not say how much a row counts.`,
  ],
  TASK_MISMATCH: (d: { path: string; task: string; problem: string }) => [
    `${d.path} does not fit task ${d.task}: ${d.problem}.`,
    "Correct the predictions, or the task: `task` in trainyard.yaml, --task with --candidate.",
  ],
  COSTS_UNFIT: (d: { problem: string }) => [
    `evaluate.costs does not fit these predictions: ${d.problem}.`,
    "Name classes as they stand in y_true; of two classes false_positive and false_negative will do.",
  ],
  COSTS_MISSING: (d: { metric: string }) => [
    `${d.metric} needs to know what wrong decisions cost.`,
    "Set evaluate.costs: { false_positive: 1, false_negative: 5 }, or --cost with --candidate.",
  ],
  METRIC_UNKNOWN: (d: {
    metric: string;
    nearest: string | null;
    /** Another task, of which it is a metric. */
    of: string | null;
    task: string;
    known: readonly string[];
  }) => [
    `"${d.metric}" is not a metric of task ${d.task}${d.of === null ? "" : `, but of ${d.of}`}, and stands in no metrics file.${d.nearest === null ? "" : ` Did you mean "${d.nearest}"?`}`,
    `Known: ${d.known.join(", ")}.`,
  ],
  METRIC_UNCOMPUTED: (d: { metric: string; needs: string }) => [
    `${d.metric} is computed from predictions, and these have no ${d.needs} on both sides. A number in metrics.json does not stand for it.`,
    `Let the scoring write ${d.needs}, or gate on a metric that the predictions give.`,
  ],
  GOAL_UNKNOWN: (d: { metric: string }) => [
    `Is a larger ${d.metric} better or worse? Trainyard does not know this metric.`,
    'Add `goal: maximize` or `goal: minimize` to its gate, or `"goal"` to it in the metrics file.',
  ],
  BASELINE_UNNAMED: (d: { candidate: string }) => [
    `There is nothing to hold ${d.candidate} against: --baseline is missing.`,
    "Name what it has to be as good as: --baseline FILE. With --baseline none its figures are shown alone, which is no verdict: exit 3, with --on-inconclusive warn 0. Gates of your own go in trainyard.yaml: `trainyard init`.",
  ],
  BASELINE_MISSING: (d: { model: string; baseline: string; reason: string }) => [
    `${reference(d)} was held before and is gone: ${d.reason}.`,
    "Point the alias at a version again, or judge without one: --baseline none.",
  ],
  BASELINE_UNSCORED: (d: { baseline: string; problem: string }) => [
    `There are no scores of ${d.baseline} to compare with: ${d.problem}.`,
    "Set evaluate.predict, so that the training scores both sides on the same rows, or judge without a baseline: --baseline none.",
  ],
  BASELINE_UNKNOWN: (d: { model: string; baseline: string }) => [
    `There is no ${reference(d)} to compare with.`,
    "Name a version or alias that exists: `trainyard list`.",
  ],
  MERGE_BASE_MISSING: (d: { model: string; commit: string }) => [
    `No version of ${d.model} was made from a commit that leads to the merge base ${d.commit.slice(0, 7)}.`,
    "Compare with an alias or a version instead, or with none: --baseline none.",
  ],
  POOL_DIFFERS: (d: { run: string; other: string; what: readonly string[] }) => [
    `Run ${d.other} is no other seed of ${d.run}: they differ in ${d.what.join(", ")}.`,
    "Pool runs whose inputs are the same but for the seed: `trainyard train --set seed=N`.",
  ],
  POOL_SAME: (d: { run: string; other: string; seed: number | null }) => [
    d.seed === null
      ? `${d.other} is pooled twice: ${d.run} is the same.`
      : `Runs ${d.run} and ${d.other} have the same seed ${d.seed}: trained again, it says nothing of other seeds.`,
    "Pool each run once, each with a seed of its own.",
  ],
  POOL_ROWS: (d: { run: string; rows: number; of: number; labelsChanged: number }) => [
    d.labelsChanged > 0
      ? `${d.run} was scored on other true values: ${d.labelsChanged} of ${d.of} labels differ.`
      : `${d.run} was not scored on the same rows: ${d.rows} of ${d.of} are found in both.`,
    "Pool runs that were scored on the very same evaluation rows, with ids.",
  ],
  GROUPS_MISSING: (d: { path: string; column: string; nearest?: string | null; known?: readonly string[] }) => [
    `${d.path} has no column ${JSON.stringify(d.column)} to group by.${d.nearest == null ? "" : ` Did you mean ${JSON.stringify(d.nearest)}?`}`,
    `Let the scoring write that column, or correct evaluate.groups, --groups with --candidate.${d.known === undefined ? "" : ` Columns there: ${columnList(d.known)}.`}`,
  ],
} satisfies Record<string, (d: never) => readonly [string, string]>;
