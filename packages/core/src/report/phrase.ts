import { z } from "zod";
import { htmlText, markdownCode, markdownText, visibleText } from "../escape.ts";

/** A piece of a sentence, before a face decides how it looks. Escaping happens there, once. */
export const Phrase = z.union([
  z.string(),
  z.object({ code: z.string() }).readonly(),
  z.object({ strong: z.string() }).readonly(),
]);
export type Phrase = z.infer<typeof Phrase>;
export type Sentence = readonly Phrase[];

const LONGEST = 2_000;

export function plainSentence(sentence: Sentence): string {
  return visibleText(sentence.map(words).join(""), LONGEST);
}

export function markdownSentence(sentence: Sentence): string {
  return sentence
    .map((phrase) => {
      if (typeof phrase === "string") return spaced(phrase, (text) => markdownText(text, LONGEST));
      return "code" in phrase ? markdownCode(phrase.code) : `**${markdownText(phrase.strong)}**`;
    })
    .join("");
}

export function htmlSentence(sentence: Sentence): string {
  return sentence
    .map((phrase) => {
      if (typeof phrase === "string") return spaced(phrase, (text) => htmlText(text, LONGEST));
      return "code" in phrase ? `<code>${htmlText(phrase.code)}</code>` : `<strong>${htmlText(phrase.strong)}</strong>`;
    })
    .join("");
}

/** Our own sentences that name columns in backticks, as drift's do, cut into phrases. Whatever else stands in backticks stays text. */
export function phrasesOf(text: string): Sentence {
  return text
    .split(/(`[A-Za-z0-9_.\- ]{1,80}`)/)
    .flatMap((part, at): Phrase[] => (part === "" ? [] : at % 2 === 1 ? [{ code: part.slice(1, -1) }] : [part]));
}

function words(phrase: Phrase): string {
  return typeof phrase === "string" ? phrase : "code" in phrase ? phrase.code : phrase.strong;
}

/** Escapes the text and keeps the spaces at its ends, which join it to its neighbours. */
function spaced(text: string, write: (text: string) => string): string {
  const [, before = "", inner = "", after = ""] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? [];
  return (before === "" ? "" : " ") + write(inner) + (after === "" ? "" : " ");
}
