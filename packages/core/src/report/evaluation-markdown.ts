import type { EvaluationReport } from "../evaluate/evaluation-report.ts";
import type { RunRecord } from "../train/run-record.ts";
import { COMMENT_LIMIT, withinBudget } from "./budget.ts";
import type { EvaluationMarkdownOptions } from "./markdown/options.ts";
import { reviewPage, shortenedRemark } from "./review/review-page.ts";
import { partsOf, reviewSection } from "./review/review-section.ts";

/** One model's document, and what only the caller knows of it. */
export interface ModelSection extends EvaluationMarkdownOptions {
  readonly document: EvaluationReport | RunRecord;
}

/**
 * The report of one model as Markdown, for a job summary or a file: a sentence, a table, the rest folded.
 * When it would be too long it loses, in this order: curves, decisions, figures of each class, how it was tested, flipped rows, slices beyond
 * the first 20, slices, other metrics, changes beyond the first 20, changes, weak slices, calibration, fairness, notes, the lines to reproduce it, log
 * lines, the table.
 */
export function evaluationMarkdown(
  document: EvaluationReport | RunRecord,
  options: EvaluationMarkdownOptions = {},
): string {
  const parts = partsOf(document, options, "###");
  return `${withinBudget(parts, (options.budget ?? COMMENT_LIMIT) - 1, shortenedRemark(options.reportUrl))}\n`;
}

/** The same for several models, in the form of their comment. */
export function evaluationsMarkdown(
  sections: readonly ModelSection[],
  options: { readonly budget?: number; readonly reportUrl?: string } = {},
): string {
  return reviewPage(
    sections.map(({ document, ...own }) => reviewSection(document, own)),
    options,
  );
}
