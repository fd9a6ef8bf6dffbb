import { expect, test } from "vitest";
import type { JudgedRows } from "../rows/predictions.ts";
import { classFigures } from "./class-figures.ts";

const rows = (change: Partial<JudgedRows>): JudgedRows => ({
  task: "multiclass",
  rows: 8,
  classes: ["a", "b", "c"],
  labels: Float64Array.of(0, 0, 0, 0, 1, 1, 1, 2),
  scores: null,
  decisions: Int32Array.of(0, 0, 0, 1, 1, 1, 2, 0),
  weights: null,
  extra: {},
  groups: null,
  ...change,
});

test("what is there, decided and right is counted for every class, the least found first", () => {
  expect(classFigures(rows({}), null)).toEqual({
    classes: 3,
    listed: [
      { name: "c", candidate: { rows: 1, decided: 1, right: 0 }, baseline: null },
      { name: "b", candidate: { rows: 3, decided: 3, right: 2 }, baseline: null },
      { name: "a", candidate: { rows: 4, decided: 4, right: 3 }, baseline: null },
    ],
  });
});

test("of rows with several labels each label is counted by itself", () => {
  const labels = Float64Array.of(1, 0, 1, 1, 0, 0);
  const several = rows({
    task: "multilabel",
    rows: 3,
    classes: ["x", "y"],
    labels,
    decisions: Int32Array.from(labels),
  });
  const other = { ...several, decisions: Int32Array.of(0, 0, 1, 0, 0, 1) };
  expect(classFigures(several, other)?.listed).toEqual([
    { name: "x", candidate: { rows: 2, decided: 2, right: 2 }, baseline: { rows: 2, decided: 1, right: 1 } },
    { name: "y", candidate: { rows: 1, decided: 1, right: 1 }, baseline: { rows: 1, decided: 1, right: 0 } },
  ]);
});

test("of many classes a hundred are listed; of two, or without classes, there is nothing", () => {
  const classes = Array.from({ length: 150 }, (_, k) => String(k));
  const many = rows({ rows: 150, classes, labels: Float64Array.from(classes.keys()), decisions: new Int32Array(150) });
  expect(classFigures(many, null)).toMatchObject({ classes: 150 });
  expect(classFigures(many, null)?.listed).toHaveLength(100);
  expect(classFigures(rows({ task: "binary" }), null)).toBeNull();
  expect(classFigures(rows({ decisions: null }), null)).toBeNull();
});
