import { TrainyardError } from "../../errors.ts";
import type { EvaluationReport } from "../evaluation-report.ts";
import { betweenSd } from "../intervals/pooled.ts";
import type { SideStatistics } from "../parts/side-statistics.ts";
import { pair } from "../rows/pairing.ts";
import type { JudgedRows, Predictions } from "../rows/predictions.ts";
import { takeRows } from "../rows/take-rows.ts";

/** Another run of the candidate's recipe, with another seed. */
export interface PooledRun {
  /** The run's id, or a file's name. */
  readonly run: string;
  readonly seed: number | null;
  readonly predictions: Predictions;
}

/** The candidate's run among those that are pooled, and the others. */
export interface Pool {
  readonly named: Pick<PooledRun, "run" | "seed">;
  readonly others: readonly PooledRun[];
}

/**
 * The other runs' scores on the very rows that are judged, in their order.
 * @param kept Which of the candidate's rows these are; null: all of them.
 * @throws POOL_ROWS where a run was not scored on all of the candidate's rows, with the same true values
 */
export function pooledRows({ others }: Pool, candidate: Predictions, kept: Uint32Array | null): JudgedRows[] {
  return others.map(({ run, predictions }) => {
    const found = pair(candidate, { stored: predictions, fromJob: null }, true);
    const rows = found.paired ? found.rows : 0;
    const same = rows === candidate.rows && predictions.rows === candidate.rows && found.labelsChanged === 0;
    const alike = (found.baseline.scores === null) === (candidate.scores === null);
    if (!same || !alike || found.candidate.classes.length !== candidate.classes.length)
      throw new TrainyardError("POOL_ROWS", { run, rows, of: candidate.rows, labelsChanged: found.labelsChanged });
    return kept === null ? found.baseline : takeRows({ ...found.baseline, slices: [] }, kept);
  });
}

/** What each run has by the metric that stands first, and how much they differ. */
export function seedsOf(
  { named, others }: Pool,
  sides: readonly SideStatistics[],
  metric: number,
): NonNullable<EvaluationReport["seeds"]> {
  const isSigned = sides[0]?.metrics[metric]?.signed !== undefined;
  const values = sides.map(({ values }) =>
    isSigned ? Math.abs(values[metric] as number) : (values[metric] as number),
  );
  return {
    metric: sides[0]?.metrics[metric]?.name ?? "",
    runs: [named, ...others].map(({ run, seed }, i) => ({ run, seed, value: values[i] as number })),
    betweenSd: betweenSd(values),
  };
}
