import type { ColumnDrift, DriftReport } from "../../drift/drift-report.ts";
import { htmlText } from "../../escape.ts";
import { moment } from "../format/moment.ts";
import { count, counted, decimalsOf, fixed, percent, plainNumber } from "../format/number.ts";
import { pText } from "../format/p-value.ts";
import { htmlFacts, htmlFolded, htmlTable } from "../html/element.ts";
import { htmlSentence, phrasesOf } from "../phrase.ts";
import { columnPlot } from "../svg/column-plot.ts";
import {
  alarmText,
  COLUMN_WORDS,
  currentText,
  effectText,
  missingText,
  nextText,
  performanceSentence,
  rankedColumns,
  stillText,
} from "./drift-words.ts";

/** Drawn at one width; the grid has one to three of them in a row. */
const WIDTH = 264;
const MOST_DRAWN = 60;
const MOST_LISTED = 300;

/** Performance, columns that moved, checks: the sections after the summary. Quiet columns are folded. */
export function driftSections(report: DriftReport, tag: "h2" | "h4"): string[] {
  const section = (heading: string, body: string) =>
    body === "" ? "" : `<section><${tag}>${heading}</${tag}>\n${body}\n</section>`;
  const { loud, quiet } = rankedColumns(report);
  return [
    section("Performance", performanceSection(report)),
    section(loud.length === 0 ? "Columns" : "Columns that moved", columnsSection(loud, quiet)),
    section("Retraining", retrainSection(report)),
    section("Checks", checksSection(report)),
    section("How it was made", makingSection(report)),
  ];
}

function performanceSection({ performance: labels }: DriftReport): string {
  if (labels === null) return "";
  const rows = labels.metrics.slice(0, 40).map(({ name, reference, current }) => {
    const decimals = decimalsOf(current.value, current.interval);
    const interval =
      current.interval === null
        ? "–"
        : `${fixed(current.interval[0], decimals)} … ${fixed(current.interval[1], decimals)}`;
    return [name, reference === null ? "–" : fixed(reference, decimals), fixed(current.value, decimals), interval];
  });
  const num = "num" as const;
  const known = labels.metrics.some(({ current }) => current.interval !== null);
  const head = [
    { name: "metric" },
    { name: "when judged", kind: num },
    { name: "now", kind: num },
    { name: "interval", kind: num },
  ];
  const table =
    rows.length === 0
      ? ""
      : htmlTable(
          known ? head : head.slice(0, 3),
          known ? rows : rows.map((cells) => cells.slice(0, 3)),
          true,
          "Performance",
        );
  return `<p>${htmlText(performanceSentence(labels), 800)}</p>\n${table}`;
}

