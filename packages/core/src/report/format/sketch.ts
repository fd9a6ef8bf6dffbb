import type { Estimate } from "../../check/check.ts";

/** No-break spaces: Markdown and HTML would fold plain ones, and the sketch must not wrap. */
const BLANK = "\u00a0";

/**
 * An interval drawn with characters, and the limit it is held against: `├─●─┤   ┊  `.
 * Each sketch has its own scale. Whatever the rounding, an end that lies beyond the limit is drawn beyond it.
 *
 * @param width Characters, at least 7.
 * @returns Exactly `width` characters; all blank without an interval.
 */
export function intervalSketch(estimate: Estimate, limit: number | null, width = 15): string {
  const cells: string[] = Array.from({ length: width }, () => BLANK);
  if (estimate.interval === null) return cells.join("");
  const [lower, upper] = estimate.interval;
  const ends = limit === null ? [lower, upper] : [lower, upper, limit];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  if (!Number.isFinite(low) || !Number.isFinite(high)) return cells.join("");
  const last = width - 1;
  const cell = (x: number) =>
    high > low ? 1 + Math.round(((x - low) / (high - low)) * (last - 2)) : Math.floor(last / 2);

  let [from, to] = [cell(lower), cell(upper)];
  let mark = limit === null ? null : cell(limit);
  if (to - from < 2) [from, to] = widened(from, to, mark, last);
  const dot = Math.min(Math.max(cell(estimate.value), from + 1), to - 1);
  if (mark !== null && limit !== null) mark = onItsSide(limit, [lower, upper], [from, to], mark, last);

  for (let i = from; i <= to; i++) cells[i] = "─";
  cells[from] = "├";
  cells[to] = "┤";
  if (mark !== null) cells[mark] = mark > from && mark < to ? "┼" : "┊";
  cells[dot] = "●";
  return cells.join("");
}

/** An interval too short for three cells gets three, away from the limit. */
function widened(from: number, to: number, mark: number | null, last: number): [number, number] {
  const middle =
    mark !== null && mark <= from
      ? Math.max(from + 1, 1)
      : mark !== null && mark >= to
        ? Math.min(to - 1, last - 1)
        : Math.round((from + to) / 2);
  const centre = Math.min(Math.max(middle, 1), last - 1);
  return [centre - 1, centre + 1];
}

/** Moves the limit's cell to the side of the ends on which the limit really lies. */
function onItsSide(
  limit: number,
  ends: [number, number],
  [from, to]: [number, number],
  mark: number,
  last: number,
): number {
  if (limit < ends[0]) return Math.max(Math.min(mark, from - 1), 0);
  if (limit > ends[1]) return Math.min(Math.max(mark, to + 1), last);
  return Math.min(Math.max(mark, from), to);
}
