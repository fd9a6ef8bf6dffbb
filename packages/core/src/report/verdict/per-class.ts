import type { EvaluationReport } from "../../evaluate/evaluation-report.ts";
import type { ClassCounts } from "../../evaluate/looks.ts";
import { count, fixed } from "../format/number.ts";

/** Precision, recall and F1 of every class or label, the candidate's after the baseline's, and its rows; the weakest recall first. Texts are not escaped yet. */
export function classRows({ classFigures }: EvaluationReport): string[][] {
  return (classFigures?.listed ?? []).map(({ name, candidate, baseline }) => {
    const sides = baseline === null ? [candidate] : [baseline, candidate];
    return [name, ...sides.map(precision), ...sides.map(recall), ...sides.map(f1), count(candidate.rows)];
  });
}

/** The columns of these rows. */
export function classHead({ task, baseline, classFigures }: EvaluationReport): string[] {
  const compared = classFigures?.listed.some((one) => one.baseline !== null) ?? false;
  const sides = (name: string) =>
    compared ? [`${name}, ${baseline?.label ?? "baseline"}`, `${name}, candidate`] : [name];
  return [noun(task), ...sides("precision"), ...sides("recall"), ...sides("F1"), "rows"];
}

/** "Precision, recall and F1 label by label", of more than are listed "of the 100 weakest of 150 classes". */
export function classTitle({ task, classFigures }: EvaluationReport): string {
  const what = "Precision, recall and F1";
  const [all, listed] = [classFigures?.classes ?? 0, classFigures?.listed.length ?? 0];
  const one = noun(task);
  const many = one === "class" ? "classes" : "labels";
  return listed < all ? `${what} of the ${count(listed)} weakest of ${count(all)} ${many}` : `${what} ${one} by ${one}`;
}

const noun = (task: EvaluationReport["task"]) => (task === "multilabel" ? "label" : "class");

const precision = ({ right, decided }: ClassCounts) => share(right, decided);
const recall = ({ right, rows }: ClassCounts) => share(right, rows);
const f1 = ({ right, decided, rows }: ClassCounts) => share(2 * right, decided + rows);

/** "–" where nothing was decided for a class, or nothing of it occurs. */
const share = (part: number, whole: number) => (whole === 0 ? "–" : fixed(part / whole, 3));
