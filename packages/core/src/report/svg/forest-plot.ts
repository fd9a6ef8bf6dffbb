import type { CheckStatus, Interval } from "../../check/check.ts";
import { type ChartFrame, canvas, diamond, disc, fitting, line, text } from "./canvas.ts";
import { linear } from "./scale.ts";

/** One line of the plot. `gain` and `limit` are signed so that more is better, whatever the metric. */
export interface ForestRow {
  readonly label: string;
  /** The figures as they are to be read, beside the picture. */
  readonly figures: string;
  readonly gain: number;
  readonly interval: Interval | null;
  /** Where the gate draws its line, as a gain; null where no gate judged. */
  readonly limit: number | null;
  readonly status: CheckStatus | null;
  /** Neither more nor less is better. */
  readonly neutral?: boolean;
}

/** What a gate decided, beside the figures: colour says on which side of the line the interval lies, and nothing else. */
const SIGNS: Readonly<Record<CheckStatus, string>> = { pass: " ✓", fail: " ✕", inconclusive: " ?", skipped: "" };

const HEAD = 30;

/**
 * Intervals of many metrics around one line, the baseline's (or the standard's). Metrics have different units, so each
 * row has a scale of its own; the side of the line is what they share: right is better.
 */
export function forestPlot(rows: readonly ForestRow[], centre: string, frame: ChartFrame): string {
  const wide = frame.width >= 560;
  const [left, right] = wide ? [Math.min(190, frame.width * 0.24), frame.width - 240] : [8, frame.width - 8];
  const step = wide ? 36 : 58;
  const middle = (left + right) / 2;
  const bottom = HEAD + rows.length * step;
  const body = [
    text(left, 12, "← worse", "small muted"),
    text(right, 12, "better →", "small muted", "end"),
    text(middle, 12, fitting(centre, right - left - 130, 12), "small grey", "middle"),
    wide ? line(middle, 20, middle, bottom, "zero") : "",
    ...rows.flatMap((row, index) =>
      forestRow(row, HEAD + index * step, { left, right, width: frame.width, step, wide }),
    ),
  ];
  return canvas(frame, bottom + 6, body);
}

interface Place {
  readonly left: number;
  readonly right: number;
  readonly width: number;
  readonly step: number;
  readonly wide: boolean;
}

function forestRow(row: ForestRow, top: number, { left, right, width, step, wide }: Place): string[] {
  const y = wide ? top + step / 2 : top + 40;
  const [lower, upper] = row.interval ?? [row.gain, row.gain];
  const reach = Math.max(Math.abs(lower), Math.abs(upper), Math.abs(row.limit ?? 0)) * 1.06 || 1;
  const x = linear([-reach, reach], [left + 6, right - 6]);
  const sided = row.interval !== null && row.neutral !== true;
  const bad = sided && upper < 0;
  const tone = bad ? " bad" : sided && lower > 0 ? "" : " soft";
  const figures = row.figures + (row.status === null ? "" : SIGNS[row.status]);
  const words = wide
    ? [
        text(0, y + 4, fitting(row.label, left - 12), ""),
        text(width, y + 4, figures, row.status === null ? "muted" : "", "end"),
      ]
    : [
        text(0, top + 18, fitting(row.label, width - figures.length * 6.4 - 8), ""),
        text(width, top + 18, figures, "small halo", "end"),
      ];
  return [
    line(0, top, width, top, "rule"),
    wide ? "" : line((left + right) / 2, y - 12, (left + right) / 2, y + 12, "zero"),
    ...words,
    row.limit === null || row.limit === 0 ? "" : line(x(row.limit), y - 11, x(row.limit), y + 11, "limit"),
    row.interval === null ? "" : line(x(lower), y, x(upper), y, `range${tone}`),
    bad ? diamond(x(row.gain), y, 6.5, "mark bad") : disc(x(row.gain), y, 5.5, `mark${tone}`),
  ];
}
