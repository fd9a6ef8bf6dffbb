import { markdownCode, markdownFence, markdownLink, markdownText } from "../../escape.ts";
import { fixedPart, type Part } from "../budget.ts";
import type { EvaluationMarkdownOptions } from "../markdown/options.ts";
import { markdownSentence, phrasesOf } from "../phrase.ts";

/** A model that could not be judged: the refusal's code, what happened and what to do. */
export interface RefusedModel {
  readonly kind: "refused";
  readonly model: string;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** The comment of a model nothing could be said about: why, and what to do. */
export function refusedParts(
  { model, code, message, hint }: RefusedModel,
  options: EvaluationMarkdownOptions,
  heading: "###" | null,
): Part[] {
  return [
    fixedPart(heading === null ? "" : `${heading} ${markdownText(model)}: not judged`),
    fixedPart(`It was refused with ${markdownCode(code)}:`),
    fixedPart(markdownFence(message.slice(0, 4_000).split("\n").slice(0, 20), "text")),
    {
      name: "advice",
      variants: [`**What to do.** ${markdownSentence(phrasesOf(hint.slice(0, 1_500)))}`, ""],
      rank: 90,
    },
    fixedPart(options.run === undefined ? "" : `run ${markdownLink(options.run.label, options.run.url)}`),
  ].filter(({ variants }) => variants[0] !== "");
}
