import { markdownHtml, markdownLink, markdownText } from "../escape.ts";
import type { EvaluationReport } from "../evaluate/evaluation-report.ts";
import type { RunRecord } from "../train/run-record.ts";
import { COMMENT_LIMIT, fixedPart, type Part, withinBudget } from "./budget.ts";
import { count } from "./format/number.ts";
import { folded, markdownTable } from "./markdown/block.ts";
import { brokenParts, brokenSentence } from "./markdown/broken-run.ts";
import { evaluationParts } from "./markdown/evaluation-parts.ts";
import type { EvaluationMarkdownOptions } from "./markdown/options.ts";
import { markdownSentence } from "./phrase.ts";
import { verdictSentence } from "./verdict-sentence.ts";

/** One model's section: its judged comparison, or the run that broke before there was one. */
export interface ModelSection extends EvaluationMarkdownOptions {
  readonly document: EvaluationReport | RunRecord;
}

/**
 * The pull-request comment for one model: a sentence, a table, the rest folded.
 * When it would be too long it loses, in this order: curves, slices beyond the first 20, other metrics, slices, changes
 * beyond the first 20, changes, the lines to reproduce it, log lines, the table.
 */
export function evaluationMarkdown(
  document: EvaluationReport | RunRecord,
  options: EvaluationMarkdownOptions = {},
): string {
  return `${withinBudget(sectionParts(document, options, "###"), (options.budget ?? COMMENT_LIMIT) - 1, remark(options.reportUrl))}\n`;
}

/**
 * The comment for several models: a table with a sentence each, then their sections folded, the failing ones first and
 * open. One model gets its own form, none the line "No model changed."
 */
export function evaluationsMarkdown(
  sections: readonly ModelSection[],
  options: { readonly budget?: number; readonly reportUrl?: string } = {},
): string {
  const budget = options.budget ?? COMMENT_LIMIT;
  const [only] = sections;
  if (only === undefined) return "No model changed.\n";
  if (sections.length === 1) return evaluationMarkdown(only.document, { ...only, budget });

  const ordered = sections
    .map((section) => ({ section, ...standing(section.document) }))
    .sort((a, b) => a.urgency - b.urgency);
  const rows = ordered.map(({ section: { document }, sign, headline }) => [
    markdownText(document.model),
    `${sign} ${markdownText(headline)}`,
    tableSentence(document),
  ]);
  const table = (most: number, sentences: boolean) => {
    const shown = rows
      .slice(0, most)
      .map(([model = "", verdict = "", sentence = ""]) => (sentences ? [model, verdict, sentence] : [model, verdict]));
    const more = rows.length > most ? `\n\n… and ${count(rows.length - most)} more models.` : "";
    return markdownTable(sentences ? ["model", "verdict", ""] : ["model", "verdict"], shown) + more;
  };
  const parts: Part[] = [
    fixedPart(`### ${title(ordered.map(({ sign }) => sign))}`),
    { name: "models", variants: [table(200, true), table(200, false), table(50, false)], rank: 95 },
    ...ordered.map(({ section, headline, urgency }): Part => {
      const own = sectionParts(section.document, section, null);
      const inner = (share: number) => withinBudget(own, share, remark(section.reportUrl));
      const wrap = (text: string) =>
        folded(`<b>${markdownHtml(section.document.model)}</b>: ${markdownHtml(headline)}`, text, urgency === 0);
      const shares = [budget, 16_000, 6_000, 2_500].map((share) => wrap(inner(share)));
      return {
        name: `details of ${section.document.model}`,
        variants: [...new Set([...shares, ""])],
        rank: urgency === 0 ? 60 : 50 - urgency,
      };
    }),
  ];
  return `${withinBudget(parts, budget - 1, remark(options.reportUrl))}\n`;
}

function sectionParts(
  document: EvaluationReport | RunRecord,
  options: EvaluationMarkdownOptions,
  heading: "###" | null,
): Part[] {
  return document.kind === "trainyard.run/v1"
    ? brokenParts(document, options, heading)
    : evaluationParts(document, options, heading);
}

/** Verdict sign and urgency of a document: 0 failed, 1 undecided, 2 passed. */
function standing(document: EvaluationReport | RunRecord): { sign: string; headline: string; urgency: 0 | 1 | 2 } {
  if (document.kind === "trainyard.run/v1") {
    return document.status === "interrupted"
      ? { sign: "⚠️", headline: "interrupted", urgency: 1 }
      : { sign: "❌", headline: "training failed", urgency: 0 };
  }
  const { headline } = verdictSentence(document);
  if (document.verdict === "fail") return { sign: "❌", headline, urgency: 0 };
  return document.verdict === "inconclusive"
    ? { sign: "⚠️", headline, urgency: 1 }
    : { sign: "✅", headline, urgency: 2 };
}

function tableSentence(document: EvaluationReport | RunRecord): string {
  return markdownSentence(
    document.kind === "trainyard.run/v1" ? brokenSentence(document) : verdictSentence(document).body,
  );
}

function title(signs: readonly string[]): string {
  const number = (sign: string) => signs.filter((each) => each === sign).length;
  const said = [
    number("❌") > 0 ? `${number("❌")} failed` : "",
    number("⚠️") > 0 ? `${number("⚠️")} undecided` : "",
    number("✅") > 0 ? `${number("✅")} passed` : "",
  ].filter((text) => text !== "");
  return `${signs.length} models: ${said.join(", ")}`;
}

function remark(reportUrl: string | undefined): (names: readonly string[]) => string {
  return (names) => {
    const left = `Shortened to fit a comment: ${names
      .slice(0, 12)
      .map((name) => markdownText(name))
      .join(", ")}${names.length > 12 ? ", …" : ""}.`;
    return reportUrl === undefined ? left : `${left} ${markdownLink("The full report has all of it.", reportUrl)}`;
  };
}
