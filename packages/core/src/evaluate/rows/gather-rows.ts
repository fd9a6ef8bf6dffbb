import type { JudgedRows, Predictions } from "./predictions.ts";
import { widthOf } from "./take-rows.ts";

/** The baseline on the candidate's rows: source ≥ 0 is a stored row, −1 − row one of the job's. Labels, weights and groups are the candidate's. */
export function gatherRows(
  candidate: JudgedRows,
  stored: Predictions | null,
  fromJob: Predictions | null,
  source: Int32Array,
): JudgedRows {
  const width = widthOf(candidate);
  const present = [stored, fromJob].filter((side) => side !== null);
  const scored = present.every((side) => side.scores !== null);
  const scores = scored ? new Float64Array(source.length * width) : null;
  const each = candidate.task === "multilabel" ? width : 1;
  const decisions = candidate.decisions === null ? null : new Int32Array(source.length * each);
  for (let i = 0; i < source.length; i++) {
    const place = source[i] as number;
    const side = (place >= 0 ? stored : fromJob) as Predictions;
    const row = place >= 0 ? place : -1 - place;
    if (scores !== null)
      for (let k = 0; k < width; k++) scores[i * width + k] = (side.scores as Float64Array)[row * width + k] as number;
    if (decisions !== null)
      for (let k = 0; k < each; k++) decisions[i * each + k] = (side.decisions as Int32Array)[row * each + k] as number;
  }
  const bounds = (["y_lower", "y_upper"] as const).flatMap((name) => {
    if (!present.every((side) => side.extra[name] !== undefined)) return [];
    const values = new Float64Array(source.length);
    for (let i = 0; i < source.length; i++) {
      const place = source[i] as number;
      const side = (place >= 0 ? stored : fromJob) as Predictions;
      values[i] = (side.extra[name] as Float64Array)[place >= 0 ? place : -1 - place] as number;
    }
    return [[name, values]];
  });
  const { y_naive: naive } = candidate.extra; // of the rows, not of a model
  const extra = { ...(naive && { y_naive: naive }), ...Object.fromEntries(bounds) };
  const named = candidate.named && gatherNamed(candidate.named, stored, fromJob, source);
  return { ...candidate, scores, decisions, extra, ...(named && { named }) };
}

/** Scores of every metric that each present side has; of others the baseline has none. */
function gatherNamed(
  named: ReadonlyMap<string, Float64Array>,
  stored: Predictions | null,
  fromJob: Predictions | null,
  source: Int32Array,
): ReadonlyMap<string, Float64Array> {
  const found = new Map<string, Float64Array>();
  for (const name of named.keys()) {
    const [ours, theirs] = [stored?.named?.get(name), fromJob?.named?.get(name)];
    if ((stored !== null && ours === undefined) || (fromJob !== null && theirs === undefined)) continue;
    const values = new Float64Array(source.length);
    for (let i = 0; i < source.length; i++) {
      const place = source[i] as number;
      values[i] = (place >= 0 ? ours?.[place] : theirs?.[-1 - place]) as number;
    }
    found.set(name, values);
  }
  return found;
}
