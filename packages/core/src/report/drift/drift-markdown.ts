import type { ColumnDrift, DriftReport } from "../../drift/drift-report.ts";
import { markdownCode, markdownLink, markdownText } from "../../escape.ts";
import { COMMENT_LIMIT, fixedPart, withinBudget } from "../budget.ts";
import { moment } from "../format/moment.ts";
import { count, decimalsOf, fixed, plainNumber } from "../format/number.ts";
import { pText } from "../format/p-value.ts";
import { intervalSketch } from "../format/sketch.ts";
import { andMore, folded, markdownTable } from "../markdown/block.ts";
import { markdownSentence, phrasesOf } from "../phrase.ts";
import { SIGNS } from "../verdict/gate-table.ts";
import {
  alarmText,
  COLUMN_WORDS,
  currentText,
  DRIFT_HEADLINES,
  DRIFT_SIGNS,
  effectText,
  missingText,
  nextText,
  performanceSentence,
  rankedColumns,
  stillText,
  watched,
} from "./drift-words.ts";

/** What only the caller knows; all of it may be left out. */
export interface DriftMarkdownOptions {
  readonly reportUrl?: string;
  readonly run?: { readonly label: string; readonly url: string };
  /** Most characters; default: what GitHub accepts. */
  readonly budget?: number;
}

/**
 * The drift report for a job summary or an issue: what is the matter, then performance, then the columns that moved, the
 * quiet ones folded. When it would be too long it loses quiet columns, then checks, then moved columns beyond the first 20.
 */
export function driftMarkdown(report: DriftReport, options: DriftMarkdownOptions = {}): string {
  const { loud, quiet } = rankedColumns(report);
  const parts = [
    fixedPart(
      `### ${DRIFT_SIGNS[report.verdict]} ${markdownText(watched(report))}: ${DRIFT_HEADLINES[report.verdict]}`,
    ),
    fixedPart(markdownSentence(phrasesOf(report.summary))),
    { name: "performance", variants: [performanceMarkdown(report), ""], rank: 90 },
    { name: "columns that moved", variants: [columnsTable(loud, 200), columnsTable(loud, 20), ""], rank: 50 },
    { name: "checks", variants: [folded(`Checks: ${checksSummary(report)}`, checksTable(report)), ""], rank: 30 },
    {
      name: "quiet columns",
      variants: [folded(stillText(quiet), columnsTable(quiet, 200)), ""],
      rank: 10,
    },
    { name: "retraining", variants: [retrainMarkdown(report), ""], rank: 70 },
    {
      name: "notes",
      variants: [
        report.notes
          .slice(0, 20)
          .map((note) => `- ${markdownSentence(phrasesOf(note))}`)
          .join("\n"),
      ],
      rank: 100,
    },
    fixedPart(footer(report, options)),
  ].filter(({ variants }) => variants[0] !== "");
  const remark = (names: readonly string[]) =>
    `Shortened to fit: ${names.join(", ")}.${options.reportUrl === undefined ? "" : ` ${markdownLink("The full report has all of it.", options.reportUrl)}`}`;
  return `${withinBudget(parts, (options.budget ?? COMMENT_LIMIT) - 1, remark)}\n`;
}

function performanceMarkdown({ performance: labels }: DriftReport): string {
  if (labels === null) return "";
  const metrics = labels.metrics.map(({ name, reference, current }) => {
    const decimals = decimalsOf(current.value, current.interval);
    const interval =
      current.interval === null
        ? "–"
        : markdownText(`${fixed(current.interval[0], decimals)} … ${fixed(current.interval[1], decimals)}`);
    return [
      markdownCode(name),
      reference === null ? "–" : fixed(reference, decimals),
      fixed(current.value, decimals),
      interval,
    ];
  });
  const known = labels.metrics.some(({ current }) => current.interval !== null);
  const head = ["metric", "when judged", "now", ...(known ? ["interval"] : [])];
  const rows = known ? metrics : metrics.map((cells) => cells.slice(0, 3));
  const table = rows.length === 0 ? "" : `\n\n${markdownTable(head, rows, [1, 2])}`;
  return markdownText(performanceSentence(labels), 1_000) + table;
}

function columnsTable(columns: readonly ColumnDrift[], most: number): string {
  if (columns.length === 0) return "";
  const rows = columns
    .slice(0, most)
    .map((column) => [
      markdownCode(column.name, 80),
      effectText(column),
      pText(column.adjustedP).replace("<", "&lt;"),
      missingText(column),
      `${column.status === "broken" ? "❌ " : column.status === "drift" ? "⚠️ " : ""}${COLUMN_WORDS[column.status]}`,
    ]);
  return (
    markdownTable(["column", "rows that moved", "adjusted p", "missing", ""], rows, [1, 2, 3]) +
    andMore(columns.length - most, "columns")
  );
}

function checksSummary({ checks }: DriftReport): string {
  const failed = checks.filter(({ status }) => status === "fail").length;
  const open = checks.filter(({ status }) => status === "inconclusive").length;
  const unclear = open === 0 ? "" : `, ${count(open)} inconclusive`;
  return `${failed === 0 ? "none" : count(failed)} of ${count(checks.length)} failed${unclear}`;
}

function checksTable({ checks }: DriftReport): string {
  if (checks.length === 0) return "";
  const rows = checks.slice(0, 100).map((check) => {
    const estimate = check.actual === null ? null : { value: check.actual, interval: check.interval };
    const sketch = estimate?.interval == null ? "" : ` \`${intervalSketch(estimate, check.limit)}\``;
    return [
      (check.rule.includes(check.subject) ? "" : `${markdownCode(check.subject, 80)} `) +
        markdownSentence(phrasesOf(check.rule)),
      check.actual === null ? "–" : plainNumber(check.actual) + sketch,
      check.limit === null ? "–" : plainNumber(check.limit),
      `${SIGNS[check.status]} ${check.status}${check.reason === null ? "" : `: ${markdownSentence(phrasesOf(check.reason))}`}`,
    ];
  });
  return markdownTable(["check", "now", "limit", ""], rows, [1, 2]) + andMore(checks.length - 100, "checks");
}

function retrainMarkdown({ retrain, summary }: DriftReport): string {
  if (retrain === null) return "";
  const tries = retrain.candidates.slice(0, 20).map(({ set, data }) => {
    const settings = Object.entries(set).map(([name, value]) =>
      markdownCode(`${name}=${typeof value === "string" ? value : JSON.stringify(value)}`, 120),
    );
    const rows =
      data.length === 0
        ? ""
        : ` on ${data
            .slice(0, 5)
            .map((path) => markdownCode(path, 120))
            .join(", ")}${data.length > 5 ? ` and ${data.length - 5} more` : ""}`;
    return `- ${settings.length === 0 ? "the committed settings" : settings.join(", ")}${rows}`;
  });
  const reason = retrain.reason === summary ? "" : `${markdownSentence(phrasesOf(retrain.reason))} `; // said at the top already
  return [`**Retraining.** ${reason}To be tried:`, ...tries].join("\n");
}

function footer(report: DriftReport, options: DriftMarkdownOptions): string {
  return [
    `${nextText(report)} Checked ${markdownText(moment(report.at, report.simulatedClock))}`,
    `${markdownText(currentText(report))} against ${markdownText(report.reference.source)} (${count(report.reference.rows)} rows)`,
    options.reportUrl === undefined ? "" : markdownLink("full report", options.reportUrl),
    options.run === undefined ? "" : `run ${markdownLink(options.run.label, options.run.url)}`,
    alarmText(report),
  ]
    .filter((text) => text !== "")
    .join(" · ");
}
