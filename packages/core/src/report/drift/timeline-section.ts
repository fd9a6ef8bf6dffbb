import type { DriftReport } from "../../drift/drift-report.ts";
import { instant, longDate } from "../../time.ts";
import { count, fixed, percent } from "../format/number.ts";
import { htmlFigure, htmlTable } from "../html/element.ts";
import { type TimelinePoint, timelinePlot } from "../svg/timeline-plot.ts";
import { DRIFT_HEADLINES, day } from "./drift-words.ts";

const MOST = 200;

/** Many checks of one model as one picture, and every one of them as a row: the calm ones too. */
export function timelineFigure(reports: readonly DriftReport[]): string {
  const shown = reports.slice(-MOST);
  const points = shown.flatMap((report): TimelinePoint[] => {
    const at = instant(report.at);
    if (at === null || report.performance === null) return [];
    const { ratio, bound } = report.performance;
    const [lower, upper] = ratio.interval ?? [ratio.value, ratio.value];
    return [
      {
        at,
        label: dayAndMonth(at),
        ratio: ratio.value,
        interval: ratio.interval,
        alarm: report.verdict === "drift" && (upper < bound[0] || lower > bound[1]),
      },
    ];
  });
  const table = timelineTable(shown);
  const bound = shown.find(({ performance }) => performance !== null)?.performance?.bound;
  if (points.length === 0 || bound === undefined) return table;
  const alarms = points.filter(({ alarm }) => alarm);
  const said =
    alarms.length === 0
      ? `None of ${count(points.length)} checks left the bound.`
      : `${count(alarms.length)} of ${count(points.length)} checks left the bound, the first on ${alarms[0]?.label}.`;
  const caption = `Observed / predicted at each check, with its interval. The band is the bound, ${fixed(bound[0], 2)} … ${fixed(bound[1], 2)}; an alarm needs the whole interval outside. ${said}`;
  return htmlFigure(
    (width) =>
      timelinePlot(points, bound, { width, title: "Observed over predicted at each check", description: said }),
    caption,
    table,
    "Every check as a table",
  );
}

function timelineTable(reports: readonly DriftReport[]): string {
  const num = "num" as const;
  const rows = reports.map(({ at, current, performance: labels, verdict }) => [
    day(at) ?? at,
    count(current.rows),
    labels === null ? "–" : percent(labels.observed),
    labels === null ? "–" : percent(labels.predicted),
    labels === null
      ? "–"
      : `${fixed(labels.ratio.value, 2)}${labels.ratio.interval === null ? "" : ` [${fixed(labels.ratio.interval[0], 2)}, ${fixed(labels.ratio.interval[1], 2)}]`}`,
    DRIFT_HEADLINES[verdict],
  ]);
  return htmlTable(
    [
      { name: "check" },
      { name: "rows", kind: num },
      { name: "observed", kind: num },
      { name: "predicted", kind: num },
      { name: "ratio", kind: num },
      { name: "verdict" },
    ],
    rows,
    false,
    "Checks over time",
  );
}

/** "13 May" */
function dayAndMonth(at: number): string {
  return longDate(at).split(" ").slice(0, 2).join(" ");
}
