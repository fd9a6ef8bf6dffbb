import { describe, expect, test } from "vitest";
import {
  brokenRun,
  categories,
  column,
  comparison,
  drift,
  estimate,
  evaluation,
  slices,
} from "../../../../test/gallery/build.ts";
import { drifts, evaluations } from "../../../../test/gallery/documents.ts";
import { judgedReports } from "../../../../test/gallery/judged.ts";
import type { EvaluationReport } from "../evaluate/evaluation-report.ts";
import { COMMENT_LIMIT } from "./budget.ts";
import { driftHtml } from "./drift/drift-html.ts";
import { driftMarkdown } from "./drift/drift-markdown.ts";
import { driftText } from "./drift/drift-text.ts";
import { evaluationHtml } from "./evaluation-html.ts";
import { evaluationMarkdown, evaluationsMarkdown } from "./evaluation-markdown.ts";
import { evaluationLines, evaluationText } from "./evaluation-text.ts";
import { storyHtml } from "./story-html.ts";
import { textOf } from "./text/line.ts";

const LONG = "x<&|`".repeat(2_000);
const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** As big as a report gets, and every name in it far too long. */
const huge: EvaluationReport = evaluation({
  metrics: many(300, (at) =>
    comparison({
      name: at === 0 ? "log_loss" : `${LONG}${at}`,
      candidate: estimate(0.5, [0.4, 0.6]),
      baseline: estimate(0.5, [0.4, 0.6]),
      difference: estimate(0.01, [-0.1, 0.1]),
    }),
  ),
  flips: {
    candidateRight: 9,
    baselineRight: 8,
    slices: many(50, (at) => ({ column: LONG, value: `${LONG}${at}`, rows: 9, candidateRight: at, baselineRight: 1 })),
    examples: many(20, () => ({
      id: LONG,
      slices: many(10, () => ({ column: LONG, value: LONG })),
      truth: LONG,
      candidate: { score: 0.1, decision: LONG },
      baseline: { score: 0.2, decision: LONG },
      better: "candidate" as const,
    })),
  },
  confusion: {
    classes: many(20, () => LONG),
    candidate: many(20, () => many(20, () => 1_000_000)),
    baseline: many(20, () => many(20, () => 1_000_000)),
    pairs: many(20, () => ({ truth: LONG, decided: LONG, candidate: 9, baseline: 8 })),
  },
  fairness: many(40, (at) => ({
    column: `${LONG}${at}`,
    metric: LONG,
    groups: many(60, () => ({
      value: LONG,
      rows: 99,
      support: 99,
      judged: true,
      candidate: estimate(0.5, [0.4, 0.6]),
      baseline: estimate(0.5, [0.4, 0.6]),
    })),
    big: 60,
    more: 9,
    candidate: {
      lowest: LONG,
      highest: LONG,
      difference: estimate(0.1, [0, 0.2]),
      ratio: estimate(0.9, [0.8, 1]),
    },
    baseline: null,
  })),
  weakSlices: {
    metric: LONG,
    searched: 1_000,
    tried: 10,
    confirmed: many(10, () => ({
      where: many(2, () => ({ column: LONG, value: LONG })),
      rows: 99,
      than: "elsewhere" as const,
      candidate: 0.5,
      other: 0.4,
      adjustedP: 0.01,
    })),
  },
  slices: many(10_000, (at) => ({
    ...(slices()[at % 24] as EvaluationReport["slices"][number]),
    value: `${LONG}${at}`,
  })),
  changes: many(5_000, (at) => ({ what: "param" as const, name: `${LONG}${at}`, from: LONG, to: LONG })),
  notes: many(500, () => LONG),
});

test("bins whose means are nearly equal keep labels of their own, or Mermaid would make one of them", () => {
  const candidate = [0.171, 0.1892, 0.1894, 0.1911, 0.1999].map((x): [number, number] => [x, x]);
  const text = evaluationMarkdown(evaluation({ curves: [{ id: "calibration", candidate, baseline: null }] }));
  expect(text).toContain('["0.171", "0.1892", "0.1894", "0.1911", "0.1999"]');
});

