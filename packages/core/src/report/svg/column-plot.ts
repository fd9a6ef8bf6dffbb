import type { ColumnDrift } from "../../drift/drift-report.ts";
import { percent } from "../format/number.ts";
import { type ChartFrame, canvas, disc, fitting, line, path, rect, text } from "./canvas.ts";
import { linear } from "./scale.ts";

const MOST_CATEGORIES = 8;

/** One column's distribution: the reference as grey bars, now as discs. Categories lie down, so that their names can be read. */
export function columnPlot(column: ColumnDrift, frame: ChartFrame): string {
  return column.type === "text" || column.type === "boolean" ? categories(column, frame) : histogram(column, frame);
}

function histogram({ bins, status }: ColumnDrift, frame: ChartFrame): string {
  const [top, bottom, left, right] = [8, 92, 0, frame.width];
  const most = Math.max(...bins.flatMap(({ reference, current }) => [reference, current]), 1e-9);
  const y = linear([0, most], [bottom, top]);
  const step = (right - left) / Math.max(bins.length, 1);
  const centre = (index: number) => left + (index + 0.5) * step;
  const tone = loud(status);
  const [first, last] = [bins[0]?.label ?? "", bins.at(-1)?.label ?? ""];
  return canvas(frame, bottom + 20, [
    ...bins.map(({ reference }, index) =>
      rect(left + index * step + 1, y(reference), step - 2, bottom - y(reference), "bar"),
    ),
    line(left, bottom, right, bottom, "rule"),
    path(
      bins.map(({ current }, index) => [centre(index), y(current)]),
      `curve${tone}`,
    ),
    ...bins.map(({ current }, index) => disc(centre(index), y(current), 3, `mark${tone}`)),
    text(left, bottom + 16, fitting(first, frame.width * 0.46, 12), "small muted"),
    bins.length > 1 ? text(right, bottom + 16, fitting(last, frame.width * 0.46, 12), "small muted", "end") : "",
  ]);
}

function categories({ bins, status }: ColumnDrift, frame: ChartFrame): string {
  const shown = [...bins]
    .sort((a, b) => Math.max(b.reference, b.current) - Math.max(a.reference, a.current))
    .slice(0, MOST_CATEGORIES);
  const most = Math.max(...shown.flatMap(({ reference, current }) => [reference, current]), 1e-9);
  const [left, right, step] = [Math.min(96, frame.width * 0.36), frame.width - 54, 19];
  const x = linear([0, most], [left, right]);
  const tone = loud(status);
  const rows = shown.flatMap(({ label, reference, current }, index) => {
    const y = 4 + (index + 0.5) * step;
    return [
      text(0, y + 4, fitting(label, left - 8, 12), "small"),
      rect(left, y - 5, x(reference) - left, 10, "bar"),
      line(left, y - 7, left, y + 7, "rule"),
      disc(x(current), y, 3.5, `mark${tone}`),
      text(frame.width, y + 4, percent(current, 1), "small muted", "end"),
    ];
  });
  const hidden = bins.length - shown.length;
  const more = hidden > 0 ? [text(0, 16 + shown.length * step, `and ${hidden} more`, "small muted")] : [];
  return canvas(frame, 10 + shown.length * step + (hidden > 0 ? 12 : 0), [...rows, ...more]);
}

function loud(status: ColumnDrift["status"]): string {
  return status === "broken" || status === "drift" ? " bad" : "";
}