function columnsSection(loud: readonly ColumnDrift[], quiet: readonly ColumnDrift[]): string {
  if (loud.length + quiet.length === 0) return "";
  const said =
    loud.length === 0
      ? `<p>${stillText(quiet)}.</p>`
      : '<p class="muted">Grey bars are the reference, dots are now.</p>';
  const table = columnTable([...loud, ...quiet].slice(0, MOST_LISTED));
  return [
    said,
    multiples(loud),
    htmlFolded(loud.length === 0 ? "Their pictures" : stillText(quiet), quiet.length === 0 ? "" : multiples(quiet)),
    htmlFolded("All columns as a table", table),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function multiples(columns: readonly ColumnDrift[]): string {
  if (columns.length === 0) return "";
  const more =
    columns.length > MOST_DRAWN
      ? `<p class="muted">… and ${count(columns.length - MOST_DRAWN)} more in the table.</p>`
      : "";
  return `<div class="multiples">\n${columns.slice(0, MOST_DRAWN).map(multiple).join("\n")}\n</div>${more}`;
}

function multiple(column: ColumnDrift): string {
  const bad = column.status === "broken" || column.status === "drift" ? ' class="bad"' : "";
  const title = column.name;
  const missing =
    column.referenceNullRate === column.currentNullRate
      ? ""
      : `, missing ${percent(column.referenceNullRate)} → ${percent(column.currentNullRate)}`;
  const said =
    column.effect === null
      ? COLUMN_WORDS[column.status]
      : `${effectText(column)} of the rows moved, p ${column.adjustedP === null ? "–" : pText(column.adjustedP)}${missing}`;
  const description = `${column.name}: ${said}. ${column.bins.map(({ label, reference, current }) => `${label}: ${percent(reference)} then, ${percent(current)} now`).join("; ")}`;
  const chart =
    column.bins.length === 0
      ? ""
      : columnPlot(column, { width: WIDTH, title: `${title}, reference against now`, description });
  return `<div><h3>${htmlText(title, 60)} <span${bad}>${COLUMN_WORDS[column.status]}</span></h3>\n<p>${htmlText(said)}</p>\n${chart}</div>`;
}

function columnTable(columns: readonly ColumnDrift[]): string {
  const num = "num" as const;
  const rows = columns.map((column) => [
    column.name,
    column.type,
    effectText(column),
    column.statistic === null ? "–" : `${column.test} ${plainNumber(column.statistic)}`,
    pText(column.adjustedP),
    missingText(column),
    COLUMN_WORDS[column.status],
  ]);
  return htmlTable(
    [
      { name: "column" },
      { name: "type" },
      { name: "rows that moved", kind: num },
      { name: "test", kind: num },
      { name: "adjusted p", kind: num },
      { name: "missing", kind: num },
      { name: "verdict" },
    ],
    rows,
    true,
    "Columns",
  );
}

function retrainSection({ retrain }: DriftReport): string {
  if (retrain === null) return "";
  const tries = retrain.candidates.slice(0, 30).map(({ set, data }) => {
    const settings = Object.entries(set).map(
      ([name, value]) =>
        `<code>${htmlText(`${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)}</code>`,
    );
    const on =
      data.length === 0
        ? ""
        : ` on ${htmlText(data.slice(0, 5).join(", "))}${data.length > 5 ? ` and ${count(data.length - 5)} more` : ""}`;
    return `<li>${settings.length === 0 ? "the committed settings" : settings.join(", ")}${on}</li>`;
  });
  return `<p>${htmlText(retrain.reason, 600)} To be tried:</p>\n<ul>\n${tries.join("\n")}\n</ul>`;
}

function checksSection({ checks }: DriftReport): string {
  if (checks.length === 0) return "";
  const num = "num" as const;
  const order = { fail: 0, inconclusive: 1, pass: 2, skipped: 3 } as const;
  const sorted = [...checks].sort((a, b) => order[a.status] - order[b.status]).slice(0, MOST_LISTED);
  const rows = sorted.map(({ subject, rule, actual, limit, status, reason }) => [
    subject,
    { html: htmlSentence(phrasesOf(rule)) },
    actual === null ? "–" : plainNumber(actual),
    limit === null ? "–" : plainNumber(limit),
    {
      html: `<span class="verdict ${status}">${status}</span>${reason === null ? "" : ` <span class="muted">${htmlSentence(phrasesOf(reason))}</span>`}`,
    },
  ]);
  const table = htmlTable(
    [
      { name: "column" },
      { name: "must hold" },
      { name: "now", kind: num },
      { name: "limit", kind: num },
      { name: "verdict" },
    ],
    rows,
    true,
    "Checks",
  );
  const failed = checks.filter(({ status }) => status === "fail").length;
  const open = checks.filter(({ status }) => status === "inconclusive").length;
  return failed > 0 && checks.length <= 30
    ? table
    : htmlFolded(
        `${counted(checks.length, "check")}, ${failed === 0 ? "none failed" : `${count(failed)} failed`}${open === 0 ? "" : `, ${count(open)} inconclusive`}`,
        table,
      );
}

function makingSection(report: DriftReport): string {
  const files = report.current.files
    .slice(0, 20)
    .map(({ path, digest }) => `${htmlText(path)} <code>${htmlText(digest.slice(0, 19))}…</code>`);
  if (report.current.files.length > 20) files.push(`and ${count(report.current.files.length - 20)} more`);
  return htmlFacts([
    ["checked", moment(report.at, report.simulatedClock)],
    ["what is done", nextText(report)],
    ["current rows", currentText(report)],
    ["files", files.length === 0 ? null : { html: files.join("<br>") }],
    ["reference", `${report.reference.source}, ${counted(report.reference.rows, "row")}`],
    ["false alarms", alarmText(report)],
    ["last check", report.daysSinceLastCheck === null ? null : `${fixed(report.daysSinceLastCheck, 1)} days before`],
  ]);
}
