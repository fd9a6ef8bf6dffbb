import type { MetricComparison, TestName } from "../../evaluate/evaluation-report.ts";
import { pText } from "./p-value.ts";

const NAMES: Readonly<Record<TestName, string>> = {
  delong: "DeLong",
  "mcnemar-exact": "McNemar, exact",
  "mcnemar-mid-p": "McNemar, mid-p",
  wilson: "Wilson",
  "clopper-pearson": "Clopper & Pearson, exact",
  bca: "bootstrap over rows, BCa",
  bootstrap: "bootstrap over rows",
  t: "Student's t over rows",
  "cluster-t": "Student's t over groups",
  "cluster-bootstrap": "bootstrap over groups",
  "reported-se": "reported standard error",
  "reported-interval": "reported interval",
  "samples-t": "Student's t over samples",
  "paired-samples-t": "Student's t over paired samples",
  "welch-t": "Welch's t",
  "pooled-t": "Student's t over rows and seeds",
};

/** "McNemar, mid-p"; "–" for point values. */
export function testTitle({ test }: MetricComparison): string {
  return test === undefined ? "–" : NAMES[test.name];
}

const SECOND = { wilcoxon: "Wilcoxon's signed ranks", "sign-flip": "sign flips" } as const;

/** "Wilcoxon's signed ranks": the second opinion's name; "–" without one. */
export function crossCheckTitle({ crossCheck }: MetricComparison): string {
  return crossCheck === undefined ? "–" : SECOND[crossCheck.name];
}

/** "sign flips, p 0.34"; "–" without a second opinion. */
export function crossCheckText(metric: MetricComparison): string {
  const { crossCheck } = metric;
  return crossCheck === undefined ? "–" : `${crossCheckTitle(metric)}, p ${pText(crossCheck.p)}`;
}

/** The p-value of no difference; "–" where there is none. */
export function testP({ test }: MetricComparison): string {
  return pText(test?.p ?? null);
}
