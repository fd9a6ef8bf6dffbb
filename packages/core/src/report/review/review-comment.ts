import { COMMENT_LIMIT } from "../budget.ts";
import type { Review } from "./review.ts";
import { reviewMark, reviewMarks } from "./review-marks.ts";
import { reviewPage } from "./review-page.ts";

/** A review as the one comment of its pull request, within what GitHub accepts: 65,536 characters, and with them fewer than 262,144 bytes. */
export function reviewComment(
  review: Review,
  options: { readonly budget?: number; readonly reportUrl?: string } = {},
): string {
  const first = reviewMark(review);
  const budget = (options.budget ?? COMMENT_LIMIT) - first.length - 1;
  return `${first}\n${reviewPage(review.sections, { ...options, budget, marks: reviewMarks })}`;
}
