import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import type { Fairness } from "../../evaluate/looks.ts";
import { estimateText } from "../format/interval.ts";
import { metricName, metricTitle } from "../format/metric-name.ts";
import { count, counted, decimalsOf } from "../format/number.ts";
import { groupPlot } from "../svg/group-plot.ts";
import { fairnessText } from "../verdict/look-words.ts";
import { htmlFigure, htmlTable } from "./element.ts";

const MOST = 20;

/** A metric in every group of each sensitive column: a dot plot, and the table behind it. Empty where nothing was asked for. */
export function fairnessSection({ fairness = [], baseline }: EvaluationReport): string {
  return fairness
    .slice(0, MOST)
    .map((one) => fairnessFigure(one, baseline?.label ?? "baseline"))
    .join("\n");
}

function fairnessFigure(one: Fairness, baseline: string): string {
  const judged = one.groups.filter((group) => group.judged && group.candidate !== null);
  const apart = one.groups.length + one.more - judged.length;
  const small = apart === 0 ? "" : ` ${counted(apart, "value is", "values are")} set apart for too few rows.`;
  const caption = `${fairnessText(one)}. Each value with its own interval.${small}`;
  const table = groupTable(one, baseline);
  if (judged.length < 2) return `<p>${caption.replace(" Each value with its own interval.", "")}</p>\n${table}`;
  const rows = judged.map(({ value, rows: size, candidate, baseline: theirs }) => ({
    label: value,
    rows: count(size),
    candidate: candidate as NonNullable<typeof candidate>,
    baseline: theirs?.value ?? null,
  }));
  const title = `${metricTitle(one.metric)} by ${one.column}`;
  return htmlFigure(
    (width) => groupPlot(rows, baseline, { width, title, description: fairnessText(one) }),
    caption,
    table,
    "All groups as a table",
  );
}

function groupTable({ column, metric, groups }: Fairness, baseline: string): string {
  const rows = groups.map(({ value, rows: size, support, judged, candidate, baseline: theirs }) => {
    const decimals = candidate === null ? 3 : Math.min(4, decimalsOf(candidate.value, candidate.interval));
    const say = (one: typeof candidate) => (one === null ? "–" : estimateText(one, decimals));
    return [value, say(candidate), say(theirs), count(size), count(support), judged ? "" : "set apart"];
  });
  const num = "num" as const;
  const columns = [
    { name: column, kind: "long" as const },
    { name: "candidate", kind: num },
    { name: baseline, kind: num },
    { name: "rows", kind: num },
    { name: "support", kind: num },
    { name: "" },
  ];
  return htmlTable(columns, rows, true, `${metricName(metric)} by ${column}`);
}
