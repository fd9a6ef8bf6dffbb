import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { prettyJson } from "../../packages/core/src/document.ts";
import type { EvaluationReport } from "../../packages/core/src/evaluate/evaluation-report.ts";
import { deploymentMarkdown } from "../../packages/core/src/report/deployment/deployment-markdown.ts";
import { driftHtml } from "../../packages/core/src/report/drift/drift-html.ts";
import { driftMarkdown } from "../../packages/core/src/report/drift/drift-markdown.ts";
import { driftText } from "../../packages/core/src/report/drift/drift-text.ts";
import { evaluationHtml } from "../../packages/core/src/report/evaluation-html.ts";
import { evaluationMarkdown, evaluationsMarkdown } from "../../packages/core/src/report/evaluation-markdown.ts";
import { evaluationText } from "../../packages/core/src/report/evaluation-text.ts";
import { reviewCheck } from "../../packages/core/src/report/review/review-check.ts";
import { reviewComment } from "../../packages/core/src/report/review/review-comment.ts";
import { type ReviewDocument, reviewSection } from "../../packages/core/src/report/review/review-section.ts";
import { storyHtml } from "../../packages/core/src/report/story-html.ts";
import { brokenRun, COMMIT, deployment } from "./build.ts";
import { charts } from "./charts.ts";
import { drifts, evaluations, hostileFailure, weekly } from "./documents.ts";
import { judgedReports } from "./judged.ts";

/** The golden files are the gallery: look at them. UPDATE_GOLDEN=1 writes them anew. */
const FOLDER = join(import.meta.dirname, "../fixtures/gallery");
const update = process.env["UPDATE_GOLDEN"] === "1";
const used = new Set<string>();

function golden(name: string, content: string): void {
  used.add(name);
  const path = join(FOLDER, name);
  if (update) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(path, content);
  }
  expect(existsSync(path) ? readFileSync(path, "utf8") : `missing: ${name}`).toBe(content);
}

const options = {
  gatesFrom: "main",
  reportUrl: "https://github.com/acme/flights/actions/runs/123#summary",
  run: { label: "#123", url: "https://github.com/acme/flights/actions/runs/123" },
  reproduce: [
    "git fetch origin 1a2b3c4 && git checkout 1a2b3c4",
    "npx trainyard train flight-delays",
    "npx trainyard evaluate flight-delays",
  ],
  next: ["Merging this releases it to ", { code: "staging" }, "."],
};

describe("an evaluation, as comment, page and terminal text", () => {
  test.each(Object.entries({ ...evaluations, ...judgedReports }))("%s", (name, report) => {
    const { next, ...rest } = options;
    golden(`evaluation-${name}.md`, evaluationMarkdown(report, report.verdict === "pass" ? { ...rest, next } : rest));
    golden(`evaluation-${name}.html`, evaluationHtml(report));
    golden(`evaluation-${name}.txt`, evaluationText(report));
  });
});

describe("a drift check, as summary, page and terminal text", () => {
  test.each(Object.entries(drifts))("%s", (name, report) => {
    golden(`drift-${name}.md`, driftMarkdown(report, { run: options.run }));
    golden(`drift-${name}.html`, driftHtml(report));
    golden(`drift-${name}.txt`, driftText(report));
  });
});

test("a run that broke", () => golden("broken-run.md", evaluationMarkdown(brokenRun(), { run: options.run })));

test("several models in one comment, one of them broken", () => {
  const documents = [
    evaluations["better"],
    evaluations["no-worse"],
    evaluations["unpaired"],
    brokenRun({ model: "gate-times" }),
  ];
  golden(
    "several-models.md",
    evaluationsMarkdown(documents.flatMap((document) => (document === undefined ? [] : [{ document, ...options }]))),
  );
});

describe("the comment of a pull request", () => {
  const run = { ...options.run, id: 123, attempt: 1 };
  const {
    better,
    "no-worse": noWorse,
    unpaired,
    worse,
    inconclusive,
    hostile,
  } = evaluations as Record<string, EvaluationReport>;
  const documents: Readonly<Record<string, readonly ReviewDocument[]>> = {
    "one model": [better as EvaluationReport],
    "several models": [better, noWorse, unpaired, brokenRun({ model: "gate-times" })] as ReviewDocument[],
    "one model broke": [brokenRun()],
    "one could not be judged": [
      {
        kind: "refused",
        model: "churn",
        code: "BUNDLE_INVALID",
        message: "The run bundle of churn holds a record of another model.",
        hint: "Run the workflow again; if it comes again, report it.",
      },
    ],
    "no model changed": [],
    hostile: [hostile as EvaluationReport, brokenRun({ model: "a-branch", failure: hostileFailure })],
    // What a comment holds when there is far too much of it.
    "forty models": Array.from({ length: 40 }, (_, at) => ({
      ...([better, worse, inconclusive][at % 3] as EvaluationReport),
      model: `region-${String(at).padStart(2, "0")}`,
    })),
  };
  test.each(Object.entries(documents))("%s", (name, shown) => {
    const sections = shown.map((document) => reviewSection(document, { ...options, run, sha: COMMIT }));
    const review = { complete: { id: 123, attempt: 1 }, sections };
    const file = name.replaceAll(" ", "-");
    golden(`comment-${file}.md`, reviewComment(review, { reportUrl: options.reportUrl }));
    const { text: _, ...check } = reviewCheck(review);
    golden(`check-${file}.json`, prettyJson(check));
  });
});

test("deployments: live, rolled back, a rollback", () => {
  const smoke = {
    ...deployment().smoke,
    status: "failed" as const,
    problem: "the server still names sha256:cccc…",
    maxDifference: null,
  };
  golden(
    "deployments.md",
    [
      deploymentMarkdown(deployment()),
      deploymentMarkdown(deployment({ outcome: "rolled-back", smoke })),
      deploymentMarkdown(
        deployment({
          version: 1,
          rollback: true,
          reason: "delays are over-predicted since Monday",
          leadTime: null,
          previous: { version: 2, rootDigest: deployment().rootDigest },
        }),
      ),
    ].join("\n"),
  );
});

test("a story of several documents on one page", () => {
  const {
    better,
    inconclusive,
    worse,
    "first-model": first,
  } = evaluations as Record<string, (typeof evaluations)[string] & object>;
  golden(
    "story.html",
    storyHtml(
      "Half a year of flights, one model",
      [
        {
          heading: "The first model",
          parts: [
            "The January model is trained and judged on February.",
            first as never,
            deployment({ version: 1, previous: null, leadTime: null }),
          ],
        },
        { heading: "More data, judged on March", parts: [inconclusive as never] },
        { heading: "February only, judged on May", parts: [worse as never] },
        {
          heading: "Watching production",
          parts: [
            "Weekly checks over the trailing 21 days whose labels have arrived.",
            { timeline: weekly },
            drifts["over-predicted"] as never,
            drifts["broken"] as never,
          ],
        },
        { heading: "The retrained model goes live", parts: [better as never, deployment()] },
        {
          heading: "Caveats",
          parts: [
            {
              list: [
                "Data of 2001, half a year.",
                "Predicted at push-back; cancelled flights are absent.",
                "The periods were chosen after looking.",
              ],
            },
          ],
        },
      ],
      "Every verdict on this page was computed from the documents of the runs, none was written by hand.",
    ),
  );
});

describe("charts as files", () => {
  test.each(Object.entries(charts))("%s", (name, chart) => golden(`${name}.svg`, chart()));
});

afterAll(() => {
  const stale = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => !used.has(name)) : [];
  if (used.size > 20) expect(stale, "golden files that nothing writes any more").toEqual([]);
});
