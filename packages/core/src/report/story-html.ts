import type { Deployment } from "../deploy/deployment.ts";
import type { DriftReport } from "../drift/drift-report.ts";
import { htmlText } from "../escape.ts";
import type { EvaluationReport } from "../evaluate/evaluation-report.ts";
import { instant, longDate } from "../time.ts";
import { deploymentSentence } from "./deployment/deployment-sentence.ts";
import { driftSections } from "./drift/drift-body.ts";
import { DRIFT_HEADLINES, watched } from "./drift/drift-words.ts";
import { timelineFigure } from "./drift/timeline-section.ts";
import { htmlFolded } from "./html/element.ts";
import { evaluationSections, noteList } from "./html/evaluation-body.ts";
import { gateSection } from "./html/gate-section.ts";
import { metricSection } from "./html/metric-section.ts";
import { joinedParts } from "./html/page-budget.ts";
import { page } from "./page.ts";
import { htmlSentence, phrasesOf } from "./phrase.ts";
import { verdictSentence } from "./verdict/verdict-sentence.ts";

/** A piece of a story: a paragraph, a document as it was, a list, or many drift checks as one timeline. */
export type StoryPart =
  | string
  | EvaluationReport
  | DriftReport
  | Deployment
  | { readonly list: readonly string[] }
  | { readonly timeline: readonly DriftReport[] };

export interface StorySection {
  readonly heading: string;
  readonly parts: readonly StoryPart[];
}

/** Several documents as one self-contained page with a table of contents. `lead` is the paragraph under the title. */
export function storyHtml(title: string, sections: readonly StorySection[], lead = ""): string {
  const contents = sections.map(({ heading }, at) => `<li><a href="#part-${at + 1}">${htmlText(heading)}</a></li>`);
  const body = sections.map(
    ({ heading, parts }, at) =>
      `<section id="part-${at + 1}"><h2>${htmlText(heading)}</h2>\n${parts.map(storyPart).join("\n")}\n</section>`,
  );
  return page({
    title,
    over: "Trainyard",
    heading: title,
    lead: lead === "" ? "" : `<p class="lead">${htmlText(lead, 2_000)}</p>`,
    body: joinedParts([
      sections.length > 1 ? `<nav aria-label="Contents"><ol>\n${contents.join("\n")}\n</ol></nav>` : "",
      ...body,
    ]),
    footer: "Made by Trainyard from the documents of the runs it tells about.",
  });
}

function storyPart(part: StoryPart): string {
  if (typeof part === "string") return `<p>${htmlText(part, 4_000)}</p>`;
  if ("list" in part)
    return `<ul>\n${part.list
      .slice(0, 200)
      .map((item) => `<li>${htmlText(item, 1_000)}</li>`)
      .join("\n")}\n</ul>`;
  if ("timeline" in part) return timelineFigure(part.timeline);
  switch (part.kind) {
    case "trainyard.evaluation/v1":
      return evaluationArticle(part);
    case "trainyard.drift/v1":
      return driftArticle(part);
    case "trainyard.deployment/v1":
      return `<p>${htmlSentence(deploymentSentence(part))} <span class="muted">${stamp(part.endedAt, part.simulatedClock)}</span></p>`;
  }
}

function evaluationArticle(report: EvaluationReport): string {
  const { headline, body } = verdictSentence(report);
  return [
    "<article>",
    `<h3>${htmlText(`${report.model}: ${headline}`)}</h3>`,
    `<p>${htmlSentence(body)} <span class="muted">${stamp(report.at, report.simulatedClock)}</span></p>`,
    gateSection(report),
    noteList(report.notes),
    metricSection(report),
    htmlFolded("Slices, curves, what changed, how it was made", joinedParts(evaluationSections(report, "h4", false))),
    "</article>",
  ]
    .filter((line) => line !== "")
    .join("\n");
}

function driftArticle(report: DriftReport): string {
  return [
    "<article>",
    `<h3>${htmlText(`${watched(report)}: ${DRIFT_HEADLINES[report.verdict]}`)}</h3>`,
    `<p>${htmlSentence(phrasesOf(report.summary))} <span class="muted">${stamp(report.at, report.simulatedClock)}</span></p>`,
    noteList(report.notes),
    htmlFolded("Columns, checks, how it was made", joinedParts(driftSections(report, "h4"))),
    "</article>",
  ]
    .filter((line) => line !== "")
    .join("\n");
}

function stamp(text: string, simulated: boolean): string {
  const at = instant(text);
  return `${htmlText(at === null ? text : longDate(at))}${simulated ? ", simulated clock" : ""}.`;
}
