import { bcaInterval, expandedPercentile } from "../../statistics/resampling.ts";
import { UNBOUNDED } from "../metrics/define.ts";
import { centred, fromDraws, type Percentiles } from "./draws.ts";
import { rowUnits } from "./grounds.ts";
import { leaveOneOut } from "./group-intervals.ts";
import { type Compared, type JudgedSide, judgedSide } from "./judged-side.ts";

/** Fewer rows than this on either side: the percentiles are corrected for bias and skewness (BCa). */
const BCA_ROWS = 200;

/**
 * Metrics that move in steps, by name, from draws of rows: percentiles, under 200 rows with Efron's corrections (1987). The others are not drawn, so
 * that who asks for none of these waits for none.
 */
export function fromRowDraws(
  candidate: JudgedSide,
  baseline: JudgedSide | null,
  paired: boolean,
  method: { readonly replicates: number; readonly seed: number },
): Map<string, Compared> {
  const jumping = candidate.statistics.metrics.filter(({ jumps }) => jumps);
  if (jumping.length === 0) return new Map();
  const anew = ({ rows }: JudgedSide) => judgedSide(rows, jumping, rowUnits(rows.rows, method.seed));
  const [ours, theirs] = [anew(candidate), baseline === null ? null : anew(baseline)];
  const few = Math.min(ours.rows.rows, theirs?.rows.rows ?? Number.POSITIVE_INFINITY) < BCA_ROWS;
  const drawn = few ? fromFewDraws(ours, theirs, paired, method) : fromManyDraws(ours, theirs, paired, method);
  return new Map(drawn.map((one) => [one.metric.name, one]));
}

type Drawn = Parameters<typeof fromDraws> extends [...infer First, unknown] ? First : never;

function fromManyDraws(...drawn: Drawn): Compared[] {
  const [ours, theirs] = drawn;
  const units = Math.min(ours.statistics.units.count, theirs?.statistics.units.count ?? Number.POSITIVE_INFINITY);
  const percentiles: Percentiles = (sorted, alpha) => expandedPercentile(sorted, units, alpha);
  const own = (index: number, side: "candidate" | "baseline") => {
    const { values, metrics } = (side === "candidate" ? ours : (theirs ?? ours)).statistics;
    return centred(percentiles, values[index] as number, metrics[index]?.range ?? UNBOUNDED);
  };
  return fromDraws(...drawn, { by: "bootstrap", own, contrast: () => percentiles });
}

function fromFewDraws(...drawn: Drawn): Compared[] {
  const [ours, theirs, paired] = drawn;
  const sides = { candidate: ours, baseline: theirs ?? ours };
  const left = {
    candidate: leaveOneOut(ours.statistics),
    baseline: theirs === null ? [] : leaveOneOut(theirs.statistics),
  };
  const at = (side: "candidate" | "baseline", index: number) => left[side].map((values) => values[index] as number);
  const seen = (side: "candidate" | "baseline", index: number) => sides[side].statistics.values[index] as number;
  return fromDraws(...drawn, {
    by: "bca",
    own: (index, side) => (sorted, alpha) => bcaInterval(sorted, seen(side, index), [at(side, index)], alpha),
    contrast(index, sign) {
      const value = seen("candidate", index) + sign * seen("baseline", index);
      const [own, other] = [at("candidate", index), at("baseline", index).map((one) => sign * one)];
      const leftOut = paired ? [own.map((one, row) => one + (other[row] as number))] : [own, other];
      return (sorted, alpha) => bcaInterval(sorted, value, leftOut, alpha);
    },
  });
}
