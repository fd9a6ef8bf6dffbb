import { markdownCode, markdownFence, markdownHtml, markdownLink, markdownText } from "../../escape.ts";
import type { Change, EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { duration } from "../../time.ts";
import { fixedPart, type Part } from "../budget.ts";
import { changesSummary } from "../change-summary.ts";
import { estimateText } from "../format/interval.ts";
import { metricName, metricTitle, unitSuffix } from "../format/metric-name.ts";
import { moment } from "../format/moment.ts";
import { count, decimalsOf, fixed } from "../format/number.ts";
import { pText, testTitle } from "../format/test-name.ts";
import { gateTable, SIGNS } from "../gate-table.ts";
import { markdownSentence } from "../phrase.ts";
import { requirementLines } from "../requirement-lines.ts";
import { rankedSlices, slicesSummary } from "../slice-ranking.ts";
import { verdictSentence } from "../verdict-sentence.ts";
import { andMore, folded, markdownTable } from "./block.ts";
import { curvesMarkdown } from "./curve-chart.ts";
import type { EvaluationMarkdownOptions } from "./options.ts";

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
    { name: "curves", variants: [curves, ""], rank: 10 },
    { name: "other metrics", variants: [metricsMarkdown(report), ""], rank: 30 },
    { name: "how it was tested", variants: [testsMarkdown(report), ""], rank: 15 },
    {
      name: "what changed",
      variants: [changesMarkdown(report.changes, 200), changesMarkdown(report.changes, FIRST), ""],
      rank: 40,
    },
    {
      name: "how to reproduce it",
      variants: [folded("Reproduce on your machine", reproduceMarkdown(options)), ""],
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
      markdownText(row.judged) + (row.sketch === "" ? "" : ` \`${row.sketch}\``),
      `${SIGNS[row.status]}\u00a0${row.word.replace(/, /, ",<br>")}`,
    ]);
  return (
    markdownTable([...head.map((text) => markdownText(text)), ""], cells, [1, 2]) + andMore(rows.length - 60, "gates")
  );
}

function notesMarkdown(notes: readonly string[], most: number): string {
  const lines = notes.slice(0, most).map((note) => `- ${markdownText(note, 500)}`);
  return lines.join("\n") + (notes.length > most ? `\n- … and ${count(notes.length - most)} more notes` : "");
}

function slicesMarkdown(report: EvaluationReport, most: number): string {
  if (report.slices.length === 0) return "";
  const shown = rankedSlices(report.slices).slice(0, most);
  const decimals = Math.max(
    ...shown.map(({ gain, candidate }) => Math.min(decimalsOf(gain?.value ?? candidate, gain?.interval ?? null), 5)),
  );
  const rows = shown.map((slice) => [
    `${markdownText(slice.column)} = ${markdownText(slice.value)}`,
    count(slice.rows),
    slice.baseline === null ? "–" : fixed(slice.baseline, decimals),
    fixed(slice.candidate, decimals),
    slice.gain === null ? "–" : markdownText(estimateText(slice.gain, decimals, true)),
    slice.worse ? "❌ worse" : "",
  ]);
  const metric = metricName(shown[0]?.metric ?? "");
  const head = [
    "slice",
    "rows",
    markdownText(report.baseline?.label ?? "baseline"),
    "candidate",
    `gain in ${markdownText(metric)}, more is better`,
    "",
  ];
  const table = markdownTable(head, rows, [1, 2, 3]) + andMore(report.slices.length - shown.length, "slices");
  return folded(`Slices: ${markdownHtml(slicesSummary(report))}`, table);
}

/** Metrics no gate judged. */
function metricsMarkdown(report: EvaluationReport): string {
  const judged = new Set(report.checks.map(({ subject }) => subject));
  const others = report.metrics.filter(({ name }) => !judged.has(name)).slice(0, 60);
  if (others.length === 0) return "";
  const rows = others.map((metric) => {
    const measure = metric.difference ?? metric.candidate;
    const decimals = decimalsOf(measure.value, measure.interval);
    const unit = markdownText(unitSuffix(metric.unit));
    return [
      `${markdownText(metricTitle(metric.name))}${unit === "" ? "" : ` (${unit})`}`,
      metric.baseline === null ? "–" : fixed(metric.baseline.value, decimals),
      metric.difference === null
        ? markdownText(estimateText(metric.candidate, decimals))
        : fixed(metric.candidate.value, decimals),
      metric.difference === null ? "–" : markdownText(estimateText(metric.difference, decimals, true)),
    ];
  });
  return folded(
    `Other metrics: ${count(others.length)}`,
    markdownTable(
      ["metric", markdownText(report.baseline?.label ?? "baseline"), "candidate", "difference"],
      rows,
      [1, 2],
    ),
  );
}

/** Which test stands behind each metric's interval, and what it says of no difference at all. */
function testsMarkdown(report: EvaluationReport): string {
  const tested = report.metrics.filter(({ test }) => test !== undefined).slice(0, 60);
  if (tested.length === 0) return "";
  const compared = tested.some(({ test }) => test?.p != null);
  const rows = tested.map((metric) => [
    markdownText(metricTitle(metric.name)),
    testTitle(metric),
    ...(compared ? [markdownText(pText(metric))] : []),
  ]);
  const head = compared ? ["metric", "test", "p of no difference"] : ["metric", "interval by"];
  return folded("How it was tested", [markdownTable(head, rows, [2]), ...requirements(report)].join("\n\n"));
}

/** What evidence each gate needs, beside what there is. */
function requirements(report: EvaluationReport): string[] {
  const lines = requirementLines(report).slice(0, 60);
  return lines.length === 0 ? [] : [lines.map((line) => `- ${markdownSentence(line)}`).join("\n")];
}

function changesMarkdown(changes: readonly Change[], most: number): string {
  if (changes.length === 0) return "";
  const rows = changes
    .slice(0, most)
    .map(({ what, name, from, to }) => [
      what,
      markdownCode(name, 120),
      from === null ? "–" : markdownCode(shortDigest(from), 80),
      to === null ? "–" : markdownCode(shortDigest(to), 80),
    ]);
  const table =
    markdownTable(["what", "name", "baseline", "candidate"], rows) + andMore(changes.length - most, "changes");
  return folded(`What changed: ${markdownHtml(changesSummary(changes))}`, table);
}

/** A whole digest would push the table off the page; the HTML report has it. */
function shortDigest(text: string): string {
  return /^sha256:[0-9a-f]{64}$/.test(text) ? `${text.slice(0, 19)}…` : text;
}

function reproduceMarkdown({ reproduce }: EvaluationMarkdownOptions): string {
  return reproduce === undefined || reproduce.length === 0 ? "" : markdownFence(reproduce.slice(0, 20), "sh");
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
  ]
    .filter((text) => text !== "")
    .join(" · ");
}
