import { argsort } from "../../statistics/argsort.ts";
import { eachTie } from "../../statistics/roc-auc.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { POSITIVE, sums } from "./define.ts";
import type { FromDecomposition, MetricDefinition, RowFeatures } from "./metric.ts";

/** Bins of about equal mass of the scores, never cut between equal scores (the calibration curve has the same). */
export const BINS = 15;
/** Places in the sums: rows, then for every bin its rows, its positives, and its scores added up. */
const [ROWS, POSITIVES, SCORES] = [0, 1, 2] as const;
const WIDTH = 3;

type Sums = ArrayLike<number>;
interface Bin {
  /** Which of the fifteen. */
  readonly place: number;
  readonly rows: number;
  readonly observed: number;
  readonly expected: number;
}

/** Those with rows in them. */
export function binsOf(all: Sums): Bin[] {
  const bins: Bin[] = [];
  for (let place = 0; place < BINS; place++) {
    const start = 1 + place * WIDTH;
    const rows = all[start + ROWS] as number;
    if (rows <= 0) continue;
    const of = (place: number) => (all[start + place] as number) / rows;
    bins.push({ place, rows, observed: of(POSITIVES), expected: of(SCORES) });
  }
  return bins;
}

/** The mean of a function of the bins, by their rows. */
const meanOf = (each: (bin: Bin, rate: number) => number) => (all: Sums) => {
  const rate = rateOf(all);
  return binsOf(all).reduce((sum, bin) => sum + bin.rows * each(bin, rate), 0) / (all[0] as number);
};

/** Share of positives. */
export function rateOf(all: Sums): number {
  return binsOf(all).reduce((sum, bin) => sum + bin.rows * bin.observed, 0) / (all[0] as number);
}

/** The two of Murphy (1973) as they stand in these rows, chance included. */
export const reliabilityOf = meanOf(({ observed, expected }) => (observed - expected) ** 2);
export const resolutionOf = meanOf(({ observed }, rate) => (observed - rate) ** 2);

export function calibrationFeatures({ labels, scores }: JudgedRows): RowFeatures {
  const given = scores as Float64Array;
  const bin = binOfRows(given);
  return {
    size: 1 + BINS * WIDTH,
    add(row, weight, into, offset) {
      into[offset] = (into[offset] as number) + weight;
      const start = offset + 1 + (bin[row] as number) * WIDTH;
      into[start + ROWS] = (into[start + ROWS] as number) + weight;
      into[start + POSITIVES] =
        (into[start + POSITIVES] as number) + weight * ((labels as Float64Array)[row] as number);
      into[start + SCORES] = (into[start + SCORES] as number) + weight * (given[row] as number);
    },
    dot(row, gradient) {
      const start = 1 + (bin[row] as number) * WIDTH;
      return (
        (gradient[0] as number) +
        (gradient[start + ROWS] as number) +
        (gradient[start + POSITIVES] as number) * ((labels as Float64Array)[row] as number) +
        (gradient[start + SCORES] as number) * (given[row] as number)
      );
    },
  };
}

/** The bin of every row. */
export function binOfRows(scores: Float64Array): Uint8Array {
  const order = argsort(scores);
  const of = new Uint8Array(scores.length);
  let bin = 0;
  eachTie(scores, order, (from, to) => {
    for (let i = from; i < to; i++) of[order[i] as number] = bin;
    if (bin < BINS - 1 && to >= ((bin + 1) * scores.length) / BINS) bin++;
  });
  return of;
}

/** The mean over rows of their bin's gap. */
export const eceOf = meanOf(gap);

/** How far the observed rate of a bin is from its mean score. */
function gap({ observed, expected }: Bin): number {
  return Math.abs(observed - expected);
}

const decomposed = (
  which: FromDecomposition["which"],
  goal: MetricDefinition["goal"],
  range: MetricDefinition["range"],
): MetricDefinition => ({
  ...{ name: `brier_${which}`, goal, unit: "", needs: "scores", range },
  from: { kind: "brier-decomposition", which },
});

/**
 * Expected and maximum calibration error (Naeini et al. 2015), the former without what chance alone would make of it, and two parts of the Brier score, which
 * is reliability − resolution + uncertainty (Murphy 1973), without what chance adds to them (Ferro & Fricker 2012).
 */
export const calibration: readonly MetricDefinition[] = [
  sums("ece", eceOf, { goal: "minimize", jumps: true, features: calibrationFeatures }),
  {
    name: "ece_debiased",
    goal: "minimize",
    unit: "",
    needs: "scores",
    range: [0, 1],
    jumps: true,
    from: { kind: "debiased-ece" },
  },
  sums("mce", (all) => Math.max(...binsOf(all).map(gap)), {
    goal: "minimize",
    jumps: true,
    features: calibrationFeatures,
  }),
  decomposed("reliability", "minimize", POSITIVE),
  decomposed("resolution", "maximize", [0, 1]),
];
