import type { Curve } from "../../evaluate/evaluation-report.ts";
import { type ChartFrame, canvas, disc, fitting, line, path, rect, square, text } from "./canvas.ts";
import { curveFrame, type Plot } from "./curve-frame.ts";
import { curveNames } from "./curve-names.ts";
import { extent } from "./scale.ts";

type Points = readonly (readonly [number, number])[];

/** Observed rate against predicted: on the diagonal the model means what it says. */
export function calibrationPlot(curve: Curve, baseline: string, frame: ChartFrame): string {
  const [, high] = extent([...curve.candidate.flat(), ...(curve.baseline?.flat() ?? [])], 0.05);
  const top = Math.min(Math.max(high, 0.05), 1);
  const plot = curveFrame(frame.width, {
    x: [0, top],
    y: [0, top],
    xLabel: "mean predicted",
    yLabel: "observed rate",
    aspect: 0.8,
  });
  const diagonal = line(plot.x(0), plot.y(0), plot.x(top), plot.y(top), "diagonal");
  return canvas(frame, plot.height, [...plot.body, diagonal, ...bothSides(plot, curve, baseline, true)]);
}

/** True positive rate against false positive rate. */
export function rocPlot(curve: Curve, baseline: string, frame: ChartFrame): string {
  const plot = curveFrame(frame.width, {
    x: [0, 1],
    y: [0, 1],
    xLabel: "false positive rate",
    yLabel: "true positive rate",
    aspect: 0.8,
  });
  const chance = line(plot.x(0), plot.y(0), plot.x(1), plot.y(1), "diagonal");
  return canvas(frame, plot.height, [...plot.body, chance, ...bothSides(plot, curve, baseline, false)]);
}

/** Precision against recall. The straight line is the share of positives: what is right when everything is called positive. */
export function precisionRecallPlot(curve: Curve, baseline: string, frame: ChartFrame): string {
  const plot = curveFrame(frame.width, { x: [0, 1], y: [0, 1], xLabel: "recall", yLabel: "precision", aspect: 0.8 });
  const rate = curve.candidate.at(-1)?.[1] ?? 0;
  const chance = line(plot.x(0), plot.y(rate), plot.x(1), plot.y(rate), "diagonal");
  return canvas(frame, plot.height, [...plot.body, chance, ...bothSides(plot, curve, baseline, false)]);
}

/** Shares of rows in bins of equal width: the baseline as grey bars, the candidate as a line with discs. */
export function histogramPlot(curve: Curve, baseline: string, frame: ChartFrame): string {
  const points = [...curve.candidate, ...(curve.baseline ?? [])];
  const step = (curve.candidate[1]?.[0] ?? 1) - (curve.candidate[0]?.[0] ?? 0);
  const [first, last] = extent(curve.candidate.map(([x]) => x));
  const [, most] = extent([0, ...points.map(([, y]) => y)], 0.08);
  const plot = curveFrame(frame.width, {
    x: [first - step / 2, last + step / 2],
    y: [0, most],
    xLabel: curve.id === "score-histogram" ? "score" : "residual",
    yLabel: "share of rows",
    aspect: 0.6,
  });
  const bars = (curve.baseline ?? []).map(([x, y]) => {
    const [left, right] = [plot.x(x - step / 2), plot.x(x + step / 2)];
    return rect(left + 0.5, plot.y(y), right - left - 1, plot.y(0) - plot.y(y), "bar");
  });
  const of = curve.baseline === null ? "line: candidate" : `line: candidate · bars: ${baseline}`;
  const key = text(frame.width - 12, 12, fitting(of, frame.width - 110, 12), "small grey", "end");
  const line = curve.candidate.map(([x, y]): [number, number] => [plot.x(x), plot.y(y)]);
  return canvas(frame, plot.height, [
    ...plot.body,
    ...bars,
    key,
    path(line, "curve"),
    ...line.map(([x, y]) => disc(x, y, 3, "mark")),
  ]);
}

/** Mean residual per tenth of the predictions: around zero the model is unbiased. */
export function residualPlot(curve: Curve, baseline: string, frame: ChartFrame): string {
  const points = [...curve.candidate, ...(curve.baseline ?? [])];
  const [, most] = extent(
    points.map(([, y]) => Math.abs(y)),
    0.15,
  );
  const plot = curveFrame(frame.width, {
    x: extent(
      points.map(([x]) => x),
      0.04,
    ),
    y: [-most, most],
    xLabel: "mean prediction",
    yLabel: "mean residual",
    aspect: 0.6,
  });
  return canvas(frame, plot.height, [...plot.body, ...bothSides(plot, curve, baseline, true)]);
}

/** Residuals against normal quantiles. The straight line goes through the candidate's quartiles, as far as the plot is high. */
export function quantilePlot(curve: Curve, baseline: string, frame: ChartFrame): string {
  const points = [...curve.candidate, ...(curve.baseline ?? [])];
  const x = extent(
    points.map(([at]) => at),
    0.04,
  );
  const y = extent(
    points.map(([, at]) => at),
    0.08,
  );
  const plot = curveFrame(frame.width, { x, y, xLabel: "normal quantile", yLabel: "residual", aspect: 0.8 });
  const at = (share: number) => curve.candidate[Math.round(share * (curve.candidate.length - 1))] ?? [0, 0];
  const [[x1, y1], [x2, y2]] = [at(0.25), at(0.75)];
  const slope = x2 > x1 ? (y2 - y1) / (x2 - x1) : 0;
  const reach = slope > 0 ? y.map((end) => x1 + (end - y1) / slope) : x;
  const [from, to] = [Math.max(x[0], reach[0] as number), Math.min(x[1], reach[1] as number)];
  const height = (place: number) => plot.y(y1 + slope * (place - x1));
  const straight = line(plot.x(from), height(from), plot.x(to), height(to), "diagonal");
  return canvas(frame, plot.height, [...plot.body, straight, ...bothSides(plot, curve, baseline, false)]);
}

/** Baseline: grey, dashed, hollow squares. Candidate: accent, solid, discs. Each named beside itself, or above the plot where there is no room. */
function bothSides({ x, y, bounds }: Plot, curve: Curve, baseline: string, marks: boolean): string[] {
  const placed = (points: Points) => points.map(([px, py]): [number, number] => [x(px), y(py)]);
  const base = curve.baseline === null ? [] : placed(curve.baseline);
  const candidate = placed(curve.candidate);
  return [
    path(base, "curve base"),
    ...(marks ? base.map(([px, py]) => square(px, py, 3, "hollow")) : []),
    path(candidate, "curve"),
    ...(marks ? candidate.map(([px, py]) => disc(px, py, 3.5, "mark")) : []),
    ...curveNames(bounds, candidate, base, baseline),
  ];
}