describe("a comment fits", () => {
  test("a huge report is shortened in the order that is documented, and says so", () => {
    const text = evaluationMarkdown(huge, { reportUrl: "https://github.com/a/b" });
    expect(text.length).toBeLessThanOrEqual(COMMENT_LIMIT);
    expect(text).toMatch(/^### flight-delays: better than production v1\n/);
    expect(text).toContain("Shortened to fit a comment: slices, weak slices, fairness, curves");
    expect(text).toContain("[The full report has all of it.](https://github.com/a/b)");
    expect(balanced(text)).toBe(true);
  });

  test.each([200, 1_000, 5_000, 20_000])("in %d characters, with every fold closed", (budget) => {
    for (const text of [
      evaluationMarkdown(huge, { budget }),
      driftMarkdown(drifts["moved"] ?? drift(), { budget }),
      evaluationMarkdown(brokenRun(), { budget }),
    ]) {
      expect(text.length).toBeLessThanOrEqual(budget);
      expect(balanced(text)).toBe(true);
    }
  });

  test("curves go first, the table stays longest", () => {
    const full = evaluationMarkdown(evaluation());
    const shorter = evaluationMarkdown(evaluation(), { budget: full.length - 1 });
    expect(shorter).not.toContain("mermaid");
    expect(shorter).toContain("Slices:");
    expect(evaluationMarkdown(evaluation(), { budget: 1_200 })).toContain("| gate |");
  });

  test("two hundred models, one of them broken: it stands first, open, and the rest is one table", () => {
    const documents = [
      ...many(200, (at) => ({ document: evaluation({ model: `model-${at}` }) })),
      { document: brokenRun({ model: "the-broken-one" }) },
    ];
    const text = evaluationsMarkdown(documents);
    expect(text.length).toBeLessThanOrEqual(COMMENT_LIMIT);
    expect(text).toMatch(/^### 201 models: 1 failed, 200 passed\n/);
    expect(text.indexOf("the-broken-one")).toBeLessThan(text.indexOf("model-0"));
    expect(text).toContain("<details open><summary><b>the-broken-one</b>: training failed");
    expect(balanced(text)).toBe(true);
  });

  test("no model and one model have their own forms", () => {
    expect(evaluationsMarkdown([])).toBe("No model changed.\n");
    expect(evaluationsMarkdown([{ document: evaluation() }])).toBe(evaluationMarkdown(evaluation()));
  });

  test("a curve that rises at once starts where it has risen to", () => {
    const candidate: [number, number][] = [
      [0, 0],
      [0, 0.88],
      [0.5, 1],
      [1, 1],
    ];
    const text = evaluationMarkdown(evaluation({ curves: [{ id: "roc", candidate, baseline: null }] }));
    expect(text).toMatch(/line "candidate" \[0\.88, 0\.886, /);
  });

  test("a Mermaid line has at most 200 points", () => {
    const points = many(5_000, (at): [number, number] => [at / 5_000, at / 5_000]);
    for (const id of ["roc", "calibration", "residuals"] as const) {
      const text = evaluationMarkdown(evaluation({ curves: [{ id, candidate: points, baseline: points }] }));
      for (const [, values = ""] of text.matchAll(/ {2}line "[^"]*" \[([^\]]*)\]/g))
        expect(values.split(",").length).toBeLessThanOrEqual(200);
      expect(text).toContain("xychart-beta");
    }
  });
});

describe("a page is one small file that does nothing by itself", () => {
  const pages = {
    ...Object.fromEntries(
      Object.entries(evaluations).map(([name, report]) => [`evaluation ${name}`, evaluationHtml(report)]),
    ),
    ...Object.fromEntries(Object.entries(drifts).map(([name, report]) => [`drift ${name}`, driftHtml(report)])),
    "a huge evaluation": evaluationHtml(huge),
    "a huge drift check": driftHtml(
      drift({
        columns: many(2_000, (at) =>
          at % 2 === 0 ? column({ name: `${LONG}${at}`, status: "drift" }) : categories(LONG),
        ),
        notes: many(500, () => LONG),
      }),
    ),
    "a story": storyHtml(LONG, [
      { heading: LONG, parts: [LONG, { list: [LONG] }, evaluations["hostile"] as EvaluationReport] },
    ]),
  };

  test.each(Object.entries(pages))("%s", (_name, html) => {
    expect(new TextEncoder().encode(html).length).toBeLessThan(1_000_000);
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/<script|<link|<img|<iframe|<object|<form|\son\w+=|url\(|@import|javascript:(?!b)/i);
    expect([...html.matchAll(/<a href="([^"]*)"/g)].map(([, href]) => href)).toSatisfy((all: string[]) =>
      all.every((href) => /^#part-\d+$/.test(href)),
    );
    expect(tagsBalanced(html)).toBe(true);
    for (const [svg] of html.matchAll(/<svg[\s\S]*?<\/svg>/g))
      expect(svg).toMatch(/^<svg[^>]*role="img"[^>]*>\s*<title>[^<]+<\/title>\s*<desc>/);
    expect(html).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe("text for a terminal", () => {
  test("carries no escape sequence of anybody else, and no colour of its own", () => {
    const report = evaluation({ notes: ["\u001b[31mred\u001b[0m \u001b]0;title\u0007 \u202eright"], slices: [] });
    expect(evaluationText(report)).not.toMatch(/[^\P{C}\n]/u);
    expect(driftText(drift({ summary: "\u001b[2Jgone" }))).toContain("gone");
    expect(driftText(drift({ summary: "\u001b[2Jgone" }))).not.toContain("\u001b");
  });

  test("status words are pieces that a terminal may colour", () => {
    const painted = textOf(evaluationLines(evaluations["worse"] as EvaluationReport), (text, tone) =>
      tone === "fail" ? `<${text}>` : text,
    );
    expect(painted).toContain("flight-delays: <worse than production v1>");
    expect(painted).toContain("<fail>");
  });

  test("columns line up", () => {
    const lines = evaluationText(evaluations["better"] as EvaluationReport).split("\n");
    const ends = lines.filter((line) => line.endsWith("pass")).map((line) => line.length);
    expect(ends.length).toBeGreaterThan(1);
    expect(new Set(ends).size).toBe(1);
  });

  const plain = Object.entries({ ...evaluations, ...judgedReports }).filter(([name]) => !name.startsWith("hostile"));
  test.each(plain)("%s keeps to a hundred columns", (_name, report) => {
    for (const line of evaluationText(report).split("\n")) expect(line.length, line).toBeLessThanOrEqual(100);
  });

  test("metrics that no gate judges have their place", () => {
    expect(evaluationText(evaluation())).toMatch(/\n {2}Accuracy +0\.7889 +0\.7920 +\+0\.0031 \[/);
  });
});

/** Folds and fences that open are closed. */
function balanced(markdown: string): boolean {
  const opened = (markdown.match(/<details/g) ?? []).length;
  const closed = (markdown.match(/<\/details>/g) ?? []).length;
  const fences = (markdown.match(/^`{3,}/gm) ?? []).length;
  return opened === closed && fences % 2 === 0;
}

function tagsBalanced(html: string): boolean {
  const open: string[] = [];
  for (const [, close, name = "", end] of html
    .replace(/<style>[\s\S]*?<\/style>/g, "")
    .matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/g)) {
    if (end === "/" || ["meta", "br", "link"].includes(name)) continue;
    if (close === "") open.push(name);
    else if (open.pop() !== name) return false;
  }
  return open.length === 0;
}
