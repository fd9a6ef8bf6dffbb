import { fixed } from "../format/number.ts";
import { line, text } from "./canvas.ts";
import { linear, type Scale, tickDecimals, ticks } from "./scale.ts";

export interface Bounds {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Plot {
  readonly x: Scale;
  readonly y: Scale;
  readonly height: number;
  /** The plot's own rectangle, inside the figures of its axes. */
  readonly bounds: Bounds;
  readonly body: readonly string[];
}

export interface Axes {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly xLabel: string;
  readonly yLabel: string;
  /** Height of the plot as a share of its width. */
  readonly aspect: number;
}

/** Axes with quiet grid lines; labels stand where they are read, the y label on top, horizontal. */
export function curveFrame(width: number, axes: Axes): Plot {
  const xs = ticks(axes.x[0], axes.x[1], 5);
  const ys = ticks(axes.y[0], axes.y[1], 4);
  const [xDecimals, yDecimals] = [tickDecimals(xs), tickDecimals(ys)];
  const widest = Math.max(...ys.map((value) => fixed(value, yDecimals).length), 1);
  const [left, right, top] = [widest * 7 + 10, width - 12, 30];
  const bottom = top + (right - left) * axes.aspect;
  const x = linear(axes.x, [left, right]);
  const y = linear(axes.y, [bottom, top]);
  return {
    x,
    y,
    height: bottom + 40,
    bounds: { left, right, top, bottom },
    body: [
      text(0, 12, axes.yLabel, "small muted"),
      ...ys.flatMap((value) => [
        line(left, y(value), right, y(value), value === 0 && axes.y[0] < 0 ? "zero" : "rule"),
        text(left - 8, y(value) + 4, fixed(value, yDecimals), "small muted", "end"),
      ]),
      ...xs.map((value) => text(x(value), bottom + 17, fixed(value, xDecimals), "small muted", "middle")),
      text(right, bottom + 34, axes.xLabel, "small muted", "end"),
    ],
  };
}
