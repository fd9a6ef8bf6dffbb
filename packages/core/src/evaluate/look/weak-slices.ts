import { visibleText } from "../../escape.ts";
import { generator } from "../../statistics/generator.ts";
import { holm } from "../../statistics/holm.ts";
import { LEAST_UNITS } from "../intervals/grounds.ts";
import type { WeakSlice, WeakSlices } from "../looks.ts";
import type { Factor } from "../rows/factor.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { heldOutMeans, heldOutP } from "./held-out.ts";
import { rowLosses, type ScoreColumn } from "./row-losses.ts";
import { type Search, searchSlices, striking } from "./slice-search.ts";

/** Tried on the held-out half, of each of the two searches. */
const FINALISTS = 5;

/** What is searched: rows of the candidate, and of the baseline where row i of both is the same row. */
export interface SearchedRows {
  readonly candidate: JudgedRows & { readonly slices: readonly Factor[] };
  readonly baseline: JudgedRows | null;
  readonly score: ScoreColumn;
  readonly alpha: number;
  readonly seed: number;
}

/**
 * Where the candidate is weak: slices of one or two columns, at least 5 % of the rows and 30 of them, in which its mean loss is higher than on its other rows,
 * or in which it loses against the baseline, and more than on its other rows: a model that is worse everywhere has no weak slice for that. Searched on one half of the rows (of the groups, where there are any); the at most five most striking of
 * each kind are tested on the other half, two-sided, and adjusted by Holm over all of them: a search cannot find its own noise there again.
 * @returns Null with no columns to look into, too few rows or groups for two halves, or for a task without a loss of single rows.
 */
export function weakSlices({ candidate, baseline, score, alpha, seed }: SearchedRows): WeakSlices | null {
  if (candidate.slices.length === 0) return null;
  const own = rowLosses(candidate, score);
  if (own === null) return null;
  const half = halves(candidate, seed);
  if (half === null) return null;
  const other = baseline === null ? null : rowLosses(baseline, score);
  const excess = other === null ? null : own.values.map((loss, row) => loss - (other.values[row] as number));
  const kinds = [
    { than: "elsewhere" as const, losses: own.values, against: "elsewhere" as const },
    ...(excess === null ? [] : [{ than: "baseline" as const, losses: excess, against: "both" as const }]),
  ];
  let searched = 0;
  const finalists = kinds.flatMap(({ than, losses, against }) => {
    const search: Search = { factors: candidate.slices, losses, weights: candidate.weights, half, against };
    const all = searchSlices(search);
    searched = all.searched;
    const { chosen, first } = striking(search, all.found, FINALISTS);
    return chosen.map((slice, place) => ({
      slice,
      than,
      p: heldOutP(search, slice, { first, place }, candidate.groups),
    }));
  });
  const adjusted = holm(finalists.map(({ p }) => p));
  const confirmed = finalists.flatMap(({ slice, than }, i): WeakSlice[] => {
    const adjustedP = adjusted[i] as number;
    if (adjustedP >= alpha) return [];
    const [here, elsewhere] = heldOutMeans(candidate, own.values, slice, half);
    const against =
      than === "elsewhere" ? elsewhere : heldOutMeans(candidate, other?.values ?? own.values, slice, half)[0];
    return [
      {
        where: slice.parts.map(({ factor, code }) => ({
          column: visibleText(factor.column),
          value: visibleText(factor.values[code] as string),
        })),
        rows: slice.rows,
        than,
        candidate: own.shown(here),
        other: own.shown(against),
        adjustedP,
      },
    ];
  });
  return { metric: own.metric, searched, tried: finalists.length, confirmed };
}

/** 0 to search, 1 held out. Whole groups go to one half; null where a half would have fewer than ten groups, or thirty rows. */
function halves({ rows, groups }: JudgedRows, seed: number): Uint8Array | null {
  const source = generator(seed ^ 0x5eed);
  const half = new Uint8Array(rows);
  if (groups === null) {
    if (rows < 60) return null;
    for (let row = 0; row < rows; row++) half[row] = source.bits() & 1;
    return half;
  }
  const present = [...new Set(groups.codes)].sort((a, b) => a - b);
  if (present.length < 2 * LEAST_UNITS) return null;
  // As many groups in each half: shuffled, then dealt out.
  for (let i = present.length - 1; i > 0; i--) {
    const j = source.below(i + 1);
    [present[i], present[j]] = [present[j] as number, present[i] as number];
  }
  const ofGroup = new Uint8Array(groups.values.length);
  present.forEach((code, i) => {
    ofGroup[code] = i & 1;
  });
  for (let row = 0; row < rows; row++) half[row] = ofGroup[groups.codes[row] as number] as number;
  return half;
}
