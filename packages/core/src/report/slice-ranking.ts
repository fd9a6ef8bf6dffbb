import type { EvaluationReport, SliceResult } from "../evaluate/evaluation-report.ts";
import { count, counted } from "./format/number.ts";

/** Slices by how much they matter: the significantly worse first, then by rows × size of the difference. */
export function rankedSlices(slices: readonly SliceResult[]): SliceResult[] {
  const weight = ({ rows, gain }: SliceResult) => rows * Math.abs(gain?.value ?? 0);
  return [...slices].sort(
    (a, b) =>
      Number(b.worse) - Number(a.worse) ||
      weight(b) - weight(a) ||
      b.rows - a.rows ||
      (a.column + a.value < b.column + b.value ? -1 : 1),
  );
}

/** "2 of 41 values of origin look worse, none significantly". */
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
  if (looks === 0) return `none of ${what} looks worse`;
  const significant =
    worse === 0 ? "none significantly" : worse === looks ? "significantly" : `${count(worse)} significantly`;
  return `${count(looks)} of ${what} ${looks === 1 ? "looks" : "look"} worse, ${significant}`;
}
