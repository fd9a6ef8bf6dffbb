import type { Estimate } from "../../check/check.ts";
import { fixed } from "../format/number.ts";
import { type ChartFrame, canvas, disc, fitting, line, square, text } from "./canvas.ts";
import { extent, linear, tickDecimals, ticks } from "./scale.ts";

export interface GroupRow {
  readonly label: string;
  readonly rows: string;
  readonly candidate: Estimate;
  readonly baseline: number | null;
}

const STEP = 30;
const HEAD = 34;

/** A metric in each group on one scale: the candidate a disc with its interval, the baseline a hollow square. */
export function groupPlot(groups: readonly GroupRow[], baseline: string, frame: ChartFrame): string {
  const wide = frame.width >= 560;
  const [left, right] = [wide ? 250 : 124, frame.width - (wide ? 76 : 12)];
  const values = groups.flatMap(({ candidate, baseline: other }) => [
    ...(candidate.interval ?? [candidate.value]),
    ...(other === null ? [] : [other]),
  ]);
  const [low, high] = extent(values, 0.06);
  const x = linear([low, high], [left, right]);
  const bottom = HEAD + groups.length * STEP;
  const marks = ticks(low, high, wide ? 6 : 4);
  const decimals = tickDecimals(marks);
  const both = groups.some(({ baseline: other }) => other !== null);
  const body = [
    wide ? text(left - 16, 12, "rows", "small muted", "end") : "",
    disc(left + 6, 8, 4, "mark"),
    text(left + 15, 12, "candidate", "small accent"),
    both ? square(left + 91, 8, 3.5, "hollow") : "",
    both ? text(left + 101, 12, fitting(baseline, right - left - 101, 11.5), "small grey") : "",
    ...marks.flatMap((value) => [
      line(x(value), HEAD - 8, x(value), bottom, "rule"),
      text(x(value), bottom + 16, fixed(value, decimals), "small muted", "middle"),
    ]),
    ...groups.flatMap(({ label, rows, candidate, baseline: other }, index) => {
      const y = HEAD + (index + 0.5) * STEP;
      return [
        text(0, y + 4, fitting(label, wide ? left - 90 : left - 10), ""),
        wide ? text(left - 16, y + 4, rows, "small muted", "end") : "",
        candidate.interval === null ? "" : line(x(candidate.interval[0]), y, x(candidate.interval[1]), y, "range"),
        other === null ? "" : square(x(other), y + 8, 3.5, "hollow"),
        disc(x(candidate.value), y, 5, "mark"),
      ];
    }),
  ];
  return canvas(frame, bottom + 24, body);
}
