import { studentTCdf } from "../../statistics/distributions.ts";
import { LEAST_UNITS } from "../intervals/grounds.ts";
import type { Factor } from "../rows/factor.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { type Found, isIn, type Search, type Striking } from "./slice-search.ts";

/** Of a row: in the slice, among the others, or not of the test. */
const [OTHER, INSIDE, NOT] = [0, 1, 2] as const;

/**
 * Two-sided p-value of no excess in a slice, on the half that was not searched and without the rows of slices found before it. Student's t on the linearised
 * error of rows, or of groups where there are any; as many degrees of freedom as the slice has of them, less one. Of two claims the larger p-value.
 * @returns 1 where the excess is none, or fewer than two rows or ten groups of the slice are held out.
 */
export function heldOutP(
  { losses, weights, half, against }: Search,
  slice: Found,
  { first, place }: { readonly first: Striking["first"]; readonly place: number },
  groups: Factor | null,
): number {
  const side = new Uint8Array(losses.length);
  for (let row = 0; row < side.length; row++) {
    const taken = first[row] as number;
    side[row] = half[row] === 0 || (taken !== 0 && taken <= place) ? NOT : isIn(slice, row) ? INSIDE : OTHER;
  }
  const rows: TestedRows = { losses, weights, side, groups };
  const elsewhere = pOf(rows, "elsewhere");
  return against === "elsewhere" ? elsewhere : Math.max(elsewhere, pOf(rows, "zero"));
}

interface TestedRows {
  readonly losses: Float64Array;
  readonly weights: Float64Array | null;
  readonly side: Uint8Array;
  readonly groups: Factor | null;
}

/** Of no excess over the other rows, or over zero. */
function pOf({ losses, weights, side, groups }: TestedRows, than: "elsewhere" | "zero"): number {
  const [sum, mass] = [new Float64Array(2), new Float64Array(2)];
  for (let row = 0; row < side.length; row++) {
    const k = side[row] as number;
    if (k === NOT) continue;
    const weight = weights === null ? 1 : (weights[row] as number);
    sum[k] = (sum[k] as number) + weight * (losses[row] as number);
    mass[k] = (mass[k] as number) + weight;
  }
  const mean = sum.map((total, k) => total / (mass[k] as number));
  // Each row's share in the difference, added up by group: the squares of these are its variance.
  const byGroup = new Float64Array(groups?.values.length ?? 0);
  const seen = new Uint8Array(byGroup.length);
  let [squares, count] = [0, 0];
  for (let row = 0; row < side.length; row++) {
    const k = side[row] as number;
    if (k === NOT || (k === OTHER && than === "zero")) continue;
    const weight = weights === null ? 1 : (weights[row] as number);
    const off = (weight * ((losses[row] as number) - (mean[k] as number))) / (mass[k] as number);
    if (groups === null) {
      squares += off * off;
      count += k;
      continue;
    }
    const group = groups.codes[row] as number;
    byGroup[group] = (byGroup[group] as number) + (k === INSIDE ? off : -off);
    if (k === OTHER || seen[group] === 1) continue;
    seen[group] = 1;
    count++;
  }
  for (const part of byGroup) squares += part * part;
  const difference = (mean[INSIDE] as number) - (than === "zero" ? 0 : (mean[OTHER] as number));
  const error = Math.sqrt((squares * count) / (count - 1));
  if (count < (groups === null ? 2 : LEAST_UNITS) || !(difference > 0) || !(error > 0)) return 1;
  return 2 * studentTCdf(-difference / error, count - 1);
}

/** Mean loss in a slice and on all other rows, of the held-out half. */
export function heldOutMeans(
  { weights }: JudgedRows,
  losses: Float64Array,
  slice: Found,
  half: Uint8Array,
): [inside: number, outside: number] {
  const [sum, mass] = [new Float64Array(2), new Float64Array(2)];
  for (let row = 0; row < losses.length; row++) {
    if (half[row] === 0) continue;
    const k = isIn(slice, row) ? INSIDE : OTHER;
    const weight = weights === null ? 1 : (weights[row] as number);
    sum[k] = (sum[k] as number) + weight * (losses[row] as number);
    mass[k] = (mass[k] as number) + weight;
  }
  return [(sum[INSIDE] as number) / (mass[INSIDE] as number), (sum[OTHER] as number) / (mass[OTHER] as number)];
}
