import { z } from "zod";
import { Interval } from "../check/check.ts";
import { Task } from "../config/task.ts";
import { DatasetRef } from "../data/dataset.ts";
import { Params } from "../data/params.ts";
import { Actor, FileRef, ObjectId, RelativePath, Sha256, Timestamp } from "../document.ts";
import { RowOverlap } from "./trained-rows.ts";

/** A number the training reported. `goal` says which way is better, null when nobody said. What it knows of the number's uncertainty is absent where it says nothing. */
export const Metric = z.object({
  name: z.string(),
  value: z.number(),
  goal: z.enum(["maximize", "minimize"]).nullable(),
  split: z.string().nullable(),
  unit: z.string().nullable(),
  /** Independent rows or groups behind it. */
  n: z.int().positive().optional(),
  /** Standard error, in the metric's unit. */
  se: z.number().nonnegative().optional(),
  /** Two-sided interval; at `level`, 0.95 where that is absent. */
  ci: Interval.optional(),
  level: z.number().gt(0).lt(1).optional(),
  /** The metric on each fold or seed, at most 10,000; `value` is their mean. */
  samples: z.array(z.number()).min(2).max(10_000).optional(),
});
export type Metric = z.infer<typeof Metric>;

/** Everything that decides what a training makes. Its canonical JSON is hashed into `digest`: equal inputs, equal run. */
export const RunInputs = z.object({
  model: z.string(),
  command: z.string(),
  steps: z.array(
    z.object({ name: z.string(), command: z.string(), inputs: z.array(z.string()), outputs: z.array(z.string()) }),
  ),
  /** Tree digest over the files `train.code` names. */
  code: Sha256,
  params: Params,
  seed: z.int().nullable(),
  data: z.array(z.object({ path: z.string(), digest: z.string() })),
  /** Evaluation rows count only where there is no `predict`: else they do not change the model. */
  evaluationData: z.array(z.object({ path: z.string(), digest: z.string() })),
  lockFiles: z.array(z.object({ path: z.string(), digest: Sha256 })),
  outputs: z.array(z.string()),
});
export type RunInputs = z.infer<typeof RunInputs>;

export const RunStatus = z.enum(["succeeded", "failed", "interrupted"]);
export type RunStatus = z.infer<typeof RunStatus>;

/** Why a run did not succeed. `logTail` is the last 20 lines the command printed, as they were. */
export const Failure = z.object({
  class: z.enum([
    "exit",
    "signal",
    "outputs-missing",
    "output-invalid",
    "metric-invalid",
    "predictions-invalid",
    "cancelled",
    "out-of-memory",
  ]),
  step: z.string(),
  message: z.string(),
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  logTail: z.array(z.string()),
});
export type Failure = z.infer<typeof Failure>;

/** One command of a run. A run is a list of steps; without `train.steps` it is one, `train`, and `predict` after it where there is one. */
export const StepRecord = z.object({
  name: z.string(),
  command: z.string(),
  status: z.enum(["done", "reused", "failed", "interrupted"]),
  /** The run whose outputs were used again, when the content of every input was the same. */
  reusedFrom: z.string().nullable(),
  inputsDigest: Sha256.nullable(),
  /** What it left: digest of the sorted list of files, how many, how many bytes. */
  outputs: z.object({ digest: Sha256, files: z.int().nonnegative(), size: z.int().nonnegative() }).nullable(),
  startedAt: Timestamp,
  seconds: z.number().nonnegative(),
});
export type StepRecord = z.infer<typeof StepRecord>;

/** Scores of one model on the evaluation rows, as a file of the bundle. */
export const ScoredRows = z.object({
  file: FileRef,
  rows: z.int().nonnegative(),
  /** `candidate`, or the version scored: "production v1". */
  of: z.string(),
  version: z.int().positive().nullable(),
  rootDigest: Sha256.nullable(),
  /** The commit whose code scored them. Absent: the candidate's. */
  code: z.object({ commit: ObjectId }).optional(),
  /** Wall seconds of the command that scored them. Absent: not measured. */
  seconds: z.number().nonnegative().optional(),
});
export type ScoredRows = z.infer<typeof ScoredRows>;

