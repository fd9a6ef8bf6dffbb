import { markdownCode, markdownFence, markdownLink, markdownText } from "../../escape.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { duration } from "../../time.ts";
import { fixedPart, type Part } from "../budget.ts";
import { moment } from "../format/moment.ts";
import { count } from "../format/number.ts";
import { markdownSentence } from "../phrase.ts";
import { footprintText } from "../verdict/footprint-text.ts";
import { type GateRow, gateTable, SIGNS } from "../verdict/gate-table.ts";
import { reproduceLines } from "../verdict/reproduce-lines.ts";
import { verdictSentence } from "../verdict/verdict-sentence.ts";
import { andMore, folded, markdownTable } from "./block.ts";
import { changesMarkdown } from "./change-part.ts";
import { curvesMarkdown } from "./curve-chart.ts";
import {
  calibrationMarkdown,
  classesMarkdown,
  confusionMarkdown,
  fairnessMarkdown,
  flipsMarkdown,
  weakSlicesMarkdown,
} from "./look-parts.ts";
import { metricsMarkdown, othersMarkdown, seedsMarkdown, testsMarkdown } from "./metric-parts.ts";
import type { EvaluationMarkdownOptions } from "./options.ts";
import { slicesMarkdown } from "./slice-part.ts";

/** What is shown of a long list before "and more"; the full list is in the HTML report. */
const FIRST = 20;
const MOST_SLICES = 200;

/** The parts of one report's comment in reading order; ranks say what goes first when there is too much. */
export function evaluationParts(
  report: EvaluationReport,
  options: EvaluationMarkdownOptions,
  heading: "###" | null,
): Part[] {
  const { headline, body } = verdictSentence(report);
  const next = options.next === undefined || report.unchanged ? "" : ` ${markdownSentence(options.next)}`;
  const curves = folded("Curves", curvesMarkdown(report));
  return [
    fixedPart(heading === null ? "" : `${heading} ${markdownText(report.model)}: ${markdownText(headline)}`),
    fixedPart(markdownSentence(body) + next),
    { name: "gates", variants: [gatesMarkdown(report), ""], rank: 90 },
    { name: "notes", variants: [notesMarkdown(report.notes, 20), notesMarkdown(report.notes, 3)], rank: 45 },
    { name: "slices", variants: [slicesMarkdown(report, MOST_SLICES), slicesMarkdown(report, FIRST), ""], rank: 20 },
    { name: "weak slices", variants: [weakSlicesMarkdown(report), ""], rank: 42 },
    { name: "fairness", variants: [fairnessMarkdown(report, 50), fairnessMarkdown(report, 0), ""], rank: 44 },
    { name: "calibration", variants: [calibrationMarkdown(report), ""], rank: 43 },
    { name: "curves", variants: [curves, ""], rank: 10 },
    { name: "flipped rows", variants: [flipsMarkdown(report, FIRST), flipsMarkdown(report, 5), ""], rank: 18 },
    { name: "decisions", variants: [confusionMarkdown(report), ""], rank: 12 },
    { name: "classes", variants: [classesMarkdown(report, FIRST), ""], rank: 13 },
    { name: "other metrics", variants: [metricsMarkdown(report), ""], rank: 30 },
    { name: "other baselines", variants: [othersMarkdown(report), ""], rank: 35 },
    { name: "seeds", variants: [seedsMarkdown(report), ""], rank: 16 },
    { name: "how it was tested", variants: [testsMarkdown(report), ""], rank: 15 },
    {
      name: "what changed",
      variants: [changesMarkdown(report.changes, 200), changesMarkdown(report.changes, FIRST), ""],
      rank: 40,
    },
    {
      name: "how to reproduce it",
      variants: [
        folded("Reproduce on your machine", reproduceMarkdown(options.reproduce ?? reproduceLines(report))),
        "",
      ],
      rank: 70,
    },
    fixedPart(footer(report, options)),
  ].filter(({ variants }) => variants.some((text) => text !== ""));
}

function gatesMarkdown(report: EvaluationReport): string {
  const { head, rows } = gateTable(report);
  if (rows.length === 0) return "";
  const cells = rows
    .slice(0, 60)
    .map((row) => [
      markdownSentence(row.rule),
      markdownText(row.baseline),
      markdownText(row.candidate),
      judgedMarkdown(row),
      `${SIGNS[row.status]}\u00a0${row.word.replace(/, /, ",<br>")}`,
    ]);
  return (
    markdownTable([...head.map((text) => markdownText(text)), ""], cells, [1, 2]) + andMore(rows.length - 60, "gates")
  );
}

/** The figures, their sketch, and beneath them why it came out so. */
function judgedMarkdown({ judged, sketch, reason }: GateRow): string {
  const figures = markdownText(judged) + (sketch === "" ? "" : ` \`${sketch}\``);
  const parts = [figures, reason === null ? "" : markdownText(reason, 600)].filter((part) => part !== "");
  return parts.length === 0 ? "–" : parts.join("<br>");
}

function notesMarkdown(notes: readonly string[], most: number): string {
  const lines = notes.slice(0, most).map((note) => `- ${markdownText(note, 500)}`);
  return lines.join("\n") + (notes.length > most ? `\n- … and ${count(notes.length - most)} more notes` : "");
}

function reproduceMarkdown(lines: readonly string[]): string {
  return lines.length === 0 ? "" : markdownFence(lines.slice(0, 20), "sh");
}

function footer(report: EvaluationReport, { gatesFrom, reportUrl, run }: EvaluationMarkdownOptions): string {
  const judged = [
    `Judged ${markdownText(moment(report.at, report.simulatedClock))}`,
    report.commit === null ? "" : ` on commit ${markdownCode(report.commit.slice(0, 7))}`,
    gatesFrom === undefined ? "" : ` with the gates of ${markdownCode(gatesFrom)}`,
  ].join("");
  return [
    judged,
    reportUrl === undefined ? "" : markdownLink("full report", reportUrl),
    run === undefined ? "" : `run ${markdownLink(run.label, run.url)}`,
    report.trainingSeconds === null ? "" : `training took ${duration(report.trainingSeconds)}`,
    ...footprintText(report),
  ]
    .filter((text) => text !== "")
    .join(" · ");
}
