import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { deploymentMarkdown } from "../../packages/core/src/report/deployment-markdown.ts";
import { driftHtml } from "../../packages/core/src/report/drift-html.ts";
import { driftMarkdown } from "../../packages/core/src/report/drift-markdown.ts";
import { driftText } from "../../packages/core/src/report/drift-text.ts";
import { evaluationHtml } from "../../packages/core/src/report/evaluation-html.ts";
import { evaluationMarkdown, evaluationsMarkdown } from "../../packages/core/src/report/evaluation-markdown.ts";
import { evaluationText } from "../../packages/core/src/report/evaluation-text.ts";
import { storyHtml } from "../../packages/core/src/report/story-html.ts";
import { brokenRun, deployment } from "./build.ts";
import { charts } from "./charts.ts";
import { drifts, evaluations, weekly } from "./documents.ts";

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
  test.each(Object.entries(evaluations))("%s", (name, report) => {
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
