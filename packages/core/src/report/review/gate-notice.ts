import { visibleText } from "../../escape.ts";
import { decidingChecks } from "../../evaluate/check-ids.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { plainSentence } from "../phrase.ts";
import { gateTable } from "../verdict/gate-table.ts";

/** One line of a file that a check points at. */
export interface GateNotice {
  readonly path: string;
  readonly line: number;
  readonly level: "failure" | "warning" | "notice";
  readonly title: string;
  readonly message: string;
}

/**
 * What a check says at the lines of trainyard.yaml whose gates did not pass.
 *
 * @param place Where a check's gate stands: line 1 where nobody knows.
 */
export function gateNotices(
  report: EvaluationReport,
  place: (id: string, subject: string) => { readonly path: string; readonly line: number },
): GateNotice[] {
  const rows = gateTable(report).rows;
  const decide = decidingChecks(report); // where there was nothing to judge, a gate that cannot tell is no news
  return report.checks.flatMap((check, at): GateNotice[] => {
    if (!decide.includes(check)) return [];
    const row = rows[at];
    if (check.status === "pass" || check.status === "skipped" || check.severity === "info") return [];
    const decides = check.severity === "fail" && check.status === "fail";
    const judged = row === undefined || row.judged === "" ? "" : `: ${row.judged}`;
    const reason = row?.reason == null ? "" : ` (${row.reason})`;
    return [
      {
        ...place(check.id, check.subject),
        level: decides ? "failure" : "warning",
        title: visibleText(`${report.model}: ${check.subject} ${check.status}`, 200),
        message: visibleText(`${row === undefined ? check.rule : plainSentence(row.rule)}${judged}${reason}`, 2_000),
      },
    ];
  });
}
