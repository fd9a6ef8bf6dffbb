/** Every chart on its own, wide and narrow where its layout differs. */

import { columnPlot } from "../../packages/core/src/report/svg/column-plot.ts";
import {
  calibrationPlot,
  histogramPlot,
  precisionRecallPlot,
  residualPlot,
  rocPlot,
} from "../../packages/core/src/report/svg/curve-plots.ts";
import { type ForestRow, forestPlot } from "../../packages/core/src/report/svg/forest-plot.ts";
import { type GroupRow, groupPlot } from "../../packages/core/src/report/svg/group-plot.ts";
import { slicePlot } from "../../packages/core/src/report/svg/slice-plot.ts";
import { CHART_CSS, COLOUR_CSS } from "../../packages/core/src/report/svg/style.ts";
import { timelinePlot } from "../../packages/core/src/report/svg/timeline-plot.ts";
import {
  calibrationCurve,
  categories,
  column,
  estimate,
  precisionRecallCurve,
  residualCurve,
  rocCurve,
  scoreHistogram,
  slices,
} from "./build.ts";
import { drifts, weekly } from "./documents.ts";

const frame = (width: number) => ({
  width,
  title: "A chart of the gallery",
  description: "Drawn from made-up figures.",
});

/** A chart as a file of its own. */
function standaloneSvg(chart: string): string {
  const style = `<style>${COLOUR_CSS}\n${CHART_CSS}\nsvg{background:var(--bg)}</style>`;
  return `${chart.replace(/(<svg[^>]*>)/, (open) => `${open}\n${style}`)}\n`;
}

const forest: ForestRow[] = [
  {
    label: "Log loss",
    figures: "−0.0056 [−0.0088, −0.0026]",
    gain: 0.0056,
    interval: [0.0026, 0.0088],
    limit: 0,
    status: "pass",
  },
  {
    label: "ROC-AUC",
    figures: "+0.0020 [−0.0010, +0.0050]",
    gain: 0.002,
    interval: [-0.001, 0.005],
    limit: -0.005,
    status: "pass",
  },
  {
    label: "RMSE",
    figures: "+1.42 [+0.31, +2.50] minutes",
    gain: -1.42,
    interval: [-2.5, -0.31],
    limit: 0,
    status: "fail",
  },
  {
    label: "Calibration error",
    figures: "+0.0020 [−0.0060, +0.0090]",
    gain: -0.002,
    interval: [-0.009, 0.006],
    limit: null,
    status: null,
  },
];
const sliceRows = slices()
  .slice(0, 12)
  .map(({ value, rows, gain }, at) => ({
    label: value,
    rows: String(rows),
    gain: at === 0 ? -0.012 : (gain?.value ?? 0),
    interval: at === 0 ? ([-0.017, -0.007] as [number, number]) : (gain?.interval ?? null),
    worse: at === 0,
  }));
const groups: GroupRow[] = [
  { label: "F", rows: "2,033", candidate: estimate(0.36, [0.331, 0.389]), baseline: 0.682 },
  { label: "M", rows: "1,967", candidate: estimate(0.724, [0.696, 0.752]), baseline: 0.671 },
  {
    label: "a value with a long name that is cut",
    rows: "64",
    candidate: estimate(0.51, [0.37, 0.65]),
    baseline: null,
  },
];
const points = weekly.map(({ at, performance, verdict }) => ({
  at: Date.parse(at),
  label: at.slice(5, 10),
  ratio: performance?.ratio.value ?? 1,
  interval: performance?.ratio.interval ?? null,
  alarm: verdict === "drift",
}));
const broken = drifts["broken"]?.columns[0] ?? column({ name: "distance" });

export const charts: Readonly<Record<string, () => string>> = {
  "forest-wide": () => standaloneSvg(forestPlot(forest, "production v1", frame(880))),
  "forest-narrow": () => standaloneSvg(forestPlot(forest, "production v1", frame(328))),
  "slices-wide": () =>
    standaloneSvg(slicePlot(sliceRows, { column: "origin", baseline: "production v1", less: true }, frame(880))),
  "slices-narrow": () =>
    standaloneSvg(slicePlot(sliceRows, { column: "origin", baseline: "production v1", less: true }, frame(328))),
  "groups-wide": () => standaloneSvg(groupPlot(groups, "production v1", frame(880))),
  "groups-narrow": () => standaloneSvg(groupPlot(groups, "production v1", frame(328))),
  "precision-recall": () => standaloneSvg(precisionRecallPlot(precisionRecallCurve(), "production v1", frame(400))),
  "score-histogram": () => standaloneSvg(histogramPlot(scoreHistogram(), "production v1", frame(400))),
  calibration: () => standaloneSvg(calibrationPlot(calibrationCurve(), "production v1", frame(400))),
  roc: () => standaloneSvg(rocPlot(rocCurve(), "production v1", frame(400))),
  residuals: () => standaloneSvg(residualPlot(residualCurve(), "production v1", frame(400))),
  "column-number": () => standaloneSvg(columnPlot(broken, frame(264))),
  "column-categories": () => standaloneSvg(columnPlot(categories("origin"), frame(264))),
  "timeline-wide": () => standaloneSvg(timelinePlot(points, [0.8, 1.25], frame(880))),
  "timeline-narrow": () => standaloneSvg(timelinePlot(points, [0.8, 1.25], frame(328))),
};
