import type { EvaluationReport } from "../evaluate/evaluation-report.ts";
import { evaluationSections, noteList } from "./html/evaluation-body.ts";
import { gateSection } from "./html/gate-section.ts";
import { joinedParts } from "./html/page-budget.ts";
import { page } from "./page.ts";
import { htmlSentence } from "./phrase.ts";
import { verdictSentence } from "./verdict/verdict-sentence.ts";

/** The whole comparison as one self-contained HTML file: the sentence and gates first, every figure with its table behind it. */
export function evaluationHtml(report: EvaluationReport): string {
  const { headline, body } = verdictSentence(report);
  return page({
    title: `${report.model}: ${headline}`,
    over: "Trainyard evaluation",
    heading: `${report.model}: ${headline}`,
    lead: `<p class="lead">${htmlSentence(body)}</p>`,
    body: joinedParts([gateSection(report), noteList(report.notes), ...evaluationSections(report, "h2")]),
    footer: `Made by Trainyard from the evaluation report${report.simulatedClock ? "; its clock was simulated" : ""}.`,
  });
}
