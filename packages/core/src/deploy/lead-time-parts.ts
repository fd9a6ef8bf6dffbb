import type { EvaluationReport } from "../evaluate/evaluation-report.ts";
import { instant } from "../time.ts";
import type { RunRecord } from "../train/run-record.ts";
import type { Deployment } from "./deployment.ts";

/** Where the time from the alarm (or the commit) to live went, seconds each. Training is measured; the rest is the distance between instants. */
export interface LeadTimeParts {
  readonly from: "drift" | "commit";
  readonly total: number;
  /** From the start to the training's start. */
  readonly beforeTraining: number;
  readonly training: number;
  /** From the trained candidate to its verdict: after an alarm, mostly waiting for rows with labels that it had not seen. */
  readonly untilJudged: number;
  /** From the verdict to live: registering, approval, deployment. */
  readonly untilLive: number;
}

/** Null when the deployment knows no start, or an instant lies before the one it follows. */
export function leadTimeParts(
  deployment: Pick<Deployment, "leadTime" | "endedAt">,
  record: Pick<RunRecord, "startedAt" | "endedAt" | "seconds">,
  report: Pick<EvaluationReport, "at">,
): LeadTimeParts | null {
  if (deployment.leadTime === null) return null;
  const { from, startedAt, seconds } = deployment.leadTime;
  const at = [startedAt, record.startedAt, record.endedAt, report.at, deployment.endedAt].map((text) => instant(text));
  if (at.some((moment) => moment === null)) return null;
  const [start, trainingFrom, trainingTo, judged, live] = at as [number, number, number, number, number];
  if (trainingFrom < start || trainingTo < trainingFrom || judged < trainingTo || live < judged) return null;
  return {
    from,
    total: seconds,
    beforeTraining: (trainingFrom - start) / 1000,
    training: record.seconds,
    untilJudged: (judged - trainingTo) / 1000,
    untilLive: (live - judged) / 1000,
  };
}
