import type { Estimate } from "../../check/check.ts";
import type { EvaluationReport, SliceResult } from "../../evaluate/evaluation-report.ts";
import { count, counted, decimalsOf } from "../format/number.ts";
import { whereText } from "./look-words.ts";

type Sliced = Pick<EvaluationReport, "slices" | "metrics">;

/** True where less of the slices' metric is better. */
export function lessIsBetter({ slices, metrics }: Sliced): boolean {
  return metrics.find(({ name }) => name === slices[0]?.metric)?.goal === "minimize";
}

/** Candidate − baseline as everything else on a page has it; null without a baseline. */
export function sliceDifference({ gain }: SliceResult, less: boolean): Estimate | null {
  if (gain === null || !less) return gain;
  return { value: -gain.value, interval: gain.interval === null ? null : [-gain.interval[1], -gain.interval[0]] };
}

/** Decimals that all of some slices are written with. */
export function sliceDecimals(slices: readonly SliceResult[]): number {
  const each = slices.map(({ gain, candidate }) => decimalsOf(gain?.value ?? candidate, gain?.interval ?? null, 0));
  return Math.min(5, Math.max(0, ...each));
}

/** Slices by how much they matter: the significantly worse first, then by rows × size of the difference; without a baseline the weakest first. */
export function rankedSlices(report: Sliced): SliceResult[] {
  const weight = ({ rows, gain }: SliceResult) => rows * Math.abs(gain?.value ?? 0);
  const sign = lessIsBetter(report) ? -1 : 1;
  const weakest = (a: SliceResult, b: SliceResult) =>
    a.gain === null && b.gain === null ? sign * (a.candidate - b.candidate) : 0;
  return [...report.slices].sort(
    (a, b) =>
      Number(b.worse) - Number(a.worse) ||
      weight(b) - weight(a) ||
      weakest(a, b) ||
      b.rows - a.rows ||
      (a.column + a.value < b.column + b.value ? -1 : 1),
  );
}

/** "2 of 41 values of origin look worse by their own intervals, none significantly among so many". Of a slice without an interval nothing is said. */
export function slicesSummary(report: EvaluationReport): string {
  const { slices } = report;
  const columns = [...new Set(slices.map(({ column }) => column))];
  const what =
    columns.length === 1
      ? `${counted(slices.length, "value", "values")} of ${columns[0]}`
      : `${count(slices.length)} slices`;
  if (slices.every(({ gain }) => gain === null)) return what;
  const looks = slices.filter(({ gain, worse }) => worse || (gain?.interval != null && gain.interval[1] < 0)).length;
  const worse = slices.filter((slice) => slice.worse).length;
  const untold = slices.filter(({ gain }) => gain?.interval == null).length;
  if (untold === slices.length) return `none of ${what} can be told`;
  const rest = untold === 0 ? "" : `, ${count(untold)} cannot be told`;
  if (looks === 0) return `none of ${what} looks worse${rest}`;
  const all = looks === 1 ? "" : "all of them";
  const significant = worse === 0 ? "none" : worse === looks ? all : count(worse);
  const own = looks === 1 ? "looks worse by its own interval" : "look worse by their own intervals";
  return `${count(looks)} of ${what} ${own}, ${`${significant} significantly`.trim()} among so many${rest}`;
}

/** "3 values have fewer than 30 rows and are not told: origin = ANC (29 rows), origin = BTR (4 rows) and 1 more". Empty where there are none. */
export function smallSlicesText({ smallSlices }: EvaluationReport, most: number): string {
  if (smallSlices === undefined) return "";
  const { values, least, first } = smallSlices;
  const named = first.slice(0, most).map((slice) => `${whereText([slice])} (${counted(slice.rows, "row")})`);
  const more = values > named.length ? ` and ${count(values - named.length)} more` : "";
  const what = `${counted(values, "value")} ${values === 1 ? "has" : "have"} fewer than ${least} rows`;
  return `${what} and ${values === 1 ? "is" : "are"} not told: ${named.join(", ")}${more}`;
}
