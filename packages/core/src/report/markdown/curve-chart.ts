import { visibleText } from "../../escape.ts";
import type { Curve, EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { fixed } from "../format/number.ts";

/** Points a Mermaid line gets: enough for its few hundred pixels, and every one costs characters of the comment. */
const ROC_POINTS = 41;
const MOST_POINTS = 200;
// Readable on GitHub's light and dark page. Mermaid has no legend: the sentence above the chart says which is which.
const CANDIDATE = "#2f81f7";
const GREY = "#8b949e";

/** A report's curves as Mermaid charts, each with a sentence that says how to read it. Empty when there are none. */
export function curvesMarkdown(report: EvaluationReport): string {
  return report.curves
    .filter(({ id }) => !/-(?:histogram|quantiles)$/.test(id)) // a comment has no room for them; the page does
    .map((curve) => curveMarkdown(curve, visibleText(report.baseline?.label ?? "baseline", 60)))
    .join("\n\n");
}

function curveMarkdown(curve: Curve, baseline: string): string {
  if (curve.candidate.length < 2) return "";
  const grey = curve.baseline === null || curve.baseline.length < 2 ? null : curve.baseline;
  if (curve.id === "roc" || curve.id === "precision-recall") {
    const series = [
      ...(grey === null ? [] : [line(baseline, GREY, resampled(grey))]),
      line("candidate", CANDIDATE, resampled(curve.candidate)),
    ];
    if (curve.id === "precision-recall") {
      const said = `**Precision and recall.** Share of the alarms that are right against share of positives found; ${reading(grey !== null, "line")}`;
      return `${said}\n\n${chart('x-axis "recall" 0 --> 1', 'y-axis "precision" 0 --> 1', series)}`;
    }
    const said = `**ROC.** Share of positives found against share of false alarms; ${reading(grey !== null, "line")}`;
    return `${said}\n\n${chart('x-axis "false positive rate" 0 --> 1', 'y-axis "true positive rate" 0 --> 1', series)}`;
  }
  const points = curve.candidate.slice(0, MOST_POINTS);
  const means = points.map(([x]) => x);
  const names = labelsOf(means, curve.id === "calibration" ? 2 : 0);
  const labels = `x-axis "${curve.id === "calibration" ? "mean predicted, candidate" : "mean prediction"}" [${names.map((name) => `"${name}"`).join(", ")}]`;
  const same = grey !== null && grey.length === points.length ? grey : null;
  if (curve.id === "calibration") {
    const top = Math.min(1, upTo([...points.flat(), ...(same ?? []).map(([, y]) => y)]));
    const series = [
      line(
        "predicted",
        GREY,
        points.map(([x]) => x),
      ),
      line(
        "candidate",
        CANDIDATE,
        points.map(([, y]) => y),
      ),
    ];
    const said =
      "**Calibration.** Observed rate per bin of equal size (blue) against the predicted one (grey): below grey is over-predicted.";
    return `${said}\n\n${chart(labels, `y-axis "observed rate" 0 --> ${tick(top)}`, series)}`;
  }
  const values = [...points.map(([, y]) => y), ...(same ?? []).map(([, y]) => y)];
  const end = upTo(values.map(Math.abs));
  const series = [
    ...(same === null
      ? []
      : [
          line(
            baseline,
            GREY,
            same.map(([, y]) => y),
          ),
        ]),
    line(
      "candidate",
      CANDIDATE,
      points.map(([, y]) => y),
    ),
  ];
  const said = `**Residuals.** Mean residual per tenth of the predictions, zero is unbiased; ${reading(same !== null, "line")}`;
  return `${said}\n\n${chart(labels, `y-axis "mean residual" -${tick(end)} --> ${tick(end)}`, series)}`;
}

interface Line {
  readonly colour: string;
  readonly text: string;
}

function line(name: string, colour: string, values: readonly number[]): Line {
  return { colour, text: `  line "${plainName(name)}" [${values.map((value) => tick(value)).join(", ")}]` };
}

function chart(x: string, y: string, lines: readonly Line[]): string {
  const palette = lines.map(({ colour }) => colour).join(", ");
  const init = `%%{init: {"xyChart": {"width": 640, "height": 320}, "themeVariables": {"xyChart": {"plotColorPalette": "${palette}"}}}}%%`;
  return ["```mermaid", init, "xychart-beta", `  ${x}`, `  ${y}`, ...lines.map(({ text }) => text), "```"].join("\n");
}

/** Mermaid draws a line's values at equal steps of a numeric axis: the curve is read off at those steps, linearly between its points. */
function resampled(points: readonly (readonly [number, number])[]): number[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return Array.from({ length: ROC_POINTS }, (_, step) => {
    const x = step / (ROC_POINTS - 1);
    const same = sorted.findLast(([at]) => Math.abs(at - x) < 1e-12);
    if (same !== undefined) return same[1]; // of a rise at one place, such as that of a good ROC at 0, its end
    const after = sorted.findIndex(([at]) => at >= x);
    if (after === -1) return sorted.at(-1)?.[1] ?? 0;
    const right = sorted[after] as readonly [number, number];
    const left = sorted[after - 1];
    if (left === undefined || right[0] === left[0]) return right[1];
    return left[1] + ((right[1] - left[1]) * (x - left[0])) / (right[0] - left[0]);
  });
}

function reading(both: boolean, shape: string): string {
  return both
    ? `the candidate is the blue ${shape}, the baseline the grey one.`
    : `the candidate is the blue ${shape}.`;
}

/** Mermaid has no escape inside quotes: only letters, digits and a few signs are let through. */
function plainName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9 ._-]/g, "").trim();
  return plain === "" || plain.length > 30 || plain !== name ? "baseline" : plain;
}

/** Numbers as labels: as few decimals as tell them apart, since Mermaid makes one category of two equal ones. */
function labelsOf(values: readonly number[], least: number): string[] {
  for (let decimals = least; ; decimals++) {
    const labels = values.map((value) => tick(value, decimals));
    if (new Set(labels).size === labels.length || decimals === 8) return labels;
  }
}

/** A number as Mermaid reads it: ASCII minus, no separators. */
function tick(value: number, decimals = Math.abs(value) >= 100 ? 1 : 3): string {
  const text = fixed(value, decimals).replaceAll(",", "").replace("−", "-");
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** A little above the largest value, on a round number. */
function upTo(values: readonly number[]): number {
  const most = Math.max(...values.filter(Number.isFinite), 1e-9);
  const step = 10 ** Math.floor(Math.log10(most));
  return Math.ceil((most * 1.02) / (step / 4)) * (step / 4);
}
