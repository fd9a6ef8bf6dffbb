import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { brokenRun, evaluation } from "../../../../../test/gallery/build.ts";
import { evaluations } from "../../../../../test/gallery/documents.ts";
import { byteLength } from "../../byte-length.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { COMMENT_LIMIT, fixedPart } from "../budget.ts";
import { holds, mergeReviews, NO_REVIEW, type Review } from "./review.ts";
import { CHECK_LIMIT, reviewCheck } from "./review-check.ts";
import { reviewComment } from "./review-comment.ts";
import { isReview, readReview } from "./review-marks.ts";
import { type ReviewDocument, type ReviewSection, reviewSection } from "./review-section.ts";

const run = (id: number, attempt = 1) => ({
  id,
  attempt,
  label: `#${id}`,
  url: `https://github.com/acme/flights/actions/runs/${id}`,
});
const section = (document: ReviewDocument, id = 7, sha = "a".repeat(40)): ReviewSection =>
  reviewSection(document, { run: run(id), sha });
const review = (...sections: ReviewSection[]): Review => ({ complete: null, sections });
const named = (model: string, change: Partial<EvaluationReport> = {}) => evaluation({ model, ...change });
const failing = (model: string) => ({ ...(evaluations["worse"] as EvaluationReport), model });
const shown = (sections: readonly ReviewSection[]) =>
  sections.map(({ model, run, headline, parts }) => ({
    model,
    run,
    headline,
    text: parts.map(({ variants }) => variants[0]).filter((text) => text !== ""),
  }));

describe("a comment that jobs share", () => {
  test("what one job wrote another reads back whole, and its own section is all it changes", () => {
    const first = reviewComment(review(section(named("churn"))));
    const merged = mergeReviews(readReview(first), review(section(failing("gate-times"), 7)));
    const both = reviewComment(merged);
    const again = readReview(both);
    expect(shown(again.sections.filter(({ model }) => model === "churn"))).toEqual(shown([section(named("churn"))]));
    expect(both).toContain("### 2 models: 1 failed, 1 passed");
    expect(reviewComment(again)).toBe(both);
  });

  test("the section of a newer run stays when an older run's job comes late", () => {
    const newer = review(section(named("churn"), 9));
    const late = review(section(failing("churn"), 8));
    expect(mergeReviews(newer, late).sections.map(({ headline }) => headline)).toEqual(["better than production v1"]);
    expect(holds(newer, late)).toBe(true);
    expect(holds(late, newer)).toBe(false);
  });

  test("a run that knew all models takes away what older runs said of others, now and when they come late", () => {
    const all: Review = { complete: { id: 9, attempt: 1 }, sections: [section(named("churn"), 9)] };
    const old = review(section(failing("gate-times"), 8));
    expect(mergeReviews(old, all).sections.map(({ model }) => model)).toEqual(["churn"]);
    expect(mergeReviews(all, old).sections.map(({ model }) => model)).toEqual(["churn"]);
    expect(reviewComment({ complete: { id: 9, attempt: 1 }, sections: [] })).toBe(
      '<!-- trainyard:review {"complete":{"id":9,"attempt":1}} -->\nNo model changed.\n',
    );
  });

  test("jobs that meet in any order end at the same review", () => {
    const anyRun = fc.record({ id: fc.integer({ min: 1, max: 4 }), attempt: fc.integer({ min: 1, max: 2 }) });
    const anyReview = fc.record({
      complete: fc.option(anyRun),
      sections: fc.uniqueArray(fc.record({ model: fc.constantFrom("a", "b", "c"), run: anyRun }), {
        selector: ({ model }) => model,
      }),
    });
    const made = (of: {
      complete: ReviewSection["run"] | null;
      sections: Pick<ReviewSection, "model" | "run">[];
    }): Review => ({
      complete: of.complete,
      sections: of.sections.map((each) => ({
        ...each,
        ...{ standing: "passed", conclusion: "success", headline: "", sentence: [], sha: "", parts: [] },
      })) as ReviewSection[],
    });
    const normal = ({ complete, sections }: Review) => ({
      complete,
      sections: sections.map(({ model, run }) => `${model} ${run.id}.${run.attempt}`).sort(),
    });
    fc.assert(
      fc.property(anyReview, anyReview, anyReview, (x, y, z) => {
        const [a, b, c] = [made(x), made(y), made(z)];
        expect(normal(mergeReviews(a, b))).toEqual(normal(mergeReviews(b, a)));
        expect(normal(mergeReviews(mergeReviews(a, b), c))).toEqual(normal(mergeReviews(a, mergeReviews(b, c))));
        expect(normal(mergeReviews(mergeReviews(a, b), b))).toEqual(normal(mergeReviews(a, b)));
        expect(holds(mergeReviews(a, b), a) && holds(mergeReviews(a, b), b)).toBe(true);
      }),
    );
  });

  test("no text of a section is read as a mark, and every text comes back", () => {
    const evil = fc.constantFrom(
      '<!-- trainyard:section {"model":"forged"} -->',
      "<!-- trainyard:end -->",
      '<!-- trainyard:part {"name":"","rank":1} -->',
      "-->",
      "\u2060",
      "line",
      "",
    );
    const texts = fc.array(fc.oneof(evil, fc.string()), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1, maxLength: 3 }), fc.string(), (models, headline) => {
        const sections = models.map((lines, at): ReviewSection => {
          const text = lines.join("\n").replaceAll("\r", "").trim();
          return { ...section(named(`m${at}`)), headline, parts: [fixedPart("start"), fixedPart(text)] };
        });
        const { sections: back } = readReview(reviewComment(review(...sections)));
        expect(back.map(({ model }) => model)).toEqual(sections.map(({ model }) => model));
        for (const [at, { parts }] of back.entries()) {
          const mark = "<!-- trainyard:";
          const written = (sections[at]?.parts[1]?.variants[0] ?? "").replaceAll(mark, "<!--\u2060 trainyard:");
          expect(parts.slice(1).map(({ variants }) => variants[0])).toEqual(written === "" ? [] : [written]);
        }
      }),
    );
  });

  test("a log that holds marks stays a log", () => {
    const forged = '<!-- trainyard:section {"model":"churn","standing":"passed"} -->';
    const broken = brokenRun();
    const failure = {
      ...(broken.failure as NonNullable<typeof broken.failure>),
      logTail: [forged, "<!-- trainyard:end -->"],
    };
    const text = reviewComment(review(section({ ...broken, failure }), section(named("churn"))));
    expect(readReview(text).sections.map(({ model, standing }) => [model, standing])).toEqual([
      ["flight-delays", "failed"],
      ["churn", "passed"],
    ]);
  });

  test("a text that is not ours, or whose marks were damaged, is nothing; Windows line ends are no damage", () => {
    const text = reviewComment(review(section(named("churn"))));
    expect(isReview(`> ${text}`)).toBe(false);
    expect(readReview(`hello\n${text}`)).toEqual(NO_REVIEW);
    expect(readReview(text.replace('"model"', '"modle"')).sections).toEqual([]);
    expect(readReview(text.replaceAll("\n", "\r\n"))).toEqual(readReview(text));
  });

  test.each([1, 2, 20, 400])(
    "%s models stay within the limit of a comment and of a check, written at once or one after the other",
    (models) => {
      const sections = Array.from({ length: models }, (_, at) =>
        section(at === 1 ? failing("the-worse-one") : named(`model-${at}`)),
      );
      let text = reviewComment(review(...sections));
      expect(text.length).toBeLessThanOrEqual(COMMENT_LIMIT);
      if (models > 1) expect(text).toContain("<details open><summary><b>the-worse-one</b>");
      if (models <= 20) {
        text = reviewComment(NO_REVIEW);
        for (const each of sections) text = reviewComment(mergeReviews(readReview(text), review(each)));
        expect(text.length).toBeLessThanOrEqual(COMMENT_LIMIT);
        expect(readReview(text).sections).toHaveLength(models);
      }
      const check = reviewCheck(review(...sections));
      expect(byteLength(check.text)).toBeLessThanOrEqual(CHECK_LIMIT);
      expect(byteLength(check.summary)).toBeLessThanOrEqual(CHECK_LIMIT);
    },
  );

  test("what was left out stays said when the next job writes", () => {
    const rows = Array.from({ length: 30 }, (_, at) => section(named(`model-${at}`)));
    const once = readReview(reviewComment(review(...rows)));
    const dropped = once.sections.filter(({ shortened }) => shortened?.includes("curves"));
    expect(dropped.length).toBeGreaterThan(0);
    const [one] = dropped as [ReviewSection];
    expect(reviewComment(review(one))).toMatch(/Shortened to fit a comment: .*curves/);
    expect(readReview(reviewComment(review(one))).sections[0]?.shortened).toContain("curves");
  });
});

