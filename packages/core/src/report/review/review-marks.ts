import { z } from "zod";
import type { Part } from "../budget.ts";
import { NO_REVIEW, type Review } from "./review.ts";
import type { Marks } from "./review-page.ts";
import { ReviewHead, ReviewRun, type ReviewSection } from "./review-section.ts";

/**
 * How a review is written so that it can be read back: HTML comments, which nobody sees, each on a line of its own.
 *
 *     <!-- trainyard:review {…} -->     first line: this text is ours
 *     <!-- trainyard:section {…} -->    a model's section: what its row shows, who judged it
 *     <!-- trainyard:part {…} -->       a part of it, with its rank: what goes first when there is too much
 *     <!-- trainyard:remark -->         what was left out: not read back
 *     <!-- trainyard:end -->
 *
 * Nothing inside a section can look like one of these lines: the word is broken wherever a text holds it.
 */
const WORD = "<!-- trainyard:";
const LINE = /^<!-- trainyard:(review|section|part|remark|end)(?: (\{.*\}))? -->$/;
/** Stands for "never shortened" in JSON, which has no infinity. */
const NEVER = 1_000;

const ReviewMark = z.object({ complete: ReviewRun.nullable() });
const PartMark = z.object({ name: z.string(), rank: z.number() });

/** First line of a review's text. */
export function reviewMark({ complete }: Review): string {
  return mark("review", { complete });
}

/** True for a text that begins with the mark: a comment or a check of ours, if its author is. */
export function isReview(text: string): boolean {
  return LINE.exec(text.split(/\r?\n/, 1)[0] ?? "")?.[1] === "review";
}

export const reviewMarks: Marks = {
  open({ parts: _, ...head }, shortened) {
    return mark("section", { ...head, ...(shortened.length === 0 ? {} : { shortened }) });
  },
  part: ({ name, rank }, text) => `${mark("part", { name, rank: Math.min(rank, NEVER) })}\n${unmarked(text)}`,
  remark: (text) => `${mark("remark")}\n${unmarked(text)}`,
  close: mark("end"),
};

/** A review as it stands in a text; empty when the text is not one. A section whose mark was damaged is left out: its job writes it again. */
export function readReview(text: string): Review {
  if (!isReview(text)) return NO_REVIEW;
  const [first = "", ...lines] = text.split(/\r?\n/);
  const head = ReviewMark.safeParse(jsonOf(LINE.exec(first)?.[2]));
  const sections: ReviewSection[] = [];
  let section: { head: ReviewHead; parts: Part[] } | null = null;
  let part: { mark: z.infer<typeof PartMark>; lines: string[] } | null = null;
  const endPart = () => {
    const said = part?.lines.join("\n").trim() ?? "";
    if (part !== null && said !== "") section?.parts.push(keptPart(part.mark, said));
    part = null;
  };
  const endSection = () => {
    endPart();
    if (section !== null) sections.push({ ...section.head, parts: section.parts });
    section = null;
  };
  for (const line of lines) {
    const [, word, json] = LINE.exec(line) ?? [];
    if (word === undefined) part?.lines.push(line);
    else if (word === "section") {
      endSection();
      const parsed = ReviewHead.safeParse(jsonOf(json));
      section = parsed.success ? { head: parsed.data, parts: [] } : null;
    } else {
      endPart();
      const parsed = word === "part" ? PartMark.safeParse(jsonOf(json)) : null;
      if (parsed?.success) part = { mark: parsed.data, lines: [] };
      if (word === "end") endSection();
    }
  }
  endSection();
  return { complete: head.success ? head.data.complete : null, sections };
}

/** What was written is all that is left of a part: whole, or not at all. */
function keptPart({ name, rank }: z.infer<typeof PartMark>, text: string): Part {
  return rank >= NEVER
    ? { name, variants: [text], rank: Number.POSITIVE_INFINITY }
    : { name, variants: [text, ""], rank };
}

/** A mark's JSON holds no `>`, so nothing in it ends the comment. */
function mark(word: string, value?: unknown): string {
  const json = value === undefined ? "" : ` ${JSON.stringify(value).replaceAll(">", "\\u003e")}`;
  return `${WORD}${word}${json} -->`;
}

/** U+2060 breaks the word; a log that holds it still reads the same. */
function unmarked(text: string): string {
  return text.replaceAll(WORD, "<!--\u2060 trainyard:");
}

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}
