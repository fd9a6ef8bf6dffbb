import type { Task } from "../../config/task.ts";
import { nearestColumn } from "../../data/column-names.ts";
import type { Column, Table } from "../../data/table.ts";
import { distinctUpTo, type Factor, factor } from "./factor.ts";

/** For the words of a refusal only: what a file of predictions lacks, and which of its columns that most likely is. Nothing is ever read by these guesses. */

export interface MissingColumns {
  /** What the task's scores are called: "y_score", or in words where there are several. */
  readonly needs: string;
  /** Whether the true values are missing too. */
  readonly labels: boolean;
  /** What to say: "y_score=p" for each thing that is missing; NAME where no column looks like it. */
  readonly names: readonly string[];
}

const TRUTH = /label|target|truth|actual|outcome|observed|^y$|^class$/i;
const SCORE = /prob|score|pred|forecast|estimate|logit|^p$|hat$/i;
/** More classes are no classes: a file of ids, most likely. */
const MOST_CLASSES = 100;
/** More names make a message no clearer. */
const MOST_NAMED = 4;

/**
 * @param task Null: nobody said, and the columns tell.
 * @param label Name of the column of true values; null: missing.
 */
export function missingColumns(
  table: Table,
  { task, label, labelsNeeded }: { task: Task | null; label: string | null; labelsNeeded: boolean },
): MissingColumns {
  const labels = label === null && labelsNeeded && task !== "scores";
  const truth = label ?? likelyLabel(table);
  const own = labels ? [`y_true=${truth ?? "NAME"}`] : [];
  if (task === "scores") {
    const given = numbers(table, null).map((name) => `score.${name}=${name}`);
    return { needs: "score, and no score.<metric>", labels, names: shortened(given, "score=NAME") };
  }
  const classes = truth === null ? null : classScores(table, truth);
  if (task === "multiclass" || (task === null && classes !== null)) {
    const needs = "y_score.<class> for each class, and no y_pred";
    return { needs, labels, names: [...own, ...shortened(classes ?? [], "y_score.CLASS=NAME")] };
  }
  const score = likelyScore(table, truth, task);
  return {
    needs: task === "regression" ? "y_pred" : "y_score",
    labels,
    names: [...own, `${task === "regression" ? "y_pred" : "y_score"}=${score ?? "NAME"}`],
  };
}

/** A misspelt one, else one column alone that is called like a truth, else one alone of two values. */
export function likelyLabel(table: Table): string | null {
  const names = [...table.columns.keys()].filter((name) => name !== "id");
  const misspelt = nearestColumn("y_true", names);
  if (misspelt !== null) return misspelt;
  const called = names.filter((name) => TRUTH.test(name) && !SCORE.test(name));
  if (called.length > 0) return called.length === 1 ? (called[0] as string) : null;
  return alone(names.filter((name) => distinctUpTo(table.columns.get(name) as Column, 3).count === 2));
}

/** A misspelt one, else one column of numbers alone that is called like a score, else one alone of probabilities. */
function likelyScore(table: Table, truth: string | null, task: Task | null): string | null {
  const names = numbers(table, truth);
  const misspelt = nearestColumn("y_score", names);
  if (misspelt !== null) return misspelt;
  const called = names.filter((name) => SCORE.test(name));
  if (called.length > 0) return alone(called);
  if (task === "regression") return null;
  return alone(names.filter((name) => probabilities(table.columns.get(name) as Column)));
}

/** A column for each class: those whose names are one beginning and then the class. Null where a class has none. */
function classScores(table: Table, truth: string): string[] | null {
  const column = table.columns.get(truth) as Column;
  if (distinctUpTo(column, MOST_CLASSES + 1).count > MOST_CLASSES) return null;
  const { values }: Factor = factor(truth, column);
  const names = numbers(table, truth);
  const [first = ""] = values;
  const beginnings = names
    .filter((name) => name.endsWith(first))
    .map((name) => name.slice(0, name.length - first.length));
  const beginning = beginnings.find((one) => values.every((value) => names.includes(one + value)));
  return values.length < 3 || beginning === undefined
    ? null
    : values.toSorted().map((value) => `y_score.${value}=${beginning}${value}`);
}

function numbers(table: Table, truth: string | null): string[] {
  return [...table.columns].flatMap(([name, { type }]) =>
    name === "id" || name === truth || (type !== "number" && type !== "boolean") ? [] : [name],
  );
}

/** Numbers from 0 to 1 that are not all whole. */
function probabilities(column: Column): boolean {
  return (
    column.type === "number" &&
    column.values.every((value) => value >= 0 && value <= 1) &&
    column.values.some((value) => !Number.isInteger(value))
  );
}

const alone = (names: readonly string[]): string | null => (names.length === 1 ? (names[0] as string) : null);

function shortened(given: readonly string[], otherwise: string): string[] {
  if (given.length === 0) return [otherwise];
  return given.length > MOST_NAMED ? [...given.slice(0, MOST_NAMED), "…"] : [...given];
}
