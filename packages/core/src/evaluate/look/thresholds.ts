import { argsort } from "../../statistics/argsort.ts";
import { eachTie } from "../../statistics/roc-auc.ts";
import type { BestThreshold } from "../evaluation-report.ts";
import type { JudgedRows } from "../rows/predictions.ts";

/** What stands above a threshold: true and false positives, of all positives and negatives. */
interface Cut {
  readonly tp: number;
  readonly fp: number;
  readonly positives: number;
  readonly negatives: number;
}

/**
 * The thresholds of binary scores at which F1 and Youden's J (1950) are greatest and, where costs are given, the expected cost is least; of equal ones the
 * highest. Found on the rows they are shown for, so a little better than they will be on others.
 */
export function bestThresholds(rows: JudgedRows): BestThreshold[] {
  const { task, labels, scores, costs } = rows;
  if (task !== "binary" || labels === null || scores === null) return [];
  const measures: { by: BestThreshold["by"]; sign: 1 | -1; of: (cut: Cut) => number }[] = [
    { by: "f1", sign: 1, of: ({ tp, fp, positives }) => (tp === 0 ? 0 : (2 * tp) / (tp + fp + positives)) },
    { by: "youden", sign: 1, of: ({ tp, fp, positives, negatives }) => tp / positives - fp / negatives },
  ];
  if (costs !== undefined) measures.push({ by: "expected_cost", sign: -1, of: (cut) => costOf(cut, costs) });
  const best = measures.map(() => ({ threshold: null as number | null, value: Number.NEGATIVE_INFINITY }));
  const atHalf = measures.map(() => 0);
  eachCut(rows, (threshold, cut) => {
    measures.forEach(({ sign, of }, i) => {
      const value = sign * of(cut);
      if (threshold === null || threshold >= 0.5) atHalf[i] = value;
      if (value > (best[i]?.value as number)) best[i] = { threshold, value };
    });
  });
  return measures.map(({ by, sign }, i) => ({
    by,
    threshold: best[i]?.threshold ?? null,
    value: sign * (best[i]?.value as number),
    atHalf: sign * (atHalf[i] as number),
  }));
}

function costOf({ tp, fp, positives, negatives }: Cut, costs: Float64Array): number {
  const at = (place: number) => costs[place] as number;
  const sum = at(0) * (negatives - fp) + at(1) * fp + at(2) * (positives - tp) + at(3) * tp;
  return sum / (positives + negatives);
}

/** Every way to cut the scores, from above all of them (null) downwards; scores of the threshold itself are positive. */
function eachCut({ labels, scores, weights }: JudgedRows, visit: (threshold: number | null, cut: Cut) => void): void {
  const of = scores as Float64Array;
  let [positives, negatives] = [0, 0];
  for (let row = 0; row < of.length; row++) {
    const weight = weights === null ? 1 : (weights[row] as number);
    if (labels?.[row] === 1) positives += weight;
    else negatives += weight;
  }
  const order = argsort(of);
  const starts: number[] = [];
  eachTie(of, order, (from) => starts.push(from));
  const cut = { tp: 0, fp: 0, positives, negatives };
  visit(null, cut);
  for (let run = starts.length - 1; run >= 0; run--) {
    const [from, to] = [starts[run] as number, starts[run + 1] ?? order.length];
    for (let i = from; i < to; i++) {
      const row = order[i] as number;
      const weight = weights === null ? 1 : (weights[row] as number);
      if (labels?.[row] === 1) cut.tp += weight;
      else cut.fp += weight;
    }
    visit(of[order[from] as number] as number, cut);
  }
}
