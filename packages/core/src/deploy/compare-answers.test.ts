import fc from "fast-check";
import { expect, test } from "vitest";
import { compareAnswers } from "./compare-answers.ts";

test("numbers may differ by the tolerance, and the largest difference is told", () => {
  expect(compareAnswers({ y: [1, 2] }, { y: [1.25, 2.5] }, 0.5)).toEqual({ maxDifference: 0.5, mismatch: null });
});

test("the first place beyond the tolerance is named", () => {
  const { maxDifference, mismatch } = compareAnswers({ a: 1, y: [1, 2] }, { a: 1, y: [1, 3] }, 0.5);
  expect([maxDifference, mismatch]).toEqual([1, "y[1] is 3 instead of 2, beyond the tolerance 0.5"]);
});

test.each([
  ["a missing key", { y: 1 }, {}, "y is missing"],
  ["another length", [1], [1, 1], "the answer has 2 entries instead of 1"],
  ["text for a number", { y: 1 }, { y: "1" }, 'y is "1" instead of the number 1'],
  ["another text", { y: "late" }, { y: "early" }, 'y is "early" instead of "late"'],
  ["null for an object", { y: {} }, { y: null }, "y is null instead of an object"],
  ["a list for an object", {}, [], "the answer is [] instead of an object"],
  ["a boolean for null", null, false, "the answer is false instead of null"],
  ["a key of the prototype", { constructor: 1 }, {}, "constructor is missing"],
])("%s does not match", (_what, expected, answer, mismatch) => {
  expect(compareAnswers(expected, answer, 1).mismatch).toBe(mismatch);
});

test("keys beyond the expected ones are allowed", () => {
  expect(compareAnswers({ y: 1 }, { y: 1, digest: "sha256:…" }, 0).mismatch).toBeNull();
});

test("an infinite answer does not match, whatever the tolerance", () => {
  expect(compareAnswers(1, JSON.parse("1e999"), 1e300).mismatch).not.toBeNull();
});

test("every JSON value matches itself without any difference", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(compareAnswers(JSON.parse(text), JSON.parse(text), 0)).toEqual({ maxDifference: 0, mismatch: null });
    }),
  );
});
