import { z } from "zod";
import type { Backend } from "../backend.ts";
import type { ModelConfig } from "../config/config.ts";
import type { Task } from "../config/task.ts";
import type { Table } from "../data/table.ts";
import { FileRef, ModelName, Sha256, Timestamp } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import { readPredictions } from "../evaluate/rows/predictions.ts";
import type { ModelVersion } from "../registry/log/model-version.ts";
import { idColumn } from "./current-rows.ts";
import { onlyAnswers } from "./labelled-rows.ts";

/** Scores of current rows, as the job that made them hands them on: who scored, and which rows. Nothing in it is taken at its word. */
export const CurrentScores = z.object({
  kind: z.literal("trainyard.current-scores/v1"),
  model: ModelName,
  version: z.int().positive(),
  rootDigest: Sha256,
  /** The files whose rows were scored, each row of them once. */
  current: z.array(z.object({ path: z.string(), digest: Sha256 })).min(1),
  rows: z.int().positive(),
  predictions: FileRef,
  at: Timestamp,
});
export type CurrentScores = z.infer<typeof CurrentScores>;

/** Scores that were handed on, brought here: their document and the table (absolute path). */
export interface HandedScores {
  readonly document: CurrentScores;
  readonly file: string;
}

/** Rows that nobody has scored before a check, and `predict` can: no log says what the model answered. */
export function needsScoring(config: ModelConfig): boolean {
  return config.drift !== undefined && config.drift.predictions === undefined && config.evaluate.predict !== undefined;
}

/**
 * Reads a table of scores of current rows: every id once, every number finite and in range.
 * @throws COLUMNS_MISSING, ID_DUPLICATE, VALUE_NOT_FINITE, SCORE_RANGE, TASK_MISMATCH
 */
export function checkScores(table: Table, path: string, task: Task): Table {
  const id = idColumn(table, path);
  const answers = onlyAnswers(table);
  const scores = { rows: table.rows, columns: new Map([["id", id], ...answers.columns]) };
  readPredictions(scores, path, { task, groups: null, slices: [], labels: "optional" });
  return scores;
}

/**
 * Reads the scores that were handed on to a check. They must be of the version that is live, with its very files, and of the very files that are
 * looked at here.
 * @param looked The files this check looks at.
 * @throws SCORES_FOREIGN and what checkScores refuses
 */
export async function readHandedScores(
  { document, file }: HandedScores,
  { model, version, rootDigest }: Pick<ModelVersion, "model" | "version" | "rootDigest">,
  task: Task,
  looked: readonly Pick<FileRef, "path" | "digest">[],
  ports: Pick<Backend, "tables">,
): Promise<Table> {
  const refuse = (field: string, expected: string, got: string) =>
    new TrainyardError("SCORES_FOREIGN", { model, field, expected, got });
  if (document.model !== model) throw refuse("the model", model, document.model);
  if (document.version !== version) throw refuse("the version that scored", `v${version}`, `v${document.version}`);
  if (document.rootDigest !== rootDigest) throw refuse("the digest of its files", rootDigest, document.rootDigest);
  const scored = new Set(document.current.map(({ digest }) => digest));
  const other = looked.find(({ digest }) => !scored.has(digest));
  if (other !== undefined) throw refuse("the rows scored", `those of ${other.path} (${other.digest})`, "others");
  const path = "the scores that were handed on";
  const table = checkScores(await ports.tables.read(file, document.predictions.path), path, task);
  if (table.rows !== document.rows) throw refuse("the number of rows", String(document.rows), String(table.rows));
  return table;
}
