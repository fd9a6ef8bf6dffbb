import type { Verdict } from "../../check/check.ts";
import { kindOf } from "../../evaluate/check-ids.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import type { ModelState } from "../../registry/fold/model-state.ts";
import { baselineNow, MERGE_BASE } from "../../train/asked-version.ts";

/** What a report's verdict counts for, and why less than it says. */
export interface Standing {
  readonly verdict: Verdict;
  readonly reason: string | null;
}

const AGAIN = "evaluate again, or --override with a reason";

/**
 * A passed verdict counts against the baselines of this moment: one against another version, or against none, would let a worse model through. And one
 * that rests on nothing is none: without a baseline every comparing gate is skipped, and a standard must have passed.
 * @param isKnown These bytes are a version already.
 * @param configured `evaluate.baseline`, the report's own first.
 */
export function standing(
  report: EvaluationReport,
  isKnown: boolean,
  configured: readonly string[],
  state: ModelState,
): Standing {
  if (report.verdict !== "pass" || isKnown) return { verdict: report.verdict, reason: null };
  const problem = outdated(report, configured, state);
  if (problem !== null) return { verdict: "inconclusive", reason: `${problem}: ${AGAIN}` };
  if (report.unchanged || report.baseline !== null) return { verdict: report.verdict, reason: null };
  const held = report.checks.some(
    (check) => check.severity === "fail" && check.status === "pass" && kindOf(check) === "standard",
  );
  if (held) return { verdict: "pass", reason: null };
  return {
    verdict: "inconclusive",
    reason: "there is nothing to compare with, and no gate sets an absolute standard: add one with min or max",
  };
}

/** Which of the baselines it should have been held against it was not; null when it was against all. */
function outdated(report: EvaluationReport, configured: readonly string[], state: ModelState): string | null {
  const against = [report.baseline, ...(report.others ?? []).map(({ baseline }) => baseline)];
  const versions = against.map((side) => side?.version ?? null);
  for (const [at, asked] of configured.entries()) {
    const label = against[0]?.label ?? "none";
    if (asked === MERGE_BASE && versions[at] == null && state.versions.length > 0)
      return `judged against ${label}; evaluate.baseline is ${MERGE_BASE}`;
    const now = baselineNow(state, asked);
    if (now === null) continue;
    if (at === 0 && versions[0] !== now.version) return `judged against ${label}; ${now.label} is v${now.version}`;
    if (!versions.includes(now.version)) return `not judged against ${now.label} v${now.version}`;
  }
  return null;
}
