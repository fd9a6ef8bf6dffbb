import type { Exit } from "../backend.ts";
import { TrainyardError } from "../errors.ts";
import type { MetricProblem } from "./reported-metric.ts";
import type { Failure } from "./run-record.ts";

/** What decides whether a command did its job. */
export interface Evidence {
  readonly step: string;
  readonly exit: Exit;
  /** Declared outputs that were not written. */
  readonly missing: readonly string[];
  /** Declared outputs that are empty files. */
  readonly empty: readonly string[];
  /** Metrics that are NaN or infinite. */
  readonly invalidMetrics: readonly string[];
  /** The metrics the gates judge; one of these being no number fails the run. */
  readonly primaryMetrics: readonly string[];
  /** A field of metrics.json that makes no sense, of a metric that gates judge or of the file as a whole. */
  readonly unreadable?: Pick<MetricProblem, "field" | "problem"> | null;
}

/** A command that says EX_TEMPFAIL asks to be run again: it was interrupted and knows it (sysexits.h). */
const EX_TEMPFAIL = 75;

/**
 * A stop signal means `interrupted` whatever the exit code: trainers that save a checkpoint on SIGTERM return 0 with half a model.
 * Exit 0 counts only with every declared output written and every judged metric a number.
 */
export function outcome(evidence: Evidence): Failure | null {
  const { exit, step } = evidence;
  const failure = (kind: Failure["class"], message: string): Failure => ({
    class: kind,
    step,
    message,
    exitCode: exit.code,
    signal: exit.signal,
    logTail: [...exit.tail],
  });
  if (exit.stopped) return failure("cancelled", "It was asked to stop before it was done.");
  if (exit.code === EX_TEMPFAIL)
    return failure("cancelled", "It ended with exit code 75: interrupted, to be run again.");
  if (exit.signal !== null) {
    return outOfMemory(exit)
      ? failure("out-of-memory", "It was killed (SIGKILL), most likely for using too much memory.")
      : failure("signal", `It was ended by ${exit.signal}.`);
  }
  if (exit.code !== 0)
    return failure(outOfMemory(exit) ? "out-of-memory" : "exit", `It ended with exit code ${exit.code}.`);
  if (evidence.missing.length > 0)
    return failure("outputs-missing", `It ended with exit code 0 but did not write ${evidence.missing.join(", ")}.`);
  if (evidence.empty.length > 0) return failure("output-invalid", `It wrote an empty ${evidence.empty.join(", ")}.`);
  const broken = evidence.invalidMetrics.filter((name) => evidence.primaryMetrics.includes(name));
  if (broken.length > 0) return failure("metric-invalid", `It reported ${broken.join(", ")} as NaN or infinite.`);
  if (evidence.unreadable != null)
    return failure(
      "metric-invalid",
      `METRICS_INVALID: ${new TrainyardError("METRICS_INVALID", { path: "metrics.json", ...evidence.unreadable }).message}`,
    );
  return null;
}

/** CUDA and host memory exhaustion as frameworks print it; SIGKILL without a stop is the kernel's. */
function outOfMemory(exit: Exit): boolean {
  if (exit.signal === "SIGKILL" || exit.code === 137) return true;
  return exit.tail.some((line) =>
    /CUDA out of memory|OutOfMemoryError|RESOURCE_EXHAUSTED|CUBLAS_STATUS_ALLOC_FAILED|MemoryError\b/.test(line),
  );
}
