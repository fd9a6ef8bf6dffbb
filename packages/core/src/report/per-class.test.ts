import { expect, test } from "vitest";
import { evaluation } from "../../../../test/gallery/build.ts";
import { evaluationHtml } from "./evaluation-html.ts";
import { evaluationMarkdown } from "./evaluation-markdown.ts";
import { classHead, classRows } from "./per-class.ts";

/** Counts and figures of scikit-learn's `classification_report` on y = aaaabbbc, ŷ = aaabbbca. */
const report = evaluation({
  task: "multiclass",
  confusion: {
    classes: ["a", "b", "c"],
    candidate: [
      [3, 1, 0],
      [0, 2, 1],
      [1, 0, 0],
    ],
    baseline: null,
    pairs: [],
  },
});

test("every class has its precision, recall, F1 and rows, the weakest recall first", () => {
  expect(classHead(report)).toEqual(["class", "precision", "recall", "F1", "rows"]);
  expect(classRows(report)).toEqual([
    ["c", "0.000", "0.000", "0.000", "1"],
    ["b", "0.667", "0.667", "0.667", "3"],
    ["a", "0.750", "0.750", "0.750", "4"],
  ]);
  for (const page of [evaluationHtml(report), evaluationMarkdown(report)]) expect(page).toContain("class by class");
});

test("both sides stand beside each other, and a class nobody decides for has no precision", () => {
  const counts = [
    [2, 0, 0],
    [2, 0, 0],
    [0, 0, 2],
  ];
  const confusion = { classes: ["a", "b", "c"], candidate: counts, baseline: counts, pairs: [] };
  const [first] = classRows({ ...report, confusion });
  expect(first).toEqual(["b", "–", "–", "0.000", "0.000", "0.000", "0.000", "2"]);
  expect(classRows({ ...report, task: "binary" })).toEqual([]);
});
