import type { Interval } from "../../check/check.ts";
import { signed } from "../format/number.ts";
import { type ChartFrame, canvas, diamond, disc, fitting, line, text } from "./canvas.ts";
import { extent, linear, tickDecimals, ticks } from "./scale.ts";

export interface SliceRow {
  readonly label: string;
  readonly rows: string;
  readonly gain: number;
  readonly interval: Interval | null;
  readonly worse: boolean;
}

const STEP = 26;
const HEAD = 34;

/** `less`: less of the metric is better, so the figures of the axis, which are differences as shown, fall to the right. */
export interface SliceHead {
  readonly column: string;
  readonly baseline: string;
  readonly less: boolean;
}

/** Each slice on one scale: right of the line is better. What is significantly worse is a diamond and says so. */
export function slicePlot(
  slices: readonly SliceRow[],
  { column, baseline, less }: SliceHead,
  frame: ChartFrame,
): string {
  const wide = frame.width >= 560;
  const [left, right] = [wide ? 250 : 132, frame.width - (wide ? 76 : 8)];
  const [low, high] = extent([0, ...slices.flatMap(({ gain, interval }) => interval ?? [gain])], 0.04);
  const x = linear([low, high], [left, right]);
  const bottom = HEAD + slices.length * STEP;
  const marks = ticks(low, high, wide ? 5 : 3);
  const decimals = tickDecimals(marks);
  const body = [
    text(0, 12, fitting(column, left - 80, 12), "small muted"),
    wide ? text(left - 16, 12, "rows", "small muted", "end") : "",
    text(left, 12, "← worse", "small muted"),
    text(right, 12, "better →", "small muted", "end"),
    ...marks.flatMap((value) => [
      line(x(value), HEAD - 6, x(value), bottom, value === 0 ? "zero" : "rule"),
      text(x(value), bottom + 16, signed(less ? -value : value, decimals), "small muted", "middle"),
    ]),
    text(
      Math.min(Math.max(x(0), left + 40), right - 30),
      bottom + 31,
      fitting(baseline, 140, 12),
      "small grey",
      "middle",
    ),
    ...slices.flatMap(({ label, rows, gain, interval, worse }, index) => {
      const y = HEAD + (index + 0.5) * STEP;
      // Below zero but not significantly so among so many slices: neither worse nor better.
      const open = interval === null || interval[0] <= 0;
      const tone = worse ? " bad" : open ? " soft" : "";
      return [
        text(0, y + 4, fitting(label, wide ? left - 90 : left - 10), worse ? "bad" : ""),
        wide ? text(left - 16, y + 4, rows, "small muted", "end") : "",
        interval === null ? "" : line(x(interval[0]), y, x(interval[1]), y, `range${tone}`),
        worse ? diamond(x(gain), y, 6, "mark bad") : disc(x(gain), y, 4.5, `mark${tone}`),
        worse && wide ? text(right + 12, y + 4, "worse", "bad") : "",
      ];
    }),
  ];
  return canvas(frame, bottom + 38, body);
}
