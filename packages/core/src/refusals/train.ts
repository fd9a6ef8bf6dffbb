import { visibleText } from "../escape.ts";

/** Refusals of train, predict and run bundles. A training that ran and failed is a verdict (exit 1), not a refusal. */
export const trainRefusals = {
  GIT_MISSING: (d: { problem: string }) => [
    `git could not be started: ${d.problem}.`,
    "Install git 2.34 or newer and make sure it is on PATH.",
  ],
  NO_REPOSITORY: (d: { folder: string }) => [
    `${d.folder} is not inside a git repository.`,
    "Run `git init` and commit your code: a model is known by the code that made it.",
  ],
  REPOSITORY_UNTRUSTED: (d: { folder: string; problem: string }) => [
    `Git does not trust the repository of ${d.folder}, because somebody else owns it: ${d.problem}.`,
    "If you trust it: `git config --global --add safe.directory FOLDER`, with the folder that git names.",
  ],
  NO_COMMIT: (d: { folder: string }) => [
    `The repository at ${d.folder} has no commit yet.`,
    "Commit your code first: `git add -A && git commit -m 'first version'`.",
  ],
  BASE_UNKNOWN: (d: { base: string | null }) => [
    d.base === null
      ? "There is no main branch here to compare with."
      : `There is no commit ${JSON.stringify(d.base)} in this clone to compare with, or nothing joins it with HEAD.`,
    "Name one with base; in a workflow, check out with `fetch-depth: 0`, so that the clone has it.",
  ],
  COMMAND_NOT_FOUND: (d: { command: string; step: string }) => [
    `Step "${d.step}": ${d.command} was not found.`,
    "Check the spelling and PATH (a virtual environment must be active).",
  ],
  RUN_UNKNOWN: (d: { run: string; known: readonly string[] }) => [
    `There is no run "${d.run}" here.`,
    d.known.length === 0 ? "Train first: `trainyard train`." : `Newest runs: ${d.known.join(", ")}.`,
  ],
  RUN_AMBIGUOUS: (d: { run: string; matches: readonly string[] }) => [
    `"${d.run}" is not the whole id of a run; it begins ${d.matches.slice(0, 5).join(", ")}${d.matches.length > 5 ? ", …" : ""}.`,
    "Write more of the id.",
  ],
  NO_RUN: (d: { model: string }) => [`${d.model} has no run yet.`, "Train first: `trainyard train`."],
  RUN_UNFINISHED: (d: {
    run: string;
    status: string;
    /** The newest run that succeeded, where the newest of all was asked for. */
    good?: string | null;
    /** Where its training succeeded and only its scoring did not: the model. */
    unscored?: string | null;
  }) => [
    d.unscored == null
      ? `Run ${d.run} is ${d.status}; only a succeeded run can be used.`
      : `Run ${d.run} is trained, but its scoring failed; only a run with its scores can be used.`,
    `${
      d.unscored == null
        ? "Train again, and read the run's log for the reason."
        : `Fix predict, then: trainyard train ${d.unscored} --only predict --run ${d.run}`
    }${d.good == null ? "" : ` Or use the newest that succeeded: --run ${d.good}`}`,
  ],
  RUN_UNCOMMITTED: (d: { run: string; files: readonly string[]; rules?: boolean }) => {
    const files = `${d.files.slice(0, 10).join(", ")}${d.files.length > 10 ? ", …" : ""}`;
    return d.rules === true
      ? [
          `Run ${d.run} was judged by rules that are not committed: ${files}. It may be compared, not registered.`,
          'Commit them and evaluate again; or say why: --override --reason "…".',
        ]
      : [
          `Run ${d.run} used uncommitted files: ${files}. It may be compared, never registered.`,
          "Commit them, or name in .gitignore what is no code, and train again.",
        ];
  },
  RUN_BUSY: (d: { model: string; owner: string }) => [
    `Another process is training ${d.model} here (${d.owner}).`,
    "Wait for it to end, or stop it.",
  ],
  RUN_LEFT_BEHIND: (d: { model: string; pid: number }) => [
    `An earlier training of ${d.model} was cut off and its command still runs (process ${d.pid}); it would write over this one's outputs.`,
    `Wait for it to end, or end it and all it started: kill -- -${d.pid}`,
  ],
  OUTPUT_LINK: (d: { path: string; target: string }) => [
    `Output ${d.path} is a symlink out of the project (${d.target}).`,
    "Write a plain file there.",
  ],
  METRICS_INVALID: (d: { path: string; field: string; problem: string }) => [
    `${d.path}: ${visibleText(d.field, 200)} ${visibleText(d.problem, 200)}.`,
    "Write numbers as {name: number}, or with their uncertainty as {name: {value, se}}: docs/your-code.md lists the forms.",
  ],
  PREDICT_MISSING: (d: { model: string }) => [
    `models.${d.model}.evaluate.predict is not set, so rows cannot be scored.`,
    "Add the command that scores rows with a model's files.",
  ],
  PREDICT_FAILED: (d: { problem: string; tail: readonly string[] }) => [
    `Scoring did not work: ${d.problem}${d.tail.length === 0 ? "" : `\n${d.tail.join("\n")}`}`,
    "Run the command of evaluate.predict by hand with TRAINYARD_MODEL_DIR, TRAINYARD_DATA and TRAINYARD_PREDICTIONS set.",
  ],
  BUNDLE_INVALID: (d: { path: string; problem: string }) => [
    `${d.path} is not a run bundle: ${d.problem}.`,
    "Hand over the folder `trainyard train` wrote, unchanged.",
  ],
} satisfies Record<string, (d: never) => readonly [string, string]>;
