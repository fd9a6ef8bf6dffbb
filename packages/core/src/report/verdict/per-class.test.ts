import { expect, test } from "vitest";
import { evaluation } from "../../../../../test/gallery/build.ts";
import { evaluationHtml } from "../evaluation-html.ts";
import { evaluationMarkdown } from "../evaluation-markdown.ts";
import { classHead, classRows } from "./per-class.ts";

/** Counts and figures of scikit-learn's `classification_report` on y = aaaabbbc, ŷ = aaabbbca. */
const report = evaluation({
  task: "multiclass",
  classFigures: {
    classes: 3,
    listed: [
      { name: "c", candidate: { rows: 1, decided: 1, right: 0 }, baseline: null },
      { name: "b", candidate: { rows: 3, decided: 3, right: 2 }, baseline: null },
      { name: "a", candidate: { rows: 4, decided: 4, right: 3 }, baseline: null },
    ],
  },
});

test("every class has its precision, recall, F1 and rows", () => {
  expect(classHead(report)).toEqual(["class", "precision", "recall", "F1", "rows"]);
  expect(classRows(report)).toEqual([
    ["c", "0.000", "0.000", "0.000", "1"],
    ["b", "0.667", "0.667", "0.667", "3"],
    ["a", "0.750", "0.750", "0.750", "4"],
  ]);
  for (const page of [evaluationHtml(report), evaluationMarkdown(report)]) expect(page).toContain("class by class");
  const labels = { ...report, task: "multilabel" as const };
  for (const page of [evaluationHtml(labels), evaluationMarkdown(labels)]) expect(page).toContain("label by label");
});

test("both sides stand beside each other, and a class nobody decides for has no precision", () => {
  const none = { rows: 2, decided: 0, right: 0 };
  const listed = [{ name: "b", candidate: { rows: 2, decided: 2, right: 1 }, baseline: none }];
  const both = { ...report, classFigures: { classes: 150, listed } };
  expect(classHead(both).slice(0, 3)).toEqual(["class", "precision, production v1", "precision, candidate"]);
  expect(classRows(both)).toEqual([["b", "–", "0.500", "0.000", "0.500", "0.000", "0.500", "2"]]);
  expect(evaluationHtml(both)).toContain("of the 1 weakest of 150 classes");
});
