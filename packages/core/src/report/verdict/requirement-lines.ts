import { visibleText } from "../../escape.ts";
import { furtherBaseline, kindOf } from "../../evaluate/check-ids.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { count } from "../format/number.ts";
import type { Phrase } from "../phrase.ts";
import { rowsJudged } from "./rows-judged.ts";
import { requiredText } from "./verdict-clauses.ts";

/** For each gate that says so, how much evidence it takes to pass: "`roc_auc`: an equal model passes nine times in ten from about 1,200 evaluation rows on; there are 48,231." */
export function requirementLines(report: EvaluationReport): Phrase[][] {
  const { groups, clusters } = report.method;
  const rows = rowsJudged(report);
  return report.checks.flatMap((check) => {
    const { required, subject } = check;
    if (required === undefined) return [];
    const who = kindOf(check) === "margin" ? "an equal model" : "a model with this value";
    const there = required.of === "groups" ? (clusters ?? 0) : rows;
    const from = requiredText(required, groups);
    const other = furtherBaseline(check);
    const against = other === null ? "" : ` against ${visibleText(other, 60)}`;
    return [
      [
        { code: subject },
        `${against}: ${who} passes nine times in ten from about ${from} on; there are ${count(there)}.`,
      ],
    ];
  });
}
