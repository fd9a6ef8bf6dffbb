import { firstGain } from "@trainyard/core";
import type { Judged } from "./judge-runs.ts";

/**
 * Of several candidates of one model, as a retraining has, the one that goes on: of those that pass the one with the largest gain of the first gate, else
 * one that may be looked at again, else any. What register does with the same runs.
 */
export function bestCandidates(judged: readonly Judged[]): { best: Judged[]; beaten: Judged[] } {
  const best = new Map<string, Judged>();
  for (const one of judged) {
    const before = best.get(one.model);
    if (before === undefined || better(one, before)) best.set(one.model, one);
  }
  const kept = new Set(best.values());
  return { best: [...kept], beaten: judged.filter((one) => !kept.has(one)) };
}

const RANK = ["pass", "inconclusive", "fail"];

function better(a: Judged, b: Judged): boolean {
  const [rankA, rankB] = [rank(a), rank(b)];
  if (rankA !== rankB || a.report === null || b.report === null) return rankA < rankB;
  return (firstGain(a.report) ?? 0) > (firstGain(b.report) ?? 0); // of equals the first named
}

const rank = ({ report }: Judged) => (report === null ? RANK.length : RANK.indexOf(report.verdict));
