import { z } from "zod";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import type { RunRecord } from "../../train/run-record.ts";
import type { Part } from "../budget.ts";
import { brokenParts, brokenSentence } from "../markdown/broken-run.ts";
import { evaluationParts } from "../markdown/evaluation-parts.ts";
import type { EvaluationMarkdownOptions } from "../markdown/options.ts";
import { Phrase, type Sentence } from "../phrase.ts";
import { verdictSentence } from "../verdict/verdict-sentence.ts";
import { type RefusedModel, refusedParts } from "./refused-model.ts";

/** What a model's section is made of: its judged comparison, the run that broke before there was one, or why it could not be judged. */
export type ReviewDocument = EvaluationReport | RunRecord | RefusedModel;

/** The workflow run that judged, in the order in which they were asked for: ids of runs rise, attempts count up within one. */
export const ReviewRun = z.object({ id: z.int().nonnegative(), attempt: z.int().nonnegative() });
export type ReviewRun = z.infer<typeof ReviewRun>;

/** Worst first. A required check is satisfied by the last two alone. */
export const CONCLUSIONS = ["failure", "action_required", "neutral", "success"] as const;

/** What stands in a model's row of the overview, and what must be known to put its section beside those of other jobs. */
export const ReviewHead = z.object({
  model: z.string(),
  standing: z.enum(["failed", "undecided", "passed"]),
  /** What a check run says of it; `undecided` is a failure, neutral or left to a maintainer, as the workflow chose. */
  conclusion: z.enum(CONCLUSIONS),
  headline: z.string(),
  sentence: z.array(Phrase),
  run: ReviewRun,
  /** The pull request's head that was judged; empty where nobody asked. */
  sha: z.string(),
  reportUrl: z.string().optional(),
  /** Names of the parts that an earlier rendering had to leave out. */
  shortened: z.array(z.string()).optional(),
  /** Annotations this section has, and how many of them the check run already carries. */
  annotations: z.int().nonnegative().optional(),
  annotated: z.int().nonnegative().optional(),
});
export type ReviewHead = z.infer<typeof ReviewHead>;

/** One model's part of a review: fresh from its document, or read back from the comment an earlier job wrote. */
export interface ReviewSection extends ReviewHead {
  readonly parts: readonly Part[];
}

export interface ReviewOptions extends EvaluationMarkdownOptions {
  readonly run?: EvaluationMarkdownOptions["run"] & Partial<ReviewRun>;
  readonly sha?: string;
  /** What a verdict that cannot tell does to the check; default: it fails. `ask` leaves it to a maintainer, and says what they do. */
  readonly onInconclusive?: "fail" | "warn" | "ask";
}

/** The section of one model. */
export function reviewSection(document: ReviewDocument, options: ReviewOptions = {}): ReviewSection {
  const { standing, headline } = standingOf(document);
  const conclusion = conclusionOf(standing, document, options);
  const asked = conclusion === "action_required" ? maintainersPart(options) : null;
  const { next: merged, ...others } = options;
  const next = asked ?? (conclusion === "failure" ? undefined : merged); // what fails is not merged
  return {
    model: document.model,
    standing,
    conclusion,
    headline,
    sentence: [...sentenceOf(document), ...(asked === null ? [] : [" ", ...asked])],
    run: { id: options.run?.id ?? 0, attempt: options.run?.attempt ?? 0 },
    sha: options.sha ?? "",
    ...(options.reportUrl === undefined ? {} : { reportUrl: options.reportUrl }),
    parts: partsOf(document, next === undefined ? others : { ...others, next }, null),
  };
}

function conclusionOf(
  standing: ReviewHead["standing"],
  { kind }: ReviewDocument,
  { onInconclusive = "fail" }: ReviewOptions,
): ReviewHead["conclusion"] {
  if (standing === "passed") return "success";
  if (standing === "failed" || kind !== "trainyard.evaluation/v1") return "failure";
  return ({ fail: "failure", warn: "neutral", ask: "action_required" } as const)[onInconclusive];
}

/** Only what was trained here can be believed, so the way to green is a training here, of the very commit. */
function maintainersPart({ sha }: ReviewOptions): Sentence {
  const commit: Phrase[] =
    sha === undefined || sha === "" ? ["this commit"] : ["the commit ", { code: sha.slice(0, 7) }];
  return [
    "A maintainer decides: read the change, push ",
    ...commit,
    " to a branch of this repository and open a pull request from it. It is trained here then, and that verdict takes the place of this one.",
  ];
}

/** The parts of one document's section, under a heading of its own or under none. */
export function partsOf(
  document: ReviewDocument,
  options: EvaluationMarkdownOptions,
  heading: "###" | null,
): readonly Part[] {
  if (document.kind === "trainyard.run/v1") return brokenParts(document, options, heading);
  if (document.kind === "refused") return refusedParts(document, options, heading);
  return evaluationParts(document, options, heading);
}

function standingOf(document: ReviewDocument): Pick<ReviewSection, "standing" | "headline"> {
  if (document.kind === "refused") return { standing: "failed", headline: "not judged" };
  if (document.kind === "trainyard.run/v1")
    return document.status === "interrupted"
      ? { standing: "undecided", headline: "interrupted" }
      : { standing: "failed", headline: "training failed" };
  const { headline } = verdictSentence(document);
  const standings = { fail: "failed", inconclusive: "undecided", pass: "passed" } as const;
  return { standing: standings[document.verdict], headline };
}

function sentenceOf(document: ReviewDocument): readonly Phrase[] {
  if (document.kind === "trainyard.run/v1") return brokenSentence(document);
  if (document.kind === "refused") return [document.message];
  return verdictSentence(document).body;
}
