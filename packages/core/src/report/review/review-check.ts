import { byteLength } from "../../byte-length.ts";
import { markdownCode, visibleText } from "../../escape.ts";
import { withinBudget } from "../budget.ts";
import { markdownSentence } from "../phrase.ts";
import type { Review } from "./review.ts";
import { reviewMark, reviewMarks } from "./review-marks.ts";
import { NOTHING_CHANGED, overviewPart, pageTitle, reviewPage, shortenedRemark } from "./review-page.ts";
import { CONCLUSIONS, type ReviewHead } from "./review-section.ts";

/** GitHub takes so much of a check's summary, and as much of its text; counted in bytes, which is never less than what it counts. */
export const CHECK_LIMIT = 65_535;

/** What a check run shows. `conclusion` is null while a model is not judged yet. */
export interface ReviewCheck {
  readonly conclusion: ReviewHead["conclusion"] | null;
  readonly title: string;
  readonly summary: string;
  /** The sections, which a later job reads back. */
  readonly text: string;
}

/**
 * A review as a check run: the worst model counts. It is neutral when no model changed, or when all that could not tell was let through, and it
 * does not conclude before every model that was expected is judged: half a review is not green. Where only a stranger's word stands for a pass it
 * asks for a maintainer: neutral would satisfy a branch protection.
 */
export function reviewCheck(review: Review, expected: readonly string[] = []): ReviewCheck {
  const { sections } = review;
  const waiting = expected.filter((model) => !sections.some((section) => section.model === model));
  const first = reviewMark(review);
  const text = reviewPage(sections, {
    budget: CHECK_LIMIT - byteLength(first) - 1,
    size: byteLength,
    marks: reviewMarks,
    sectionsOnly: true,
  });
  return {
    conclusion: waiting.length > 0 ? null : worst(sections.map(({ conclusion }) => conclusion)),
    title: visibleText(waiting.length > 0 ? `waiting for ${listed(waiting)}` : plainTitle(review), 200),
    summary: [
      summaryOf(review),
      waiting.length === 0
        ? ""
        : `Not judged yet: ${waiting
            .slice(0, 50)
            .map((model) => markdownCode(model))
            .join(", ")}.`,
    ]
      .filter((part) => part !== "")
      .join("\n\n"),
    text: `${first}\n${text}`,
  };
}

function worst(conclusions: readonly ReviewHead["conclusion"][]): ReviewHead["conclusion"] {
  return conclusions.length === 0 ? "neutral" : (CONCLUSIONS.find((each) => conclusions.includes(each)) ?? "failure");
}

function plainTitle({ sections }: Review): string {
  const [only] = sections;
  return sections.length === 1 && only !== undefined ? `${only.model}: ${only.headline}` : pageTitle(sections);
}

function summaryOf({ sections }: Review): string {
  const [only] = sections;
  if (only === undefined) return NOTHING_CHANGED;
  if (sections.length === 1) return markdownSentence(only.sentence);
  return withinBudget([overviewPart(sections)], CHECK_LIMIT - 4_000, shortenedRemark(undefined), byteLength);
}

function listed(models: readonly string[]): string {
  return models.length <= 3 ? models.join(", ") : `${models.slice(0, 2).join(", ")} and ${models.length - 2} more`;
}
