import { idHashes } from "../../data/id-hash.ts";
import type { Predictions } from "./predictions.ts";

/**
 * What tells a set of rows from another one, whatever order they come in and whatever else stands in their file: sums of hashes of each id with its true value.
 * @returns Text to make a digest of; null for rows without ids.
 */
export function rowSet({ ids, labels, classes, rows, task }: Predictions): string | null {
  if (ids === null) return null;
  const { low, high } = idHashes(ids);
  const each = labels === null ? 0 : labels.length / rows;
  const value = new Float64Array(1);
  const bits = new Int32Array(value.buffer);
  const sums = new Uint32Array(4);
  for (let row = 0; row < rows; row++) {
    let a = low[row] as number;
    let b = high[row] as number;
    for (let k = 0; k < each; k++) {
      value[0] = ((labels as Float64Array)[row * each + k] as number) + k;
      a = mixed(a ^ (bits[0] as number)) + b;
      b = mixed(b ^ (bits[1] as number)) ^ a;
    }
    a = mixed(a);
    b = mixed(b ^ a);
    sums[0] = (sums[0] as number) + a;
    sums[1] = (sums[1] as number) + b;
    sums[2] = (sums[2] as number) ^ a;
    sums[3] = (sums[3] as number) ^ b;
  }
  return JSON.stringify([task, classes, rows, ...sums]);
}

/** The finish of MurmurHash3. */
function mixed(word: number): number {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
