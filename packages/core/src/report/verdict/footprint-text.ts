import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { counted, fixed, MINUS } from "../format/number.ts";
import { byteSize } from "../format/size.ts";

/** "228 kB, was 231 kB (−1.3 %)"; null where the report is older than these figures. */
export function sizeText({ footprint }: EvaluationReport): string | null {
  if (footprint === undefined || footprint.bytes.candidate === 0) return null;
  const { candidate, baseline } = footprint.bytes;
  if (baseline === null) return byteSize(candidate);
  const change = baseline === 0 || candidate === baseline ? "" : ` (${relative(candidate / baseline)})`;
  return candidate === baseline
    ? `${byteSize(candidate)}, as before`
    : `${byteSize(candidate)}, was ${byteSize(baseline)}${change}`;
}

/** "501,000 rows took 0.61 s, was 0.72 s, measured once each": start of the command included, so it is an impression and no claim. */
export function scoringText({ footprint }: EvaluationReport): string | null {
  const scoring = footprint?.scoring ?? null;
  if (scoring === null) return null;
  const { rows, candidate, baseline } = scoring;
  const was = baseline === null ? ", measured once" : `, was ${seconds(baseline)}, measured once each`;
  return `${counted(rows, "row")} took ${seconds(candidate)}${was}`;
}

/** Both in one line: "model 228 kB, was 231 kB (−1.3 %) · scoring 501,000 rows took 0.61 s, was 0.72 s, measured once each". */
export function footprintText(report: EvaluationReport): string[] {
  const [size, scoring] = [sizeText(report), scoringText(report)];
  return [...(size === null ? [] : [`model ${size}`]), ...(scoring === null ? [] : [`scoring ${scoring}`])];
}

const seconds = (value: number) => `${fixed(value, value < 1 ? 2 : value < 100 ? 1 : 0)} s`;

/** "−1.3 %"; of ten times and more "1,516 times". */
function relative(times: number): string {
  if (times >= 10) return `${fixed(times, 0)} times`;
  const change = times - 1;
  const share = Math.abs(100 * change);
  const text = fixed(share, share >= 9.95 ? 0 : share >= 0.95 ? 1 : 2);
  return `${change < 0 ? MINUS : "+"}${text}\u00a0%`;
}
