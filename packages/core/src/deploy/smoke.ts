import type { Golden, Probe } from "../backend.ts";
import { compareAnswers } from "./compare-answers.ts";
import type { Smoke } from "./deployment.ts";

/** A deployment whose environment asks for no smoke test says so. */
export const NOT_RUN: Smoke = {
  status: "not-run",
  url: null,
  served: null,
  maxDifference: null,
  tolerance: null,
  problem: null,
  seconds: 0,
};

/**
 * Judges what the server said. It must name the activated digest, and give the golden answer: a server may serve one version under
 * another's name, so the name alone proves nothing.
 */
export function judgeProbe(probe: Probe, expected: { url: string; digest: string; golden: Golden }): Smoke {
  const { golden, digest, url } = expected;
  const base = { url, served: probe.served, tolerance: golden.tolerance, seconds: probe.seconds };
  const failed = (problem: string, maxDifference: number | null = null): Smoke => ({
    ...base,
    status: "failed",
    maxDifference,
    problem,
  });
  if (probe.problem !== null) return failed(probe.problem);
  if (probe.served !== digest) return failed(`the server serves ${probe.served ?? "no version"}, not ${digest}`);
  const author = digestOf(probe.answer);
  if (author !== null && author !== digest) return failed(`${golden.path} was answered by ${author}, not ${digest}`);

  const { maxDifference, mismatch } = compareAnswers(golden.response, probe.answer, golden.tolerance);
  const shown = Number.isFinite(maxDifference) ? maxDifference : null; // JSON has no infinity
  if (mismatch !== null) return failed(`${golden.path}: ${mismatch}`, shown);
  return { ...base, status: "passed", maxDifference: shown, problem: null };
}

/** The digest an answer says it comes from, where it says one. */
function digestOf(answer: unknown): string | null {
  if (typeof answer !== "object" || answer === null || !Object.hasOwn(answer, "digest")) return null;
  const { digest } = answer as { digest: unknown };
  return typeof digest === "string" ? digest : null;
}
