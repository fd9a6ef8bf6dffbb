import { describe, expect, test } from "vitest";
import { brokenRun, check, comparison, deployment, estimate, evaluation } from "../../../../../test/gallery/build.ts";
import { evaluations } from "../../../../../test/gallery/documents.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { deploymentText } from "../deployment/deployment-markdown.ts";
import { brokenSentence } from "../markdown/broken-run.ts";
import { plainSentence } from "../phrase.ts";
import { gateTable } from "./gate-table.ts";
import { verdictSentence } from "./verdict-sentence.ts";

function said(report: EvaluationReport | undefined): string {
  const { headline, body } = verdictSentence(report as EvaluationReport);
  return `${headline}: ${plainSentence(body)}`.replaceAll("\u00a0", " ");
}

test("groups that are unequal are named, with how far apart they lie and the rule", () => {
  const unequal = check({
    id: "recall-unequal",
    subject: "recall",
    rule: "recall differs between values of sex by at most 0.05",
    status: "fail",
    actual: 0.12,
    interval: [0.07, 0.17],
    limit: 0.05,
    unit: "difference",
    reason: "lowest for F, highest for M",
  });
  expect(said(evaluation({ verdict: "fail", checks: [unequal] }))).toBe(
    "unequal between groups: Recall: a difference of 0.12 [0.07, 0.17], lowest for F, highest for M. The rule is: recall differs between values of sex by at most 0.05.",
  );
});

