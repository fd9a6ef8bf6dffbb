import type { EvaluationReport } from "../evaluate/evaluation-report.ts";
import { count, fixed } from "./format/number.ts";

/** One class of one side. Null where nothing was decided for it, or nothing of it occurs. */
interface ClassFigures {
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

/**
 * Precision, recall and F1 of every class, the candidate's beside the baseline's, and the rows it has: the weakest recall first. Counted in rows, without weights, as
 * the matrix is. Empty where there is no matrix, or two classes alone, whose figures are metrics of their own. Texts are not escaped yet.
 */
export function classRows({ confusion, task }: EvaluationReport): string[][] {
  if (confusion === undefined || task !== "multiclass" || confusion.classes.length < 3) return [];
  const { classes, candidate, baseline } = confusion;
  const ours = classes.map((_, k) => figuresOf(candidate, k));
  const theirs = baseline === null ? null : classes.map((_, k) => figuresOf(baseline, k));
  const weakest = [...classes.keys()].sort((a, b) => (ours[a]?.recall ?? 2) - (ours[b]?.recall ?? 2) || a - b);
  return weakest.map((k) => {
    const other = theirs?.[k];
    const both = (of: keyof ClassFigures) =>
      theirs === null ? [share(ours[k]?.[of])] : [share(other?.[of]), share(ours[k]?.[of])];
    return [
      classes[k] as string,
      ...both("precision"),
      ...both("recall"),
      ...both("f1"),
      count(sum(candidate[k] as readonly number[])),
    ];
  });
}

/** The columns of these rows: the class, each figure of both sides, the rows. */
export function classHead({ baseline, confusion }: EvaluationReport): string[] {
  const other = confusion?.baseline == null ? null : (baseline?.label ?? "baseline");
  const both = (name: string) => (other === null ? [name] : [`${name}, ${other}`, `${name}, candidate`]);
  return ["class", ...both("precision"), ...both("recall"), ...both("F1"), "rows"];
}

function figuresOf(counts: readonly (readonly number[])[], k: number): ClassFigures {
  const right = counts[k]?.[k] ?? 0;
  const there = sum(counts[k] ?? []);
  const decided = sum(counts.map((cells) => cells[k] ?? 0));
  return {
    precision: decided === 0 ? null : right / decided,
    recall: there === 0 ? null : right / there,
    f1: there + decided === 0 ? null : (2 * right) / (there + decided),
  };
}

const share = (value: number | null | undefined) => (value == null ? "–" : fixed(value, 3));
const sum = (values: readonly number[]) => values.reduce((total, one) => total + one, 0);
