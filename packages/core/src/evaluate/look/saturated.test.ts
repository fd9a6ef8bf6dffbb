import { expect, test } from "vitest";
import type { JudgedRows } from "../rows/predictions.ts";
import { saturated } from "./saturated.ts";

/** 1,000 binary rows at 0.9 for what happened, of which the first `wrong` are surely wrong. */
function binary(wrong: number, change: Partial<JudgedRows> = {}): JudgedRows {
  const labels = Float64Array.from({ length: 1_000 }, (_, row) => row % 2);
  const scores = labels.map((label, row) => (row < wrong ? 1 - label : label === 1 ? 0.9 : 0.1));
  const rest = { classes: ["0", "1"], decisions: null, weights: null, extra: {}, groups: null };
  return { task: "binary", rows: 1_000, labels, scores, ...rest, ...change };
}
/** −ln 2⁻⁵² = 36.04, by hand. */
const SURE = 36.04365338911715;
const LIKELY = -Math.log(0.9);

test("a few rows of probability 0 or 1 and wrong that make up half of the log loss are counted, with their share", () => {
  const share = (10 * SURE) / (10 * SURE + 990 * LIKELY);
  expect(saturated(binary(10))).toEqual({ rows: 10, share: expect.closeTo(share, 10) });
  const weights = new Float64Array(1_000).fill(2);
  expect(saturated(binary(10, { weights }))?.share).toBeCloseTo(share, 10);
});

test("of several classes it is the probability of the class that happened", () => {
  const labels = Float64Array.from({ length: 300 }, (_, row) => row % 3);
  const scores = new Float64Array(900);
  for (let cell = 0; cell < 900; cell++) scores[cell] = cell % 3 === labels[Math.floor(cell / 3)] ? 0.8 : 0.1;
  scores.set([0, 0.5, 0.5], 0);
  const rows = { ...binary(0), task: "multiclass" as const, rows: 300, classes: ["a", "b", "c"], labels, scores };
  expect(saturated(rows)).toBeNull(); // one row of 300: a third of the loss
  scores.set([0, 0, 1], 9);
  scores.set([0, 0.5, 0.5], 18);
  expect(saturated(rows)).toMatchObject({ rows: 3 });
});

test("nothing is said of none, of so few that they rule nothing, of many, and where there are no probabilities", () => {
  expect(saturated(binary(0))).toBeNull();
  expect(saturated(binary(2))).toBeNull();
  expect(saturated(binary(60))).toBeNull();
  expect(
    saturated(binary(10, { weights: Float64Array.from({ length: 1_000 }, (_, row) => (row < 10 ? 0 : 1)) })),
  ).toBeNull();
  expect(saturated(binary(10, { scores: null }))).toBeNull();
  expect(saturated(binary(10, { task: "regression" }))).toBeNull();
});
