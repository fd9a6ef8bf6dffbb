import { canonicalJson } from "../../document.ts";
import type { RunRecord } from "../../train/run-record.ts";
import type { Change, CodeLines } from "../evaluation-report.ts";

/**
 * What went into the candidate's run and into the baseline's that is not the same: parameters, data, code, environment.
 * @param lines What the code's digests do not say; null where the commits are not here.
 */
export function changes(candidate: RunRecord, baseline: RunRecord, lines: CodeLines | null = null): Change[] {
  const from = baseline.inputs;
  const to = candidate.inputs;
  const say = (value: unknown) =>
    value === undefined ? null : typeof value === "string" ? value : canonicalJson(value);
  const files = (list: readonly { path: string; digest: string }[]) =>
    Object.fromEntries(list.map((file) => [file.path, file.digest]));
  return [
    ...differing("param", { ...from.params, ...seedOf(from.seed) }, { ...to.params, ...seedOf(to.seed) }, say),
    ...differing("data", files(from.data), files(to.data), say).map((change) => ({
      ...change,
      ...sizes(change.name, baseline, candidate),
    })),
    ...differing(
      "code",
      { code: from.code, command: from.command, steps: from.steps.map((step) => step.command) },
      { code: to.code, command: to.command, steps: to.steps.map((step) => step.command) },
      say,
    ).map((change) => (change.name === "code" && lines !== null ? { ...change, lines } : change)),
    ...differing(
      "environment",
      { ...files(from.lockFiles), python: baseline.environment.python, os: baseline.environment.os },
      { ...files(to.lockFiles), python: candidate.environment.python, os: candidate.environment.os },
      say,
    ),
  ];
}

/** Rows and bytes of a data file in both runs, where either is known. */
function sizes(path: string, baseline: RunRecord, candidate: RunRecord): Pick<Change, "rows" | "bytes"> {
  const [from, to] = [baseline, candidate].map(({ datasets }) =>
    datasets.find((dataset) => dataset.path === path && dataset.role === "training"),
  );
  const rows = { from: from?.rows ?? null, to: to?.rows ?? null };
  const bytes = { from: from?.size ?? null, to: to?.size ?? null };
  return {
    ...(rows.from === null && rows.to === null ? {} : { rows }),
    ...(bytes.from === null && bytes.to === null ? {} : { bytes }),
  };
}

const seedOf = (seed: number | null) => (seed === null ? {} : { seed });

function differing(
  what: Change["what"],
  from: Readonly<Record<string, unknown>>,
  to: Readonly<Record<string, unknown>>,
  say: (value: unknown) => string | null,
): Change[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return names
    .map((name) => ({ what, name, from: say(from[name]), to: say(to[name]) }))
    .filter((change) => change.from !== change.to);
}
