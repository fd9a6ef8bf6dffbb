import type { BestThreshold, EvaluationReport } from "../../evaluate/evaluation-report.ts";
import { fixed } from "../format/number.ts";
import { htmlTable } from "./element.ts";

const WHAT: Readonly<Record<BestThreshold["by"], string>> = {
  f1: "F1 is greatest",
  youden: "Youden's J is greatest (true less false positive rate)",
  expected_cost: "the expected cost is least",
};

/** Where a threshold of the candidate's scores would do best, beside 0.5. Empty where there are no scores of two classes. */
export function thresholdSection({ thresholds = [] }: EvaluationReport): string {
  if (thresholds.length === 0) return "";
  const rows = thresholds.map(({ by, threshold, value, atHalf }) => [
    WHAT[by],
    threshold === null ? "above every score" : fixed(threshold, 3),
    fixed(value, 4),
    fixed(atHalf, 4),
  ]);
  const table = htmlTable(
    [
      { name: "where" },
      { name: "threshold", kind: "num" },
      { name: "there", kind: "num" },
      { name: "at 0.5", kind: "num" },
    ],
    rows,
    false,
    "Best thresholds",
  );
  return `<p>Scores from the threshold on are taken for positive. Found on these very rows, so a little better here than they will be on others.</p>\n${table}`;
}