/** One training run: everything needed to audit it and to run it again. */
export const RunRecord = z.object({
  kind: z.literal("trainyard.run/v1"),
  id: z.string().regex(/^[0-9a-z][0-9a-z-]{3,63}$/),
  model: z.string(),
  task: Task,
  status: RunStatus,
  failure: Failure.nullable(),
  inputs: RunInputs,
  inputsDigest: Sha256,
  code: z.object({
    commit: ObjectId,
    /** The pull request's own head; its merge commit vanishes. Equal to commit elsewhere. */
    headCommit: ObjectId,
    tree: ObjectId,
    branch: z.string().nullable(),
    /** Paths of the project changed against the commit; such a run may be compared, never registered. */
    uncommitted: z.array(z.string()),
  }),
  trigger: z.object({ event: z.string(), reason: z.string().nullable(), driftEvent: z.int().nullable() }),
  actor: Actor,
  steps: z.array(StepRecord),
  datasets: z.array(DatasetRef),
  /** Declared outputs, predictions and metrics.json included, as files of the bundle below `outputs/`. */
  outputs: z.array(FileRef),
  /** The outputs without predictions and metrics.json: what a version consists of. Sorted by path. */
  modelFiles: z.array(FileRef),
  /** OMS root digest of modelFiles; null when the run did not succeed. */
  rootDigest: Sha256.nullable(),
  metrics: z.array(Metric),
  /** `baselineProblem`: why the baseline has no scores, or why its own code made them. */
  predictions: z
    .object({
      candidate: ScoredRows,
      baseline: ScoredRows.nullable(),
      baselineProblem: z.string().nullable(),
      /** Baselines beside the first, each as `evaluate.baseline` calls it. Absent: there are none. */
      others: z
        .array(z.object({ asked: z.string(), rows: ScoredRows.nullable(), problem: z.string().nullable() }))
        .optional(),
    })
    .nullable(),
  /** Evaluation rows that were trained on. Absent: not looked at, because either data are no tables or have no column in common. */
  overlap: RowOverlap.optional(),
  /** Files of the bundle: profile of the training rows, the evaluation rows, the candidate's predictions. */
  profiles: z.object({
    training: FileRef.nullable(),
    evaluation: FileRef.nullable(),
    predictions: FileRef.nullable(),
    /** A sample of the training rows by hash, for evaluation rows that are scored later. It stays in the bundle. */
    trainedRows: FileRef.optional(),
  }),
  environment: z.object({
    os: z.string(),
    arch: z.string(),
    python: z.string().nullable(),
    lockFiles: z.array(FileRef),
    /** Names of the variables the command could see beyond the safe base; never their values. */
    variables: z.array(z.string()),
  }),
  hardware: z.object({
    cpu: z.string(),
    cores: z.int().positive(),
    memoryBytes: z.int().positive(),
    gpus: z.array(z.object({ name: z.string(), memoryBytes: z.int().nullable(), driver: z.string().nullable() })),
  }),
  log: z.object({ path: RelativePath, size: z.int().nonnegative() }).nullable(),
  startedAt: Timestamp,
  endedAt: Timestamp,
  /** Wall seconds of the whole run. */
  seconds: z.number().nonnegative(),
  /** True when TRAINYARD_NOW set the clock: instants are then told, not measured. */
  simulatedClock: z.boolean(),
  tool: z.string(),
});
export type RunRecord = z.infer<typeof RunRecord>;

/** True when the model was trained and only its scoring went wrong: then nothing needs to be trained again. */
export function onlyScoringFailed({
  status,
  failure,
  modelFiles,
}: Pick<RunRecord, "status" | "failure" | "modelFiles">): boolean {
  return status === "failed" && failure?.step === "predict" && modelFiles.length > 0; // kept only once the training has succeeded
}
