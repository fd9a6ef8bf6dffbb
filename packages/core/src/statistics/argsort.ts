/** Below this, counting 65,536 digits costs more than comparing. */
const FEW = 4_000;

/**
 * Row numbers in ascending order of their values; equal values keep their order. Radix sort of the IEEE 754 bits, 16 at a time, about ten
 * times as fast as sorting with a comparison. Takes no NaN; −0 counts as 0.
 */
export function argsort(values: Float64Array): Uint32Array {
  const rows = values.length;
  if (rows < FEW)
    return new Uint32Array(Array(rows).keys()).sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
  const low = new Uint32Array(rows);
  const high = new Uint32Array(rows);
  const one = new Float64Array(1);
  const bits = new Uint32Array(one.buffer);
  for (let row = 0; row < rows; row++) {
    one[0] = (values[row] as number) + 0;
    const sign = (bits[1] as number) >>> 31;
    low[row] = sign === 1 ? ~(bits[0] as number) : (bits[0] as number);
    high[row] = sign === 1 ? ~(bits[1] as number) : (bits[1] as number) | 0x80000000;
  }
  let order = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) order[row] = row;
  let spare = new Uint32Array(rows);
  for (const [words, shift] of [
    [low, 0],
    [low, 16],
    [high, 0],
    [high, 16],
  ] as const) {
    const starts = digitStarts(words, shift);
    if (starts === null) continue;
    for (let i = 0; i < rows; i++) {
      const row = order[i] as number;
      const digit = ((words[row] as number) >>> shift) & 0xffff;
      const place = starts[digit] as number;
      spare[place] = row;
      starts[digit] = place + 1;
    }
    [order, spare] = [spare, order];
  }
  return order;
}

/** Where each 16-bit digit's rows begin; null when all rows have the same digit, and nothing needs moving. */
function digitStarts(words: Uint32Array, shift: number): Uint32Array | null {
  const counts = new Uint32Array(65_536);
  for (let row = 0; row < words.length; row++) {
    const digit = ((words[row] as number) >>> shift) & 0xffff;
    counts[digit] = (counts[digit] as number) + 1;
  }
  let place = 0;
  for (let digit = 0; digit < 65_536; digit++) {
    const count = counts[digit] as number;
    if (count === words.length) return null;
    counts[digit] = place;
    place += count;
  }
  return counts;
}
