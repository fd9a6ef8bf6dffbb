import { htmlText } from "../../escape.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { capitalised, metricName } from "../format/metric-name.ts";
import { count } from "../format/number.ts";
import { pText } from "../format/p-value.ts";
import { weakNumbers, weakSummary, whereText } from "../verdict/look-words.ts";
import { htmlTable } from "./element.ts";

/** Slices that a search on one half of the rows found and the other half confirmed. Empty where nothing was searched. */
export function weakSection(report: EvaluationReport): string {
  const summary = weakSummary(report);
  if (report.weakSlices === undefined || summary === "") return "";
  const { confirmed, metric } = report.weakSlices;
  const how =
    "Searched on one half of the rows in one and two columns at a time, confirmed on the other half; nothing is decided by it.";
  const said = `<p>${htmlText(capitalised(summary))}. ${how}</p>`;
  if (confirmed.length === 0) return said;
  const other = report.baseline?.label ?? "the baseline";
  const rows = confirmed.map((slice) => {
    const [ours, against] = weakNumbers(slice);
    const than = slice.than === "elsewhere" ? "elsewhere" : `of ${other}`;
    return [whereText(slice.where, 120), count(slice.rows), ours, `${against} ${than}`, pText(slice.adjustedP)];
  });
  const num = "num" as const;
  const columns = [
    { name: "slice" },
    { name: "rows", kind: num },
    { name: `${metricName(metric)} here`, kind: num },
    { name: "against" },
    { name: "adjusted p", kind: num },
  ];
  return `${said}\n${htmlTable(columns, rows, true, "Weak slices")}`;
}
