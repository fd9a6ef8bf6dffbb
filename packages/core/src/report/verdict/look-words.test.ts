import { expect, test } from "vitest";
import { estimate, evaluation } from "../../../../../test/gallery/build.ts";
import { evaluationMarkdown } from "../evaluation-markdown.ts";
import { calibrationShift, fairnessSummary, flipsSummary, weakSummary } from "./look-words.ts";
import { reproduceLines } from "./reproduce-lines.ts";

test("rows that flipped, or are closer, or higher, are counted for both sides", () => {
  const of = (by?: "decision" | "error" | "score") =>
    flipsSummary(
      evaluation({
        pairing: { mode: "paired", rows: 1_000, overlap: 1, labelsChanged: 0 },
        flips: { candidateRight: 40, baselineRight: 25, ...(by && { by }) },
      }),
    );
  expect(of()).toBe("65 of 1,000 rows flipped: the candidate is right on 40, production v1 on 25");
  expect(of("error")).toBe("the candidate is closer on 40 of 1,000 rows, production v1 on 25");
  expect(of("score")).toBe("the candidate is better on 40 of 1,000 rows, production v1 on 25");
  expect(flipsSummary(evaluation({ flips: { candidateRight: 0, baselineRight: 0 } }))).toBe("no row flipped");
  expect(flipsSummary(evaluation({ flips: null }))).toBe("");
});

test("a calibration has shifted only where the interval of the difference leaves zero out", () => {
  const side = (value: number, low: number, high: number) => ({
    observed: 0.12,
    predicted: 0.2,
    ratio: estimate(value, [low, high]),
  });
  const with_ = (low: number, high: number) =>
    evaluation({
      calibration: {
        candidate: side(0.6, 0.52, 0.69),
        baseline: side(0.98, 0.94, 1.03),
        difference: estimate((low + high) / 2, [low, high]),
      },
    });
  expect(calibrationShift(with_(-0.4, 0.01))).toBeNull();
  expect(calibrationShift(with_(-0.46, -0.31))).toBe(
    "Calibration shifted: observed / predicted is 0.60 [0.52, 0.69] (predicts too much), against 0.980 [0.940, 1.030] of production v1; the difference on the same rows is −0.39 [−0.46, −0.31], production v1 is nearer to 1",
  );
});

test("a slice that is weak twice over, here and against the baseline, is one", () => {
  const slice = { where: [{ column: "origin", value: "ATL" }], rows: 90, candidate: 0.7, other: 0.5, adjustedP: 0.01 };
  const weak = (confirmed: object[]) =>
    weakSummary(
      evaluation({ weakSlices: { metric: "log_loss", searched: 412, tried: 4, confirmed: confirmed as never } }),
    );
  expect(
    weak([
      { ...slice, than: "elsewhere" },
      { ...slice, than: "baseline" },
    ]),
  ).toBe("1 of 412 slices searched is weak, confirmed on held-out rows");
  expect(weak([])).toBe("none of 412 slices searched is confirmed as weak");
});

test("without a limit, groups are only shown", () => {
  const one = { column: "sex", metric: "recall", groups: [], big: 0, more: 0, candidate: null, baseline: null };
  expect(fairnessSummary(evaluation({ fairness: [one] }))).toBe("1 metric between groups, only shown");
});

test("what is to be typed follows from the report, and is nothing where that could not be typed", () => {
  expect(reproduceLines(evaluation())).toHaveLength(3);
  expect(reproduceLines(evaluation({ model: "x; rm -rf /" }))).toEqual([]);
  expect(reproduceLines(evaluation({ commit: null }))).toEqual([]);
});

test("single rows stand in no comment", () => {
  const said = { score: 0.1, decision: "0" };
  const example = {
    id: "patient-7",
    slices: [],
    truth: "1",
    candidate: said,
    baseline: said,
    better: "candidate" as const,
  };
  const report = evaluation({
    flips: {
      candidateRight: 1,
      baselineRight: 0,
      slices: [{ column: "ward", value: "B", rows: 9, candidateRight: 1, baselineRight: 0 }],
      examples: [example],
    },
  });
  expect(evaluationMarkdown(report)).toContain("ward = B");
  expect(evaluationMarkdown(report)).not.toContain("patient-7");
});
