import { expect, test } from "vitest";
import { evaluations } from "../../../../test/gallery/documents.ts";
import type { Check } from "../check/check.ts";
import type { EvaluationReport } from "../evaluate/evaluation-report.ts";
import { aReport } from "../testing/index.ts";
import { evaluationBadge } from "./evaluation-badge.ts";
import { evaluationJunit } from "./evaluation-junit.ts";

const check = (change: Partial<Check>): Check => ({
  ...{ id: "m-worse", subject: "m", rule: "m not worse than production v1", status: "pass", actual: 0.01 },
  ...{ interval: [0.001, 0.02], limit: -0.05, unit: "", reason: null, severity: "fail" },
  ...change,
});

test("checks as JUnit: what decides against the model is a failure, what was not asked is skipped", () => {
  const xml = evaluationJunit(
    aReport({
      verdict: "fail",
      checks: [
        check({}),
        check({ status: "fail", reason: "LABELS & <changed>" }),
        check({ status: "inconclusive", reason: "the interval holds the limit" }),
        check({ status: "fail", severity: "warn", reason: "slow" }),
        check({ status: "skipped", reason: "a first model" }),
      ],
    }),
  );
  expect(xml).toContain('tests="5" failures="2" errors="0" skipped="1"');
  expect(xml).toContain('<failure message="LABELS &#38; &#60;changed&#62;" type="fail"/>');
  expect(xml).toContain('type="inconclusive"');
  expect(xml).toContain("fail, does not decide: slow");
  expect(xml).toContain('<skipped message="a first model"/>');
  expect(xml.match(/<testcase/g)).toHaveLength(5);
});

test("of an unchanged model only what stands against other baselines is a failure", () => {
  const failed = { status: "fail", reason: "worse" } as const;
  const checks = [check(failed), check({ ...failed, id: "m-worse@champion v2", rule: "m not worse than champion v2" })];
  const xml = evaluationJunit(aReport({ unchanged: true, verdict: "fail", checks }));
  expect(xml).toContain('failures="1"');
  expect(xml).toContain('name="m not worse than champion v2"><failure');
});

test("a hostile name stays text, in both", () => {
  const report = aReport({ checks: [check({ rule: '"/><script>alert(1)</script>\u0000\u202e@team' })] });
  for (const text of [evaluationJunit(report), evaluationBadge({ ...report, model: "</text><script>" })]) {
    expect(text).not.toContain("<script");
    for (const hidden of ["\u0000", "\u202e"]) expect(text).not.toContain(hidden);
  }
});

test("the badge says the verdict in words", () => {
  const badge = evaluationBadge(aReport({ verdict: "fail" }));
  expect(badge).toContain('role="img" aria-label="flight-delays: ');
  expect(badge.length).toBeLessThan(2_000);
});

test("a long headline is a badge's title, and its outcome the badge", () => {
  const badge = evaluationBadge(evaluations["open-standard"] as EvaluationReport);
  expect(badge).toContain('aria-label="flight-delays: cannot tell yet whether it meets its standard"');
  expect(badge).toContain(">cannot tell yet</text>");
  expect(Number(/width="(\d+)"/.exec(badge)?.[1])).toBeLessThan(260);
});
