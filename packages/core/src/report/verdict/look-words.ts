import type { Estimate } from "../../check/check.ts";
import { visibleText } from "../../escape.ts";
import { kindOf } from "../../evaluate/check-ids.ts";
import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import type { Fairness, SliceValue, WeakSlice } from "../../evaluate/looks.ts";
import { estimateText } from "../format/interval.ts";
import { capitalised, metricName } from "../format/metric-name.ts";
import { count, counted, decimalsOf, fixed } from "../format/number.ts";

/** What is said of the parts a reader looks into; plain text, not escaped yet. */

const baselineOf = ({ baseline }: EvaluationReport) => visibleText(baseline?.label ?? "the baseline", 60);

/** "17,248 of 508,120 rows flipped: the candidate is right on 9,412, production v1 on 7,836"; empty where nobody knows. */
export function flipsSummary(report: EvaluationReport): string {
  const { flips, pairing } = report;
  if (flips === null) return "";
  const { candidateRight: ours, baselineRight: theirs, by = "decision" } = flips;
  const other = baselineOf(report);
  const of = pairing.rows > 0 ? ` of ${counted(pairing.rows, "row")}` : " rows";
  if (by === "decision")
    return ours + theirs === 0
      ? "no row flipped"
      : `${count(ours + theirs)}${of} flipped: the candidate is right on ${count(ours)}, ${other} on ${count(theirs)}`;
  const is = by === "error" ? "closer" : "better";
  return `the candidate is ${is} on ${count(ours)}${of}, ${other} on ${count(theirs)}`;
}

/** What that is called: of predictions without classes no row flips. */
export function flipHeading({ flips }: EvaluationReport): string {
  return (flips?.by ?? "decision") === "decision" ? "Flipped rows" : "Row by row";
}

/** A ratio that supports two decimals at least: "0.60 [0.52, 0.69]". */
export function ratioText(ratio: Estimate): string {
  return estimateText(ratio, Math.max(2, Math.min(4, decimalsOf(ratio.value, ratio.interval, 1))));
}

/** Said only where the calibration is not what it was: the interval of the two ratios' difference leaves zero out. */
export function calibrationShift(report: EvaluationReport): string | null {
  const { calibration } = report;
  if (calibration?.baseline == null || calibration.difference?.interval == null) return null;
  const [low, high] = calibration.difference.interval;
  if (low <= 0 && high >= 0) return null;
  const { candidate, baseline, difference } = calibration;
  const sides = `observed / predicted is ${ratioText(candidate.ratio)}${meaning(candidate.ratio)}, against ${ratioText(baseline.ratio)} of ${baselineOf(report)}`;
  const apart = estimateText(difference, decimalsOf(difference.value, difference.interval, 0), true);
  return `Calibration shifted: ${sides}; the difference${report.pairing.mode === "paired" ? " on the same rows" : ""} is ${apart}, ${nearer(report)} is nearer to 1`;
}

/** Whose ratio of observed to predicted is nearer to the 1 it should be. */
export function nearer(report: EvaluationReport): string {
  const off = (ratio: number) => Math.abs(Math.log(ratio));
  const { candidate, baseline } = report.calibration ?? {};
  const ours = off(candidate?.ratio.value ?? 0) < off(baseline?.ratio.value ?? 0);
  return ours ? "the candidate" : baselineOf(report);
}

function meaning({ interval }: Estimate): string {
  if (interval === null || (interval[0] <= 1 && interval[1] >= 1)) return "";
  return interval[1] < 1 ? " (predicts too much)" : " (predicts too little)";
}

/** "origin = ATL & daypart = late" */
export function whereText(where: readonly SliceValue[], cap = 60): string {
  return where.map(({ column, value }) => `${visibleText(column, cap)} = ${visibleText(value, cap)}`).join(" & ");
}

/** Both numbers of a weak slice, with the digits that tell them apart. */
export function weakNumbers({ candidate, other }: WeakSlice): [candidate: string, other: string] {
  const decimals = Math.min(6, decimalsOf(candidate, [Math.min(candidate, other), Math.max(candidate, other)]));
  return [fixed(candidate, decimals), fixed(other, decimals)];
}

/** "origin = ATL & daypart = late: log loss 0.71 against 0.52 elsewhere". */
export function weakSliceText(slice: WeakSlice, report: EvaluationReport): string {
  const [ours, other] = weakNumbers(slice);
  const against = slice.than === "elsewhere" ? `${other} elsewhere` : `${other} of ${baselineOf(report)}`;
  return `${whereText(slice.where)}: ${metricName(report.weakSlices?.metric ?? "")} ${ours} against ${against}`;
}

/** "2 of 412 slices searched are weak, confirmed on held-out rows". */
export function weakSummary({ weakSlices }: EvaluationReport): string {
  if (weakSlices === undefined || weakSlices.searched === 0) return "";
  const of = `of ${counted(weakSlices.searched, "slice")} searched`;
  const weak = new Set(weakSlices.confirmed.map(({ where }) => whereText(where))).size; // one may be both, here and against the baseline
  if (weak === 0) return `none ${of} is confirmed as weak`;
  return `${count(weak)} ${of} ${weak === 1 ? "is" : "are"} weak, confirmed on held-out rows`;
}

/** "Recall by sex: 0.61 (F) to 0.73 (M), a difference of 0.12 [0.07, 0.17] and a ratio of 0.84 [0.76, 0.91]". */
export function fairnessText({ column, metric, groups, candidate }: Fairness): string {
  const by = `${capitalised(metricName(metric))} by ${visibleText(column, 60)}`;
  if (candidate === null) return `${by}: not compared, fewer than two values have rows enough or too many have`;
  const { lowest, highest, difference, ratio } = candidate;
  const decimals = Math.min(4, decimalsOf(difference.value, difference.interval));
  const at = (name: string) =>
    groups.find(({ value, judged }) => judged && value === name)?.candidate?.value ?? Number.NaN;
  const side = (name: string) => `${fixed(at(name), decimals)} (${visibleText(name, 40)})`;
  const share = ratio === null ? "" : ` and a ratio of ${estimateText(ratio, decimals)}`;
  return `${by}: ${side(lowest)} to ${side(highest)}, a difference of ${estimateText(difference, decimals)}${share}`;
}

/** "2 metrics between groups, 1 unequal". */
export function fairnessSummary({ fairness = [], checks }: EvaluationReport): string {
  if (fairness.length === 0) return "";
  const judged = checks.filter((check) => kindOf(check) === "fairness");
  const failed = judged.filter(({ status }) => status === "fail").length;
  const open = judged.filter(({ status }) => status === "inconclusive").length;
  const parts = [failed > 0 ? `${count(failed)} unequal` : "", open > 0 ? `${count(open)} inconclusive` : ""];
  const said = parts.filter((part) => part !== "").join(", ");
  const what = `${counted(fairness.length, "metric")} between groups`;
  return judged.length === 0 ? `${what}, only shown` : said === "" ? `${what}, none unequal` : `${what}, ${said}`;
}
