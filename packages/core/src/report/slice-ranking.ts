import type { EvaluationReport, SliceResult } from "../evaluate/evaluation-report.ts";
import { count, counted } from "./format/number.ts";
import { whereText } from "./look-words.ts";

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

/** "3 values have fewer than 30 rows and are not told: origin = ANC (29 rows), origin = BTR (4 rows) and 1 more". Empty where there are none. */
export function smallSlicesText({ smallSlices }: EvaluationReport, most: number): string {
  if (smallSlices === undefined) return "";
  const { values, least, first } = smallSlices;
  const named = first.slice(0, most).map((slice) => `${whereText([slice])} (${counted(slice.rows, "row")})`);
  const more = values > named.length ? ` and ${count(values - named.length)} more` : "";
  const what = `${counted(values, "value")} ${values === 1 ? "has" : "have"} fewer than ${least} rows`;
  return `${what} and ${values === 1 ? "is" : "are"} not told: ${named.join(", ")}${more}`;
}
