import type { DriftReport } from "../../drift/drift-report.ts";
import { noteList } from "../html/evaluation-body.ts";
import { joinedParts } from "../html/page-budget.ts";
import { page } from "../page.ts";
import { htmlSentence, phrasesOf } from "../phrase.ts";
import { driftSections } from "./drift-body.ts";
import { DRIFT_HEADLINES, watched } from "./drift-words.ts";

/** One look at the current data as a self-contained HTML file: the summary, then performance and the columns that moved. */
export function driftHtml(report: DriftReport): string {
  const heading = `${watched(report)}: ${DRIFT_HEADLINES[report.verdict]}`;
  return page({
    title: heading,
    over: "Trainyard drift check",
    heading,
    lead: `<p class="lead">${htmlSentence(phrasesOf(report.summary))}</p>`,
    body: joinedParts([noteList(report.notes), ...driftSections(report, "h2")]),
    footer: `Made by Trainyard from the drift report${report.simulatedClock ? "; its clock was simulated" : ""}.`,
  });
}
