/**
 * Holm's step-down adjustment: the k-th smallest of m p-values is multiplied by m − k + 1, made monotone and cut at 1.
 * A hypothesis is rejected at family-wise level α when its adjusted value is ≤ α, whatever the dependence (Holm 1979).
 * @returns Adjusted p-values, in the order of `pValues`.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((i, j) => (pValues[i] as number) - (pValues[j] as number));
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((i, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues[i] as number) * (pValues.length - rank)));
    adjusted[i] = largest;
  });
  return adjusted;
}
