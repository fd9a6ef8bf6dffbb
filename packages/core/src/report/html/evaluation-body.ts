import { htmlText } from "../../escape.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { htmlSentence, phrasesOf } from "../phrase.ts";
import { flipHeading } from "../verdict/look-words.ts";
import { otherBaselines } from "../verdict/other-baselines.ts";
import { classSection, confusionSection } from "./confusion-section.ts";
import { curveSection } from "./curve-section.ts";
import { type Column, htmlTable } from "./element.ts";
import { fairnessSection } from "./fairness-section.ts";
import { flipSection } from "./flip-section.ts";
import { changeSection, makingSection, reproduceSection } from "./making-section.ts";
import { metricSection, seedSection } from "./metric-section.ts";
import { sliceSection } from "./slice-section.ts";
import { thresholdSection } from "./threshold-section.ts";
import { weakSection } from "./weak-section.ts";

/** The sections of an evaluation after its sentence and gates, in their fixed order; empty where there is nothing to show. */
export function evaluationSections(report: EvaluationReport, tag: "h2" | "h4", metrics = true): string[] {
  const section = (heading: string, body: string) =>
    body === "" ? "" : `<section><${tag}>${heading}</${tag}>\n${body}\n</section>`;
  return [
    metrics ? section("Metrics", metricSection(report)) : "",
    section("Seeds", seedSection(report)),
    ...otherBaselines(report).map(({ label, rows, table }) =>
      section(
        `Against ${htmlText(label, 60)}`,
        `<p>${htmlText(rows)}</p>\n${htmlTable(
          columnsAgainst(label),
          table.map(([name, other, candidate, difference]) => [name, difference, other, candidate]),
          true,
          `Metrics against ${label}`,
        )}`,
      ),
    ),
    section("Slices", sliceSection(report)),
    section("Weak slices", weakSection(report)),
    section("Fairness", fairnessSection(report)),
    curveSection(report, tag),
    section("Best thresholds", thresholdSection(report)),
    section("Decisions", [confusionSection(report), classSection(report)].filter((part) => part !== "").join("\n")),
    section(flipHeading(report), flipSection(report)),
    // Of files that somebody gave nothing is recorded that could differ.
    (report.baseline === null || report.candidate.run === null) && report.changes.length === 0
      ? ""
      : section("What changed", changeSection(report.changes)),
    section("How it was made", makingSection(report)),
    section("Reproduce on your machine", reproduceSection(report)),
  ];
}

const columnsAgainst = (label: string): Column[] => [
  { name: "metric" },
  { name: "difference", kind: "num" },
  { name: label, kind: "num" },
  { name: "candidate", kind: "num" },
];

export function noteList(notes: readonly string[]): string {
  return notes.length === 0
    ? ""
    : `<ul class="notes">\n${notes
        .slice(0, 30)
        .map((note) => `<li>${htmlSentence(phrasesOf(note))}</li>`)
        .join("\n")}\n</ul>`;
}
