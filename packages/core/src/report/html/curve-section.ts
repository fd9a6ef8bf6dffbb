import { htmlText } from "../../escape.ts";
import type { Curve, EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { fixed } from "../format/number.ts";
import {
  calibrationPlot,
  histogramPlot,
  precisionRecallPlot,
  quantilePlot,
  residualPlot,
  rocPlot,
} from "../svg/curve-plots.ts";
import { calibrationShift, ratioText } from "../verdict/look-words.ts";
import { htmlFolded, htmlTable } from "./element.ts";

/** Drawn at one width: it fits a phone after little shrinking, and two stand side by side on a desk. */
const WIDTH = 400;
const ORDER: readonly Curve["id"][] = [
  ...(["calibration", "score-histogram", "roc", "precision-recall"] as const),
  ...(["residuals", "residual-histogram", "residual-quantiles"] as const),
];

const KINDS = {
  calibration: {
    heading: "Calibration",
    draw: calibrationPlot,
    x: "mean predicted",
    y: "observed rate",
    said: "Observed rate per bin of equal size. On the diagonal, predictions mean what they say; below it they are too high.",
  },
  roc: {
    heading: "ROC",
    draw: rocPlot,
    x: "false positive rate",
    y: "true positive rate",
    said: "Positives found against false alarms, over all thresholds. The straight line is chance.",
  },
  "precision-recall": {
    heading: "Precision and recall",
    draw: precisionRecallPlot,
    x: "recall",
    y: "precision",
    said: "Share of the alarms that are right against the share of positives found, over all thresholds. The straight line calls every row positive.",
  },
  "score-histogram": {
    heading: "Scores",
    draw: histogramPlot,
    x: "score",
    y: "share of rows",
    said: "How the scores are spread, in bins of equal width.",
  },
  "residual-histogram": {
    heading: "Spread of the residuals",
    draw: histogramPlot,
    x: "residual",
    y: "share of rows",
    said: "Truth − prediction, in bins of equal width; the outermost bins hold whatever lies farther out.",
  },
  "residual-quantiles": {
    heading: "Residuals against a normal distribution",
    draw: quantilePlot,
    x: "normal quantile",
    y: "residual",
    said: "Quantiles of the residuals against those of a normal distribution. Normal residuals lie on a straight line; ends that bend away from it are errors larger than that.",
  },
  residuals: {
    heading: "Residuals",
    draw: residualPlot,
    x: "mean prediction",
    y: "mean residual",
    said: "Mean residual per tenth of the predictions. Around zero the model is unbiased.",
  },
} as const;

/** Calibration, ROC, residuals: whichever the report has, side by side where there is room. */
export function curveSection(report: EvaluationReport, heading: "h2" | "h4"): string {
  const curves = ORDER.flatMap((id) => report.curves.filter((curve) => curve.id === id && curve.candidate.length > 1));
  if (curves.length === 0) return "";
  return `<div class="pair">\n${curves.map((curve) => curveFigure(curve, report, heading)).join("\n")}\n</div>`;
}

function curveFigure(curve: Curve, report: EvaluationReport, tag: "h2" | "h4"): string {
  const { heading, draw, x, y, said } = KINDS[curve.id];
  const baseline = report.baseline?.label ?? "baseline";
  const title = `${heading} of the candidate${curve.baseline === null ? "" : ` and ${baseline}`}`;
  const chart = draw(curve, baseline, { width: WIDTH, title, description: said });
  const words = curve.id === "calibration" ? calibrationText(report) : "";
  return `<div><${tag}>${heading}</${tag}>${words}\n<figure>\n<figcaption>${htmlText(said)}</figcaption>\n${chart}\n${htmlFolded("The points as a table", pointTable(curve, baseline, x, y))}\n</figure></div>`;
}

/** At most fifty of the points, evenly, both ends among them: a table of four hundred rows is read by nobody. */
function thinned<T>(points: readonly T[], most = 50): T[] {
  if (points.length <= most) return [...points];
  return Array.from({ length: most }, (_, at) => points[Math.round((at * (points.length - 1)) / (most - 1))] as T);
}

/** Observed over predicted of each side, and whether that shifted. */
function calibrationText(report: EvaluationReport): string {
  const { calibration, baseline } = report;
  if (calibration === undefined) return "";
  const shift = calibrationShift(report);
  if (shift !== null) return `\n<p>${htmlText(shift, 600)}.</p>`;
  const other =
    calibration.baseline === null ? "" : `, ${baseline?.label ?? "baseline"} ${ratioText(calibration.baseline.ratio)}`;
  return `\n<p>${htmlText(`Observed / predicted: candidate ${ratioText(calibration.candidate.ratio)}${other}`, 600)}.</p>`;
}

function pointTable(curve: Curve, baseline: string, x: string, y: string): string {
  const rows = (side: string, points: readonly (readonly [number, number])[]) =>
    thinned(points).map(([px, py]) => [side, fixed(px, 4), fixed(py, 4)]);
  return htmlTable(
    [{ name: "side" }, { name: x, kind: "num" }, { name: y, kind: "num" }],
    [...rows("candidate", curve.candidate), ...rows(baseline, curve.baseline ?? [])],
    false,
    `${KINDS[curve.id].heading}, points`,
  );
}
