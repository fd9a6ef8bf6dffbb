import { expect, test } from "vitest";
import { estimate, evaluation, slices } from "../../../../../test/gallery/build.ts";
import type { SliceResult } from "../../evaluate/evaluation-report.ts";
import { evaluationHtml } from "../evaluation-html.ts";
import { evaluationMarkdown } from "../evaluation-markdown.ts";
import { evaluationText } from "../evaluation-text.ts";
import { rankedSlices, sliceDifference, slicesSummary, smallSlicesText } from "./slice-ranking.ts";

const small = (values: number) =>
  evaluation({
    slices: [],
    smallSlices: {
      least: 30,
      values,
      rows: 30 * values,
      first: Array.from({ length: Math.min(20, values) }, (_, k) => ({
        column: "origin",
        value: k === 0 ? "@minority <b>" : `A${k}`,
        rows: k === 0 ? 29 : 1,
      })),
    },
  });

test("values too small to tell are counted and named", () => {
  expect(smallSlicesText(small(1), 3)).toBe(
    "1 value has fewer than 30 rows and is not told: origin = @minority <b> (29 rows)",
  );
  expect(smallSlicesText(small(400), 2)).toBe(
    "400 values have fewer than 30 rows and are not told: origin = @minority <b> (29 rows), origin = A1 (1 row) and 398 more",
  );
  expect(smallSlicesText(evaluation({}), 3)).toBe("");
});

test("every face says so, where no slice can be told as well, and mentions nobody", () => {
  const report = small(2);
  expect(evaluationText(report)).toContain("2 values have fewer than 30 rows");
  const page = evaluationHtml(report);
  expect(page).toContain("2 values have fewer than 30 rows and are not told: origin = @minority &#60;b&#62; (29 rows)");
  const comment = evaluationMarkdown(report);
  expect(comment).toContain("Slices: all too small to tell");
  expect(comment).toContain("2 values have fewer than 30 rows");
  expect(comment).not.toMatch(/(^|[^\w`])@minority/);
});

const [one] = slices() as [SliceResult];
const slice = (change: Partial<SliceResult>): SliceResult => ({ ...one, worse: false, ...change });
const lost = estimate(-0.02, [-0.03, -0.01]);

test("what looks worse does so by its own interval; what is significant is so among all of them", () => {
  const said = (all: SliceResult[]) => slicesSummary(evaluation({ slices: all }));
  const [looks, worse, open] = [slice({ gain: lost }), slice({ gain: lost, worse: true }), slice({})];
  expect(said([open])).toBe("none of 1 value of origin looks worse");
  const untold = slice({ gain: { value: -1.56, interval: null } });
  expect(said([untold, untold])).toBe("none of 2 values of origin can be told");
  expect(said([open, untold])).toBe("none of 2 values of origin looks worse, 1 cannot be told");
  expect(said([looks, open])).toBe(
    "1 of 2 values of origin looks worse by its own interval, none significantly among so many",
  );
  expect(said([worse, open])).toBe(
    "1 of 2 values of origin looks worse by its own interval, significantly among so many",
  );
  expect(said([looks, worse])).toBe(
    "2 of 2 values of origin look worse by their own intervals, 1 significantly among so many",
  );
  expect(said([worse, worse])).toBe(
    "2 of 2 values of origin look worse by their own intervals, all of them significantly among so many",
  );
});

test("without a baseline the weakest slice stands first, however few its rows", () => {
  const alone = { gain: null, baseline: null };
  const all = [
    slice({ ...alone, value: "s1", rows: 900, candidate: 0.4 }),
    slice({ ...alone, value: "s3", rows: 40, candidate: 1.98 }),
  ];
  expect(rankedSlices(evaluation({ slices: all })).map(({ value }) => value)).toEqual(["s3", "s1"]);
});

test("a slice's figure is candidate − baseline, as everywhere", () => {
  expect(sliceDifference(slice({ gain: lost }), true)).toEqual(estimate(0.02, [0.01, 0.03]));
  expect(sliceDifference(slice({ gain: lost }), false)).toEqual(lost);
});
