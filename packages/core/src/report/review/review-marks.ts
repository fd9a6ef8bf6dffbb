import { z } from "zod";
import type { Part } from "../budget.ts";
import { firstMark, readMark, withoutMarks, writeMark } from "../mark.ts";
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
/** Stands for "never shortened" in JSON, which has no infinity. */
const NEVER = 1_000;

const ReviewMark = z.object({ complete: ReviewRun.nullable() });
const PartMark = z.object({ name: z.string(), rank: z.number() });

/** First line of a review's text. */
export function reviewMark({ complete }: Review): string {
  return writeMark("review", { complete });
}

/** True for a text that begins with the mark: a comment or a check of ours, if its author is. */
export function isReview(text: string): boolean {
  return firstMark(text)?.word === "review";
}

export const reviewMarks: Marks = {
  open({ parts: _, ...head }, shortened) {
    return writeMark("section", { ...head, ...(shortened.length === 0 ? {} : { shortened }) });
  },
  part: ({ name, rank }, text) => `${writeMark("part", { name, rank: Math.min(rank, NEVER) })}\n${withoutMarks(text)}`,
  remark: (text) => `${writeMark("remark")}\n${withoutMarks(text)}`,
  close: writeMark("end"),
};

/** A review as it stands in a text; empty when the text is not one. A section whose mark was damaged is left out: its job writes it again. */
export function readReview(text: string): Review {
  if (!isReview(text)) return NO_REVIEW;
  const [, ...lines] = text.split(/\r?\n/);
  const head = ReviewMark.safeParse(firstMark(text)?.value);
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
    const mark = readMark(line);
    if (mark === null) part?.lines.push(line);
    else if (mark.word === "section") {
      endSection();
      const parsed = ReviewHead.safeParse(mark.value);
      section = parsed.success ? { head: parsed.data, parts: [] } : null;
    } else {
      endPart();
      const parsed = mark.word === "part" ? PartMark.safeParse(mark.value) : null;
      if (parsed?.success) part = { mark: parsed.data, lines: [] };
      if (mark.word === "end") endSection();
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
