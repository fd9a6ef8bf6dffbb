import type { Deployment, DriftReport, RunRecord, Verdict } from "@trainyard/core";

/** How a command ends, as docs/cli.md promises it to scripts. */
export type ExitCode = 0 | 1 | 2 | 3 | 69 | 70 | 75 | 130;

/** Succeeded 0, failed 1, interrupted 75 when there is something to resume from, else 130. */
export function trainExit(record: RunRecord, resumable: boolean): ExitCode {
  if (record.status === "succeeded") return 0;
  if (record.status === "failed") return 1;
  return resumable ? 75 : 130;
}

/** Pass 0, fail 1; inconclusive 3 where that fails, else 0. */
export function verdictExit(verdict: Verdict, onInconclusive: "fail" | "warn"): ExitCode {
  if (verdict === "inconclusive") return onInconclusive === "fail" ? 3 : 0;
  return verdict === "pass" ? 0 : 1;
}

export function deployExit(deployment: Deployment): ExitCode {
  return deployment.outcome === "live" ? 0 : 1;
}

/** Broken data is 1; drift only where it was asked to fail on. */
export function driftExit(report: DriftReport, failOn: "drift" | "data-broken"): ExitCode {
  if (report.verdict === "data-broken") return 1;
  return report.verdict === "drift" && failOn === "drift" ? 1 : 0;
}