describe("the sentence of a verdict", () => {
  test.each<[string, string]>([
    [
      "better",
      "better than production v1: Log loss 0.4812 against 0.4868: 0.0056 lower (95 %: 0.0026 … 0.0088 lower) on the same 508,120 rows of 30 days. Both gates passed.",
    ],
    [
      "no-worse",
      "no worse than production v11: ROC-AUC 0.7310 against 0.7290: difference +0.0020 (95 %: −0.0010 … +0.0050) on the same 48,231 rows; the margin is 0.005. The gate passed.",
    ],
    [
      "inconclusive",
      "cannot tell yet whether it is better or worse than production v1: Log loss differs by −0.0010 [−0.0044, +0.0019] over 31 days: better or worse are both possible. About 229 more days of evaluation rows would settle a difference of this size. Gate log_loss decided. Treating the rows as independent would have claimed [−0.0013, −0.0007], a pass; rows of one day are not independent.",
    ],
    [
      "worse",
      "worse than production v1: Log loss 0.4731 against 0.4529: 0.0202 higher (95 %: 0.0165 … 0.0237 higher) on the same 536,224 rows of 31 days. Gate log_loss failed.",
    ],
    [
      "first-model",
      "first version: There is nothing to compare it with. ROC-AUC 0.648 [0.624, 0.672] is above the standard of 0.60.",
    ],
    [
      "not-comparable",
      "not comparable: 3,120 of 48,231 labels differ from the ones production v1 was judged on. The evaluation set changed.",
    ],
    [
      "unchanged",
      "unchanged, the same bytes as production v1: Every model file is byte for byte the baseline's. There is nothing to judge.",
    ],
    [
      "point-only",
      "no worse than production v1, unverified (point only): NDCG@10 0.4125 against 0.4087: 0.0038 higher on the figures the trainings reported; the margin is 0.01. The gate passed. Point values only: without predictions there is no interval, and no claim of significance.",
    ],
    [
      "unpaired",
      "better than production v1: RMSE 12.4 minutes against 13.9 minutes: 1.5 minutes lower (90 %: 0.7 … 2.3 lower) on 20,459 rows of 214 stores; the margin is 0.2776 minutes. The gate passed. The comparison is unpaired: each side is judged on rows of its own.",
    ],
  ])("%s", (name, sentence) => expect(said(evaluations[name])).toBe(sentence));

  test("a pass that is doubted says what it would be, and why it is not", () => {
    const doubts = ["Only the fork's own job scored these rows, so a pass counts as inconclusive."];
    expect(said({ ...(evaluations["better"] as EvaluationReport), verdict: "inconclusive", doubts })).toBe(
      "better than production v1, if a maintainer confirms it: Log loss 0.4812 against 0.4868: 0.0056 lower (95 %: 0.0026 … 0.0088 lower) on the same 508,120 rows of 30 days. Both gates passed. Only the fork's own job scored these rows, so a pass counts as inconclusive.",
    );
  });

  test("what ignoring the groups would have claimed is not mentioned when it is the same", () => {
    expect(said(evaluations["worse"])).not.toContain("independent");
    const inconclusive = evaluations["inconclusive"] as EvaluationReport;
    const metrics = inconclusive.metrics.map((metric) => ({
      ...metric,
      ignoringGroups: [-0.0031, 0.0004] as [number, number],
    }));
    expect(said({ ...inconclusive, metrics })).not.toContain("independent");
  });

  test("a candidate under its standard is told so, whatever it gained", () => {
    const low = estimate(0.561, [0.548, 0.574]);
    const checks = [
      check({ actual: -0.0056, interval: [-0.0088, -0.0026] }),
      check({
        id: "roc_auc-too-low",
        subject: "roc_auc",
        rule: "roc_auc at least 0.6",
        status: "fail",
        actual: low.value,
        interval: low.interval,
        limit: 0.6,
      }),
    ];
    expect(said(evaluation({ verdict: "fail", checks }))).toBe(
      "below its standard: ROC-AUC 0.561 [0.548, 0.574] is below the standard of 0.60. Gate roc_auc failed.",
    );
  });

  test("an inconclusive standard names both sides", () => {
    const near = estimate(0.605, [0.58, 0.63]);
    const checks = [
      check({
        id: "roc_auc-too-low",
        subject: "roc_auc",
        rule: "roc_auc at least 0.6",
        status: "inconclusive",
        actual: near.value,
        interval: near.interval,
        limit: 0.6,
        reason: "the interval holds the limit 0.6",
      }),
    ];
    expect(said(evaluation({ verdict: "inconclusive", checks }))).toContain(
      "ROC-AUC 0.605 [0.580, 0.630] may lie on either side of the standard of 0.60. Gate roc_auc decided.",
    );
  });

  test("with a baseline, too, an open standard is the question, and the comparison that passed is told beside it", () => {
    const low = check({
      id: "recall-too-low",
      subject: "recall",
      rule: "recall at least 0.8",
      status: "inconclusive",
      actual: 0.79,
      interval: [0.74, 0.84],
      limit: 0.8,
      unit: "",
    });
    const recall = comparison({ name: "recall", goal: "maximize", unit: "", candidate: estimate(0.79, [0.74, 0.84]) });
    const report = evaluation();
    const open = { verdict: "inconclusive" as const, metrics: [...report.metrics, recall] };
    expect(said({ ...report, ...open, checks: [...report.checks, low] })).toBe(
      "cannot tell yet whether it meets its standard: Recall 0.79 [0.74, 0.84] may lie on either side of the standard of 0.80. Gate recall decided. Against production v1 it passed: Log loss 0.4812 against 0.4868: 0.0056 lower (95 %: 0.0026 … 0.0088 lower) on the same 508,120 rows of 30 days.",
    );
  });

  test("rows that are missing are told in words, without the check's name or a code", () => {
    const missing = check({
      id: "rows-missing",
      subject: "rows",
      rule: "the rows v1 was judged on have a score",
      status: "inconclusive",
      actual: 20,
      unit: "rows",
      reason:
        "the candidate has no score for 20 of the 285 rows of v1 (ROWS_MISSING): it may have left out the hard ones",
    });
    expect(said(evaluation({ verdict: "inconclusive", checks: [missing] }))).toBe(
      "cannot tell yet whether it may be compared with production v1 on these rows: The candidate has no score for 20 of the 285 rows of v1: it may have left out the hard ones.",
    );
  });

  test("against a baseline beside the first, its own figures and rows are told", () => {
    const report = evaluation();
    const difference = estimate(-0.17, [-0.4, 0.07]);
    const metrics = [
      comparison({ candidate: estimate(0.08, [0.05, 0.11]), baseline: estimate(0.24, [0.1, 0.5]), difference }),
    ];
    const other = {
      baseline: { ...(report.baseline as NonNullable<EvaluationReport["baseline"]>), label: "champion v2" },
      pairing: { mode: "paired" as const, rows: 285, overlap: 1, labelsChanged: 0 },
      metrics,
    };
    const open = check({
      id: "log_loss-worse@champion v2",
      rule: "log_loss not worse than champion v2 by more than 2 %",
      status: "inconclusive",
      actual: difference.value,
      interval: difference.interval,
      limit: 0.00481595597085,
      reason: "the interval holds the limit 0.00481595597085",
    });
    const method = { ...report.method, groups: null, clusters: null };
    const both = {
      ...report,
      method,
      verdict: "inconclusive" as const,
      others: [other],
      checks: [...report.checks, open],
    };
    expect(said(both)).toBe(
      "cannot tell yet whether it is better or worse than champion v2: Log loss differs by −0.17 [−0.40, +0.07] on the same 285 rows: worse by more than the margin of 0.0048 is still possible. Gate log_loss decided.",
    );
    expect(gateTable(both).rows.at(-1)).toMatchObject({
      baseline: "0.24",
      candidate: "0.08",
      judged: "−0.17 [−0.40, +0.07]",
      reason: null,
    });
    expect(gateTable(both).head[1]).toBe("baseline");
  });

  test("no end of an interval is written as the zero or the limit it does not touch", () => {
    const difference = estimate(-6.1, [-11.95, -0.14]);
    const rmse = comparison({
      name: "rmse",
      unit: "",
      candidate: estimate(60.5, [54, 67]),
      baseline: estimate(66.6, [60, 73]),
      difference,
    });
    const gate = check({
      id: "rmse-worse",
      subject: "rmse",
      rule: "rmse not worse",
      actual: -6.1,
      interval: [-11.95, -0.14],
      limit: 1.331389,
    });
    expect(said(evaluation({ metrics: [rmse], checks: [gate] }))).toContain(
      "RMSE 60.5 against 66.6: 6.1 lower (95 %: 0.1 … 11.9 lower) on the same 508,120 rows of 30 days; the margin is 1.3.",
    );
  });

  test("too few groups are the reason, not the numbers", () => {
    const reason = "5 groups in the evaluation rows; an interval needs at least 10";
    const report = evaluation({
      verdict: "inconclusive",
      checks: [check({ status: "inconclusive", actual: -0.0056, interval: [-0.0088, -0.0026], reason })],
    });
    expect(said(report)).toContain(`over 30 days: ${reason}.`);
  });

  test("a gate with a level of its own is told with its own interval", () => {
    const report = evaluation({ checks: [check({ actual: -0.0056, interval: [-0.0101, -0.0012] })] });
    expect(said(report)).toContain("0.0012 … 0.0101 lower");
  });

  test("a report without any gate claims nothing", () => {
    expect(said(evaluation({ checks: [] }))).toBe("judged without a gate: No gate compared it with production v1.");
    expect(said(evaluation({ checks: [], baseline: null, noBaseline: "never-held" }))).toBe(
      "first version: There is nothing to compare it with. No standard was set, so this verdict carries no claim.",
    );
  });

  test("a version that nobody deployed is no first model", () => {
    const report = evaluation({ checks: [], baseline: null, noBaseline: "never-held" });
    expect(said({ ...report, unheld: { alias: "production", newest: 3 } })).toBe(
      "compared with no version: v3 is registered, but nobody ever held production. No standard was set, so this verdict carries no claim.",
    );
  });

  test("point values claim better only where the gate asked for better", () => {
    const metrics = [comparison({ candidate: estimate(0.48), baseline: estimate(0.49), difference: estimate(-0.01) })];
    const change = { pointOnly: true, metrics, method: { ...evaluation().method, interval: "point" as const } };
    expect(verdictSentence(evaluation({ ...change, checks: [check({ actual: -0.01 })] })).outcome).toBe("better");
    expect(
      verdictSentence(evaluation({ ...change, checks: [check({ id: "log_loss-worse", actual: -0.01, limit: 0.005 })] }))
        .outcome,
    ).toBe("no-worse");
  });
});

