import type { Check } from "../../check/check.ts";
import { furtherCheckId } from "../check-ids.ts";
import type { EvaluationReport } from "../evaluation-report.ts";
import type { Against } from "./judge-against.ts";

/** What baselines beside the first say. */
export interface Further {
  readonly checks: readonly Check[];
  readonly others: NonNullable<EvaluationReport["others"]>;
  readonly notes: readonly string[];
}

/** Each gate that compares must pass against every baseline that is listed. @param said Notes of the first baseline, which need no repeating. */
export function further(
  against: readonly Pick<Against, "label" | "judgement" | "side">[],
  said: readonly string[],
): Further {
  return {
    checks: against.flatMap(checksOf),
    others: against.flatMap(({ side, judgement: { pairing, metrics } }) =>
      side === null ? [] : [{ baseline: side, pairing, metrics }],
    ),
    notes: against.flatMap(({ side, judgement }) =>
      side === null ? [] : judgement.notes.filter((note) => !said.includes(note)),
    ),
  };
}

function checksOf({ label, judgement: { checks, unchanged } }: Pick<Against, "label" | "judgement">): Check[] {
  const same = { status: "skipped", reason: `the same bytes as ${label}` } as const;
  return checks.map((check) => ({
    ...check,
    id: furtherCheckId(check, label),
    ...(unchanged ? same : {}),
  }));
}
