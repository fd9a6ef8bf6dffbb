import { expect } from "vitest";
import type { Task } from "../../packages/core/src/config/task.ts";
import type { Column } from "../../packages/core/src/data/table.ts";
import { knownMetric } from "../../packages/core/src/evaluate/metrics/metrics.ts";
import { sideStatistics } from "../../packages/core/src/evaluate/parts/side-statistics.ts";
import { readPredictions } from "../../packages/core/src/evaluate/rows/predictions.ts";

/** Data that scikit-learn judged as well, and what it said. */
export interface Case {
  columns: Record<string, number[]>;
  expected: Record<string, { plain: number; weighted?: number }>;
}

const column = (values: readonly number[]): Column => ({
  type: "number",
  values: Float64Array.from(values),
  nulls: null,
});

/** The same figures by us, with rows dealt to `units` in turn. */
export function judged(task: Task, { columns, expected }: Case, weighted: boolean, units: number) {
  const given = Object.entries(columns).filter(([name]) => weighted || name !== "weight");
  const table = {
    rows: columns["y_true"]?.length as number,
    columns: new Map(given.map(([name, values]) => [name, column(values)])),
  };
  const groups = task === "ranking" ? "query" : null;
  const rows = readPredictions(table, "p.csv", { task, groups, slices: [], weights: ["weight"], labels: "required" });
  const names = Object.keys(expected);
  const metrics = names.map((name) => knownMetric(name, task) ?? expect.fail(`no metric ${name}`));
  const of = Int32Array.from({ length: rows.rows }, (_, row) => row % units);
  const statistics = sideStatistics(rows, metrics, { of, count: units });
  return { names, statistics };
}
