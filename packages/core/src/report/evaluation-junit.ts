import type { Check } from "../check/check.ts";
import { htmlText } from "../escape.ts";
import { decidingChecks } from "../evaluate/check-ids.ts";
import type { EvaluationReport } from "../evaluate/evaluation-report.ts";
import { plainSentence } from "./phrase.ts";
import { gateTable, UNVERIFIED } from "./verdict/gate-table.ts";
import { verdictSentence } from "./verdict/verdict-sentence.ts";

/**
 * The checks as JUnit XML, the form every CI reads: a test case each. A deciding check that failed, or could not be decided, is a failure, by its type;
 * one that only warns has passed and says so. The verdict's sentence is the suite's output.
 */
export function evaluationJunit(report: EvaluationReport): string {
  const { rows } = gateTable(report);
  const failures = new Set(decidingChecks(report).filter(isFailure));
  const cases = report.checks.map((check, at) =>
    testCase(report.model, check, { failed: failures.has(check), reason: rows[at]?.reason ?? null }),
  );
  const counts = {
    tests: report.checks.length,
    failures: failures.size,
    errors: 0,
    skipped: report.checks.filter(({ status }) => status === "skipped").length,
  };
  const { headline, body } = verdictSentence(report);
  const said = `${report.model}: ${headline}. ${plainSentence(body)}`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: "trainyard", ...counts })}>`,
    `  <testsuite${attributes({ name: report.model, ...counts, timestamp: report.at.replace(/Z$/, "") })}>`,
    ...cases.map((text) => `    ${text}`),
    `    <system-out>${htmlText(said, 4_000)}</system-out>`,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase(
  model: string,
  check: Check,
  { failed, reason }: { readonly failed: boolean; readonly reason: string | null },
): string {
  const open = `<testcase${attributes({ classname: model, name: check.rule })}>`;
  const message = reason ?? numbers(check);
  if (check.status === "skipped") return `${open}<skipped${attributes({ message })}/></testcase>`;
  if (failed) return `${open}<failure${attributes({ message, type: check.status })}/></testcase>`;
  const unverified = check.pointOnly === true ? `, ${UNVERIFIED}` : "";
  const said = check.status === "pass" ? numbers(check) + unverified : `${check.status}, does not decide: ${message}`;
  return `${open}<system-out>${htmlText(said)}</system-out></testcase>`;
}

function isFailure({ status, severity }: Check): boolean {
  return severity === "fail" && (status === "fail" || status === "inconclusive");
}

function numbers({ actual, interval, limit, unit }: Check): string {
  if (actual === null) return "no value";
  const ends = interval === null ? "" : ` [${interval[0]}, ${interval[1]}]`;
  return `${actual}${ends}${unit === "" ? "" : ` ${unit}`}, limit ${limit ?? "none"}`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${htmlText(String(value))}"`)
    .join("");
}
