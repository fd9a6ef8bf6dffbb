import { studentTCdf } from "../../statistics/distributions.ts";
import { LEAST_UNITS } from "../intervals/grounds.ts";
import type { Factor } from "../rows/factor.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { type Found, isIn, type Search, type Striking } from "./slice-search.ts";

/**
 * Two-sided p-value of no excess in a slice, on the half that was not searched and without the rows of slices found before it. Student's t on the linearised
 * error of rows, or of groups where there are any; as many degrees of freedom as the slice has of them, less one.
 * @returns 1 where the excess is none, or fewer than two rows or ten groups of the slice are held out.
 */
export function heldOutP(
  { losses, weights, half, against }: Search,
  slice: Found,
  { first, place }: { readonly first: Striking["first"]; readonly place: number },
  groups: Factor | null,
): number {
  // 1 in the slice, 0 on the other rows, 2 not of this test.
  const side = new Uint8Array(losses.length);
  const [sum, mass] = [new Float64Array(2), new Float64Array(2)];
  for (let row = 0; row < side.length; row++) {
    const taken = first[row] as number;
    const inside = isIn(slice, row) ? 1 : 0;
    if (half[row] === 0 || (taken !== 0 && taken <= place) || (inside === 0 && against === "zero")) {
      side[row] = 2;
      continue;
    }
    side[row] = inside;
    const weight = weights === null ? 1 : (weights[row] as number);
    sum[inside] = (sum[inside] as number) + weight * (losses[row] as number);
    mass[inside] = (mass[inside] as number) + weight;
  }
  const mean = sum.map((total, k) => total / (mass[k] as number));
  // Each row's share in the difference, added up by group: the squares of these are its variance.
  const byGroup = new Float64Array(groups?.values.length ?? 0);
  const seen = new Uint8Array(byGroup.length);
  let [squares, count] = [0, 0];
  for (let row = 0; row < side.length; row++) {
    const k = side[row] as number;
    if (k === 2) continue;
    const weight = weights === null ? 1 : (weights[row] as number);
    const off = (weight * ((losses[row] as number) - (mean[k] as number))) / (mass[k] as number);
    if (groups === null) {
      squares += off * off;
      count += k;
      continue;
    }
    const group = groups.codes[row] as number;
    byGroup[group] = (byGroup[group] as number) + (k === 1 ? off : -off);
    if (k === 0 || seen[group] === 1) continue;
    seen[group] = 1;
    count++;
  }
  for (const part of byGroup) squares += part * part;
  const difference = (mean[1] as number) - (against === "zero" ? 0 : (mean[0] as number));
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
    const k = isIn(slice, row) ? 1 : 0;
    const weight = weights === null ? 1 : (weights[row] as number);
    sum[k] = (sum[k] as number) + weight * (losses[row] as number);
    mass[k] = (mass[k] as number) + weight;
  }
  return [(sum[1] as number) / (mass[1] as number), (sum[0] as number) / (mass[0] as number)];
}
