import { markdownCode, markdownHtml, markdownLink, markdownText } from "../../escape.ts";
import { byCodePoint } from "../../order.ts";
import { COMMENT_LIMIT, fixedPart, type Part, withinBudget } from "../budget.ts";
import { count } from "../format/number.ts";
import { folded, markdownTable } from "../markdown/block.ts";
import { markdownSentence } from "../phrase.ts";
import { latestRun } from "./review.ts";
import type { ReviewSection } from "./review-section.ts";

/** What is written around and into sections so that they can be read back; nothing where nobody will. */
export interface Marks {
  open(section: ReviewSection, shortened: readonly string[]): string;
  part(part: Part, text: string): string;
  /** Around what is said about parts left out: never read back. */
  remark(text: string): string;
  readonly close: string;
}

export interface PageOptions {
  readonly budget?: number;
  /** The full report of all models, for what is left out. */
  readonly reportUrl?: string;
  readonly marks?: Marks;
  /** Without the title and the table: where they stand elsewhere. */
  readonly sectionsOnly?: boolean;
  /** What the budget counts; default: UTF-16 code units, which is never fewer than characters. */
  readonly size?: (text: string) => number;
}

export const NOTHING_CHANGED = "No model changed.";
const SIGNS = { failed: "❌", undecided: "⚠️", passed: "✅" } as const;
const URGENCY = { failed: 0, undecided: 1, passed: 2 } as const;
/** Sizes a section is tried at when there are several and they do not fit as they are. */
const SHARES = [16_000, 6_000, 2_500, 1_200];

/**
 * The sections of several models: a table with a sentence each, then the sections folded, the failing ones first and open. One model gets
 * its own form, none the line "No model changed." When it would be too long, sections of models that passed are shortened before those that failed.
 */
export function reviewPage(sections: readonly ReviewSection[], options: PageOptions = {}): string {
  const budget = (options.budget ?? COMMENT_LIMIT) - 1;
  const ordered = inOrder(sections);
  const [only] = ordered;
  if (only === undefined) return `${NOTHING_CHANGED}\n`;
  const size = options.size ?? ((text: string) => text.length);
  if (ordered.length === 1) {
    const heading = options.sectionsOnly === true ? "" : `### ${headlineOf(only)}\n\n`;
    return `${marked(only, budget, (text) => heading + text, options, size)}\n`;
  }
  const newest = latestRun(ordered);
  const parts: Part[] = [
    ...(options.sectionsOnly === true ? [] : [fixedPart(`### ${pageTitle(ordered)}`), overviewPart(ordered)]),
    ...ordered.map((section): Part => {
      const open = section.standing === "failed" && section.run.id === newest.id;
      const summary = `<b>${markdownHtml(section.model)}</b>: ${markdownHtml(section.headline)}`;
      const at = (share: number) => marked(section, share, (text) => folded(summary, text, open), options, size);
      const bare =
        options.marks === undefined
          ? []
          : [`${options.marks.open(section, allNames(section))}\n${options.marks.close}`];
      return {
        name: `details of ${section.model}`,
        variants: [...new Set([...[budget, ...SHARES.filter((share) => share < budget)].map(at), ...bare, ""])],
        rank: section.standing === "failed" ? 60 : 50 - URGENCY[section.standing],
      };
    }),
  ];
  return `${withinBudget(parts, budget, shortenedRemark(options.reportUrl), size)}\n`;
}

/** "flight-delays: better than production v1", or how many of several failed. */
export function pageTitle(sections: readonly ReviewSection[]): string {
  const [only] = sections;
  if (only === undefined) return NOTHING_CHANGED;
  if (sections.length === 1) return headlineOf(only);
  const number = (standing: ReviewSection["standing"]) =>
    sections.filter((section) => section.standing === standing).length;
  const said = (["failed", "undecided", "passed"] as const).flatMap((standing) =>
    number(standing) === 0 ? [] : [`${number(standing)} ${standing}`],
  );
  return `${sections.length} models: ${said.join(", ")}`;
}

/** The table of models with one sentence each. */
export function overviewPart(sections: readonly ReviewSection[]): Part {
  const newest = latestRun(sections);
  const rows = inOrder(sections).map((section) => {
    const earlier =
      section.run.id === newest.id || section.sha === "" ? "" : ` (at ${markdownCode(section.sha.slice(0, 7))})`;
    return [
      markdownText(section.model) + earlier,
      `${SIGNS[section.standing]} ${markdownText(section.headline)}`,
      markdownSentence(section.sentence),
    ];
  });
  const table = (most: number, sentences: boolean) => {
    const shown = rows.slice(0, most).map((cells) => (sentences ? cells : cells.slice(0, 2)));
    const more = rows.length > most ? `\n\n… and ${count(rows.length - most)} more models.` : "";
    return markdownTable(sentences ? ["model", "verdict", ""] : ["model", "verdict"], shown) + more;
  };
  return { name: "models", variants: [table(200, true), table(200, false), table(50, false)], rank: 95 };
}

/** What is said where something was left out. */
export function shortenedRemark(reportUrl: string | undefined): (names: readonly string[]) => string {
  return (names) => {
    const left = `Shortened to fit a comment: ${names
      .slice(0, 12)
      .map((name) => markdownText(name))
      .join(", ")}${names.length > 12 ? ", …" : ""}.`;
    return reportUrl === undefined ? left : `${left} ${markdownLink("The full report has all of it.", reportUrl)}`;
  };
}

/** Failing ones first, then by name. */
function inOrder(sections: readonly ReviewSection[]): ReviewSection[] {
  return [...sections].sort((a, b) => URGENCY[a.standing] - URGENCY[b.standing] || byCodePoint(a.model, b.model));
}

function headlineOf({ model, headline }: ReviewSection): string {
  return `${markdownText(model)}: ${markdownText(headline)}`;
}

/** A section at no more than so much, within its marks. What earlier renderings left out is said as well. */
function marked(
  section: ReviewSection,
  share: number,
  wrap: (text: string) => string,
  { marks }: PageOptions,
  size: (text: string) => number,
): string {
  const before = section.shortened ?? [];
  const remark = shortenedRemark(section.reportUrl);
  const said = (names: readonly string[]) => marks?.remark(remark(names)) ?? remark(names);
  let shortened: readonly string[] = before;
  const parts = marks === undefined ? section.parts : section.parts.map((part) => markedPart(part, marks));
  const around = (text: string) =>
    marks === undefined ? wrap(text) : `${marks.open(section, shortened)}\n\n${wrap(`${text}\n\n${marks.close}`)}`;
  // The marks name what is left out, so their length is that of the case in which everything is.
  shortened = allNames(section);
  const room = share - size(around("")) - (before.length === 0 ? 0 : size(said(shortened)) + 2);
  shortened = before;
  const inner = withinBudget(
    parts,
    room,
    (names) => {
      shortened = [...new Set([...before, ...names])];
      return said(shortened);
    },
    size,
  );
  return around(shortened === before && before.length > 0 ? `${inner}\n\n${said(before)}` : inner);
}

/** Everything that can be missing from a section. */
function allNames({ shortened = [], parts }: ReviewSection): string[] {
  return [...new Set([...shortened, ...parts.map(({ name }) => name)])].filter((name) => name !== "");
}

function markedPart(part: Part, marks: Marks): Part {
  return { ...part, variants: part.variants.map((text) => (text === "" ? "" : marks.part(part, text))) };
}
