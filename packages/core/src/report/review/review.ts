import type { ReviewRun, ReviewSection } from "./review-section.ts";

/** All that is known about the models of one pull request or commit: what its comment and its check show. */
export interface Review {
  /** Newest run that knew all models concerned, so that sections of older ones no longer count; null: none did. */
  readonly complete: ReviewRun | null;
  readonly sections: readonly ReviewSection[];
}

export const NO_REVIEW: Review = { complete: null, sections: [] };

/**
 * Two views of one review as one: of each model the newest run's section, none that is older than a run which knew all models. Jobs that
 * write at the same time end at the same review, whatever the order: the operation is associative, and commutative wherever no two sections
 * share model and run. Where they do, `fresh` is taken.
 */
export function mergeReviews(kept: Review, fresh: Review): Review {
  const complete = newer(kept.complete, fresh.complete);
  const sections = new Map<string, ReviewSection>();
  for (const section of [...kept.sections, ...fresh.sections]) {
    const other = sections.get(section.model);
    if (other === undefined || compareRuns(section.run, other.run) >= 0) sections.set(section.model, section);
  }
  return {
    complete,
    sections: [...sections.values()].filter(({ run }) => complete === null || compareRuns(run, complete) >= 0),
  };
}

/** True when a review says at least what the other does: nothing of `part` would change it. */
export function holds(review: Review, part: Review): boolean {
  if (part.complete !== null && (review.complete === null || compareRuns(review.complete, part.complete) < 0))
    return false;
  return part.sections.every((section) => {
    if (review.complete !== null && compareRuns(section.run, review.complete) < 0) return true;
    const there = review.sections.find(({ model }) => model === section.model);
    return there !== undefined && compareRuns(there.run, section.run) >= 0;
  });
}

/** Negative when `a` was asked for before `b`. */
export function compareRuns(a: ReviewRun, b: ReviewRun): number {
  return a.id - b.id || a.attempt - b.attempt;
}

export function latestRun(sections: readonly ReviewSection[]): ReviewRun {
  return sections.reduce<ReviewRun>((latest, { run }) => (compareRuns(run, latest) > 0 ? run : latest), {
    id: 0,
    attempt: 0,
  });
}

function newer(a: ReviewRun | null, b: ReviewRun | null): ReviewRun | null {
  if (a === null || b === null) return a ?? b;
  return compareRuns(b, a) > 0 ? b : a;
}
