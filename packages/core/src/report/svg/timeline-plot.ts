import type { Interval } from "../../check/check.ts";
import { fixed } from "../format/number.ts";
import { type ChartFrame, canvas, diamond, disc, fitting, line, rect, text } from "./canvas.ts";
import { extent, linear, type Scale, tickDecimals, ticks } from "./scale.ts";

/** One check. `at` in milliseconds since 1970; `label` as it is read: "13 May". */
export interface TimelinePoint {
  readonly at: number;
  readonly label: string;
  readonly ratio: number;
  readonly interval: Interval | null;
  readonly alarm: boolean;
}

/** Observed / predicted, check by check, with the bound as a band. An alarm is a diamond and carries its date. */
export function timelinePlot(points: readonly TimelinePoint[], bound: Interval, frame: ChartFrame): string {
  const wide = frame.width >= 560;
  const [left, right, top, bottom] = [38, frame.width - (wide ? 118 : 14), 26, wide ? 236 : 216];
  const sorted = [...points].sort((a, b) => a.at - b.at);
  const [low, high] = extent([...bound, 1, ...sorted.flatMap(({ ratio, interval }) => interval ?? [ratio])], 0.1);
  const [first, last] = extent(sorted.map(({ at }) => at));
  const x = linear([first, last], [left + 14, right - 14]);
  const y = linear([low, high], [bottom, top]);
  const marks = ticks(low, high, 4);
  const decimals = Math.max(tickDecimals(marks), 1);
  const dates = sparse(sorted, wide ? 6 : 3);
  const firstAlarm = sorted.find(({ alarm }) => alarm);
  return canvas(frame, bottom + 26, [
    text(0, 12, "observed / predicted", "small muted"),
    rect(left, y(bound[1]), right - left, y(bound[0]) - y(bound[1]), "band"),
    ...marks.flatMap((value) => [
      line(left, y(value), right, y(value), Math.abs(value - 1) < 1e-9 ? "zero" : "rule"),
      text(left - 8, y(value) + 4, fixed(value, decimals), "small muted", "end"),
    ]),
    ...bound.map((end) => line(left, y(end), right, y(end), "limit")),
    wide ? text(right + 8, y(bound[1]) + 4, `bound ${fixed(bound[1], 2)}`, "small muted") : "",
    wide ? text(right + 8, y(bound[0]) + 4, `bound ${fixed(bound[0], 2)}`, "small muted") : "",
    ...sorted.flatMap(({ at, ratio, interval, alarm }) => [
      interval === null ? "" : line(x(at), y(interval[0]), x(at), y(interval[1]), alarm ? "range bad" : "range"),
      alarm ? diamond(x(at), y(ratio), 6.5, "mark bad") : disc(x(at), y(ratio), 4.5, "mark"),
    ]),
    firstAlarm === undefined ? "" : alarmName(firstAlarm, x, y, right),
    ...dates.map(({ at, label }) => text(x(at), bottom + 18, fitting(label, 90, 12), "small muted", "middle")),
  ]);
}

/** The date of the first alarm, below it, where no later check is drawn. */
function alarmName(point: TimelinePoint, x: Scale, y: Scale, right: number): string {
  const px = Math.min(x(point.at), right - 44);
  return text(px, y(point.interval?.[0] ?? point.ratio) + 17, `alarm, ${point.label}`, "bad halo", "middle");
}

/** At most `most` of the points, evenly, the first and the last among them. */
function sparse<T>(points: readonly T[], most: number): T[] {
  if (points.length <= most) return [...points];
  return Array.from(
    { length: most },
    (_, index) => points[Math.round((index * (points.length - 1)) / (most - 1))] as T,
  );
}
