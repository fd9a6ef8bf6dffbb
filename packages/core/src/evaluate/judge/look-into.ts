import type { Check } from "../../check/check.ts";
import type { EvaluationReport } from "../evaluation-report.ts";
import type { Grounds, Method } from "../intervals/grounds.ts";
import { calibration } from "../look/calibration.ts";
import { classFigures } from "../look/class-figures.ts";
import { confusion } from "../look/confusion.ts";
import { fairness } from "../look/fairness.ts";
import { flips } from "../look/flips.ts";
import { weakSlices } from "../look/weak-slices.ts";
import type { Fairness } from "../looks.ts";
import type { MetricDefinition } from "../metrics/metric.ts";
import { judgeFairness } from "./fairness-check.ts";
import type { JudgeSettings } from "./judgement.ts";
import type { Sides } from "./measure.ts";

/** What a reader looks into beside gates and slices; each is absent where these rows do not give it. */
export type Looks = Pick<
  EvaluationReport,
  "flips" | "calibration" | "confusion" | "classFigures" | "fairness" | "weakSlices"
>;

/** The rows looked into, as they are judged. */
export interface LookedInto {
  readonly sides: Sides;
  readonly method: Method;
  readonly grounds: Grounds;
  readonly metrics: readonly MetricDefinition[];
}

/** Flipped rows, calibration, confusion, weak slices, fairness; and the checks that fairness ends in. */
export function lookInto(
  { sides, method, grounds, metrics }: LookedInto,
  { alpha, seed, fairness: rules = [], ...settings }: JudgeSettings,
): { looks: Looks; checks: Check[] } {
  if (settings.gatesAlone === true) return { looks: { flips: null }, checks: [] };
  const { predictions, candidate, baseline, paired, kept } = sides;
  const same = paired ? baseline : null; // row i of both is the same row
  const calibrated = calibration({ candidate, baseline, paired, method, alpha });
  const confused = confusion(candidate, baseline);
  const byClass = classFigures(candidate, baseline);
  const score = metrics[0] ?? { name: "mean_score", goal: "maximize" as const };
  const weak = weakSlices({ candidate, baseline: same, score, alpha, seed });

  const found = new Map<string, Fairness | null>();
  const checks = rules.flatMap((rule) => {
    const key = JSON.stringify([rule.column, rule.metric]);
    const factor = candidate.slices.find(({ column }) => column === rule.column);
    const metric = metrics.find(({ name }) => name === rule.metric);
    const known = found.get(key);
    const one =
      known !== undefined
        ? known
        : factor === undefined || metric === undefined
          ? null
          : fairness(factor, metric, { candidate, baseline: same, alpha, seed });
    found.set(key, one);
    return judgeFairness(rule, one, { evidence: grounds });
  });
  const fair = [...found.values()].filter((one) => one !== null);
  const looks: Looks = {
    flips: same === null ? null : flips({ candidate, baseline: same, goal: score.goal, ids: predictions.ids, kept }),
    ...(calibrated === null ? {} : { calibration: calibrated }),
    ...(confused === null ? {} : { confusion: confused }),
    ...(byClass === null ? {} : { classFigures: byClass }),
    ...(fair.length === 0 ? {} : { fairness: fair }),
    ...(weak === null ? {} : { weakSlices: weak }),
  };
  return { looks, checks };
}