test("a run that broke says what and where", () => {
  expect(plainSentence(brokenSentence(brokenRun()))).toBe(
    "Step train failed after 12 s. It ended with exit code 1. Nothing was judged.",
  );
  expect(plainSentence(brokenSentence(brokenRun({ failure: null, status: "interrupted" })))).toContain("interrupted");
});

describe("a deployment in one line", () => {
  const smoke = { ...deployment().smoke, status: "failed" as const, problem: "no answer within 30 s." };
  test.each<[string, string]>([
    [
      deploymentText(deployment()),
      "flight-delays v2 is live in production, in place of v1. Smoke test passed in 1.4 s, golden answer within 2e−7. From alarm to live: 53 d 3 h.",
    ],
    [
      deploymentText(deployment({ outcome: "rolled-back", smoke })),
      "flight-delays v2 did not go live in production; rolled back, v1 stays live. Smoke test failed: no answer within 30 s.",
    ],
    [
      deploymentText(deployment({ outcome: "failed", previous: null, smoke: { ...smoke, status: "not-run" } })),
      "flight-delays v2 could not be deployed to production; nothing is live there. Smoke test: not run.",
    ],
    [
      deploymentText(
        deployment({
          version: 1,
          rollback: true,
          reason: "over-predicts",
          leadTime: null,
          previous: { version: 2, rootDigest: deployment().rootDigest },
        }),
      ),
      "Rolled back: flight-delays v1 is live in production, in place of v2. Reason: over-predicts. Smoke test passed in 1.4 s, golden answer within 2e−7.",
    ],
  ])("%s", (written, expected) => expect(written).toBe(expected));
});
