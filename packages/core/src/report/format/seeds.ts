import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { decimalsOf, fixed } from "./number.ts";

const MOST = 40;

/** Each run, its seed and its value; last how much the values differ. */
export function seedRows({ runs, betweenSd }: NonNullable<EvaluationReport["seeds"]>): string[][] {
  const [first] = runs;
  const decimals = decimalsOf(first?.value ?? 0, [(first?.value ?? 0) - betweenSd, (first?.value ?? 0) + betweenSd]);
  const shown = runs
    .slice(0, MOST)
    .map(({ run, seed, value }) => [run, seed === null ? "–" : String(seed), fixed(value, decimals)]);
  const rest = runs.length > MOST ? [[`and ${runs.length - MOST} more`, "", ""]] : [];
  return [...shown, ...rest, ["standard deviation", "", fixed(betweenSd, decimals)]];
}
