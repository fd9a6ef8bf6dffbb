import { expect, test } from "vitest";
import { evaluation } from "../../../../test/gallery/build.ts";
import { evaluationHtml } from "./evaluation-html.ts";
import { evaluationMarkdown } from "./evaluation-markdown.ts";
import { evaluationText } from "./evaluation-text.ts";
import { smallSlicesText } from "./slice-ranking.ts";

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