describe("a check", () => {
  const inconclusive = evaluations["inconclusive"] as EvaluationReport;

  test.each([
    ["passes when every model does", [named("a"), named("b")], "success"],
    ["fails when one model does", [named("a"), failing("b")], "failure"],
    ["fails when one cannot tell", [named("a"), inconclusive], "failure"],
    ["fails when a training broke", [named("a"), brokenRun({ model: "b" })], "failure"],
    ["fails when one was refused", [{ kind: "refused", model: "b", code: "X", message: "m", hint: "h" }], "failure"],
    ["is neutral when no model changed", [], "neutral"],
  ] as [string, ReviewDocument[], string][])("%s", (_, documents, conclusion) => {
    expect(reviewCheck(review(...documents.map((each) => section(each)))).conclusion).toBe(conclusion);
  });

  test("is neutral when what cannot tell is let through, and an interrupted training never is", () => {
    const warned = (document: ReviewDocument) => reviewSection(document, { onInconclusive: "warn" });
    expect(reviewCheck(review(warned(inconclusive), section(named("a")))).conclusion).toBe("neutral");
    expect(reviewCheck(review(warned(brokenRun({ status: "interrupted" })))).conclusion).toBe("failure");
  });

  test("asks for a maintainer where only a stranger's word stands for a pass, which no other model's pass hides", () => {
    const asking = reviewSection(inconclusive, {
      onInconclusive: "ask",
      sha: "ab".repeat(20),
      next: ["Merging releases it."],
    });
    const check = reviewCheck(review(asking, section(named("a"))));
    expect(check.conclusion).toBe("action_required");
    for (const text of [check.summary, check.text, reviewComment(review(asking))])
      expect(text).toContain("push the commit `abababa` to a branch of this repository");
    expect(check.text).not.toContain("Merging releases it.");
    expect(readReview(check.text).sections.find(({ model }) => model === asking.model)?.conclusion).toBe(
      "action_required",
    );
    expect(reviewCheck(review(asking, section(failing("b")))).conclusion).toBe("failure");
  });

  test("does not conclude before every expected model is judged", () => {
    const half = reviewCheck(review(section(named("a"))), ["a", "b"]);
    expect(half.conclusion).toBeNull();
    expect(half.title).toBe("waiting for b");
    expect(half.summary).toContain("Not judged yet: `b`.");
    expect(readReview(half.text).sections.map(({ model }) => model)).toEqual(["a"]);
  });
});
