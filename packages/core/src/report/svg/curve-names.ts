import { fitting, line, text } from "./canvas.ts";
import type { Bounds } from "./curve-frame.ts";

type Points = readonly (readonly [number, number])[];

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const HEIGHT = 15;
/** A bold letter of 13 pixels, about. */
const LETTER = 7.4;
/** Pixels a name must lie nearer to its own curve than to the other, so that nobody takes it for the other's. */
const CLEARLY = 14;
const STEP = 4;

/**
 * Names of both curves, each beside its own: inside the plot, over no curve, and clearly nearer to its own. Where there is no such place for both, as in the corner
 * that good models share, a key stands above the plot instead. Points are pixels.
 */
export function curveNames(bounds: Bounds, candidate: Points, base: Points, baseline: string): string[] {
  if (candidate.length === 0) return [];
  const [ours, theirs] = [dense(candidate), dense(base)];
  const mine = place("candidate", ours, theirs, bounds, null);
  if (base.length === 0) return mine === null ? [] : [written(mine, "candidate", "accent halo")];
  const name = fitting(baseline, 130);
  const other = mine === null ? null : place(name, theirs, ours, bounds, mine);
  if (mine === null || other === null) return key(bounds, baseline);
  return [written(mine, "candidate", "accent halo"), written(other, name, "grey halo")];
}

const written = ({ x, y }: Box, name: string, classes: string) => text(x, y + HEIGHT - 4, name, classes);

/** Both curves' strokes with their names, in the line of the y axis' label. */
function key({ right }: Bounds, baseline: string): string[] {
  const name = fitting(baseline, 90, 11.5);
  const split = right - name.length * 6.6 - 34;
  return [
    line(split - 88, 8, split - 68, 8, "curve"),
    text(split - 63, 12, "candidate", "small accent"),
    line(split + 6, 8, split + 28, 8, "curve base"),
    text(right, 12, name, "small grey", "end"),
  ];
}

/** The best place for a name; null where there is none. */
function place(name: string, own: Points, other: Points, bounds: Bounds, taken: Box | null): Box | null {
  const width = name.length * LETTER;
  let best: { box: Box; clear: number } | null = null;
  for (const [at, [px, py]] of own.entries()) {
    if (at % 3 !== 0) continue;
    for (const [x, y] of [
      [px - width - 5, py - HEIGHT - 4],
      [px + 5, py + 4],
      [px + 5, py - HEIGHT - 4],
      [px - width - 5, py + 4],
    ] as const) {
      const box = { x, y, width, height: HEIGHT };
      if (!inside(box, bounds) || covers(box, own) || covers(box, other) || (taken !== null && meet(box, taken)))
        continue;
      const clear = Math.min(distance(box, other), 60) - distance(box, own);
      if (best === null || clear > best.clear + 0.5) best = { box, clear };
    }
  }
  return best !== null && best.clear >= CLEARLY ? best.box : null;
}

/** The curve with a point every few pixels. */
function dense(points: Points): Points {
  return points.flatMap(([x, y], at) => {
    const [fromX, fromY] = points[at - 1] ?? [x, y];
    const steps = Math.max(1, Math.ceil(Math.hypot(x - fromX, y - fromY) / STEP));
    return Array.from({ length: steps }, (_, k): [number, number] => {
      const share = (k + 1) / steps;
      return [fromX + (x - fromX) * share, fromY + (y - fromY) * share];
    });
  });
}

function inside({ x, y, width, height }: Box, { left, right, top, bottom }: Bounds): boolean {
  return x >= left + 3 && x + width <= right - 1 && y >= top + 2 && y + height <= bottom - 3;
}

function covers({ x, y, width, height }: Box, points: Points): boolean {
  return points.some(([px, py]) => px > x - 3 && px < x + width + 3 && py > y - 3 && py < y + height + 3);
}

/** Two names in one line read as one: they keep apart. */
function meet(a: Box, b: Box): boolean {
  const apart =
    a.x > b.x + b.width + 30 || b.x > a.x + a.width + 30 || a.y > b.y + b.height + 4 || b.y > a.y + a.height + 4;
  return !apart;
}

/** From a box to the nearest of some points; infinite without any. */
function distance({ x, y, width, height }: Box, points: Points): number {
  let least = Number.POSITIVE_INFINITY;
  for (const [px, py] of points) {
    const across = Math.max(x - px, 0, px - x - width);
    const along = Math.max(y - py, 0, py - y - height);
    least = Math.min(least, Math.hypot(across, along));
  }
  return least;
}
