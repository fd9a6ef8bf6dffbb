import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { htmlSentence, phrasesOf } from "../phrase.ts";
import { curveSection } from "./curve-section.ts";
import { changeSection, flipSection, makingSection } from "./making-section.ts";
import { metricSection } from "./metric-section.ts";
import { sliceSection } from "./slice-section.ts";

/** The sections of an evaluation after its sentence and gates, in their fixed order; empty where there is nothing to show. */
export function evaluationSections(report: EvaluationReport, tag: "h2" | "h4", metrics = true): string[] {
  const section = (heading: string, body: string) =>
    body === "" ? "" : `<section><${tag}>${heading}</${tag}>\n${body}\n</section>`;
  return [
    metrics ? section("Metrics", metricSection(report)) : "",
    section("Slices", sliceSection(report)),
    curveSection(report, tag),
    section("Flipped rows", flipSection(report)),
    report.baseline === null && report.changes.length === 0
      ? ""
      : section("What changed", changeSection(report.changes)),
    section("How it was made", makingSection(report)),
  ];
}

export function noteList(notes: readonly string[]): string {
  return notes.length === 0
    ? ""
    : `<ul class="notes">\n${notes
        .slice(0, 30)
        .map((note) => `<li>${htmlSentence(phrasesOf(note))}</li>`)
        .join("\n")}\n</ul>`;
}
