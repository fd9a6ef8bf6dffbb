import { expect, test } from "vitest";
import { aDigest } from "../../testing/index.ts";
import type { RowOverlap } from "../../train/trained-rows.ts";
import { trainedOn } from "./trained-on.ts";

const overlap = (change: Partial<RowOverlap>): RowOverlap => ({
  rows: 0,
  of: 501_000,
  sampled: false,
  byChance: 0.00002,
  columns: 5,
  ...change,
});
const judged = (change: Partial<RowOverlap>) => trainedOn({ datasets: [], overlap: overlap(change) }, "fail");

test("one per cent of the evaluation rows trained on fails, and says what chance would make", () => {
  const { checks, notes } = judged({ rows: 5100 });
  expect(notes).toEqual([]);
  expect(checks).toMatchObject([
    { id: "train-test-overlap", status: "fail", severity: "fail", actual: 5100, limit: 5051, unit: "rows" },
  ]);
  expect(checks[0]?.reason).toBe(
    "5,100 of 501,000 evaluation rows (1 %) equal a training row, up to 0.002 % would by chance",
  );
});

test("fewer are a note, and as many as chance makes are nothing", () => {
  expect(judged({ rows: 12, byChance: 0 })).toEqual({
    checks: [],
    notes: ["12 of 501,000 evaluation rows (0.0024 %) equal a training row, up to 0 % would by chance."],
  });
  expect(judged({ rows: 3, of: 2400, byChance: 3 / 2400 })).toEqual({ checks: [], notes: [] });
  expect(judged({})).toEqual({ checks: [], notes: [] });
  expect(trainedOn({ datasets: [] }, "fail")).toEqual({ checks: [], notes: [] });
});

test("of few rows, what chance makes now and then does not fail", () => {
  expect(judged({ rows: 1, of: 10, byChance: 0.01 }).checks).toEqual([]); // the limit is 1; chance makes 0.1, with three standard errors 1.04
  expect(judged({ rows: 2, of: 10, byChance: 0.01 }).checks).toMatchObject([{ status: "fail", limit: 1 }]);
});

test("rows that repeat by nature do not cry wolf", () => {
  expect(judged({ rows: 350_000, byChance: 0.71, columns: 1 })).toEqual({
    checks: [],
    notes: [
      "350,000 of 501,000 evaluation rows (70 %) equal a training row, up to 71 % would by chance: no sign that they were trained on.",
    ],
  });
  expect(judged({ rows: 501_000, byChance: 1 }).checks).toEqual([]);
  expect(judged({ rows: 70_000, byChance: 0.05 }).checks).toEqual([]); // another season of the same rows
  expect(judged({ rows: 501_000, byChance: 0.2 }).checks).toHaveLength(1);
});

test("a sample says that it is one", () => {
  expect(judged({ rows: 900, of: 1000, sampled: true }).checks[0]?.reason).toMatch(
    /^900 of 1,000 evaluation rows looked at \(90 %\)/,
  );
});

test("evaluation data that are training data byte for byte fail, whatever they hold", () => {
  const file = { path: "data/all.csv", digest: aDigest("d"), size: 1, rows: 2, claimed: null };
  const datasets = [
    { ...file, role: "training" as const },
    { ...file, role: "evaluation" as const },
  ];
  expect(trainedOn({ datasets }, "fail").checks).toMatchObject([
    { status: "fail", actual: null, reason: expect.stringContaining("data/all.csv is training data too") },
  ]);
});

test("where it is meant, it is said and decides nothing", () => {
  const { checks } = trainedOn({ datasets: [], overlap: overlap({ rows: 501_000, byChance: 0 }) }, "warn");
  expect(checks).toMatchObject([{ id: "train-test-overlap", status: "fail", severity: "warn" }]);
});
