import { expect, test } from "vitest";
import type { Column } from "../../data/table.ts";
import { readPredictions } from "./predictions.ts";
import { rowSet } from "./row-set.ts";

const numbers = (values: readonly number[]): Column => ({
  type: "number",
  values: Float64Array.from(values),
  nulls: null,
});
const setOf = (ids: readonly number[], labels: readonly number[], scores: readonly number[] = [0.1, 0.2, 0.3, 0.4]) =>
  rowSet(
    readPredictions(
      {
        rows: ids.length,
        columns: new Map([
          ["id", numbers(ids)],
          ["y_true", numbers(labels)],
          ["y_score", numbers(scores)],
        ]),
      },
      "p.csv",
      { task: "binary", groups: null, slices: [], labels: "required" },
    ),
  );

test("rows are the same set in any order, whatever their scores; with another id, label or row they are not", () => {
  const set = setOf([1, 2, 3, 4], [0, 1, 1, 0]);
  expect(setOf([4, 3, 1, 2], [0, 1, 0, 1], [0.9, 0.9, 0.9, 0.9])).toBe(set);
  for (const other of [
    setOf([1, 2, 3, 5], [0, 1, 1, 0]),
    setOf([1, 2, 3, 4], [0, 1, 0, 1]),
    setOf([1, 2, 3, 4], [1, 0, 0, 1]),
    setOf([1, 2, 3], [0, 1, 1], [0.1, 0.2, 0.3]),
  ])
    expect(other).not.toBe(set);
});

test("rows without ids are known by their file alone", () => {
  const columns = new Map([
    ["y_true", numbers([0, 1])],
    ["y_score", numbers([0.2, 0.4])],
  ]);
  const rows = readPredictions({ rows: 2, columns }, "p.csv", {
    task: "binary",
    groups: null,
    slices: [],
    labels: "required",
  });
  expect(rowSet(rows)).toBeNull();
});
