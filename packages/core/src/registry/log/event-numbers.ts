/** Numbers of events, rising; of those in a row the first and the last. */
export type Ranges = (number | [number, number])[];

export function inRanges(numbers: readonly number[]): Ranges {
  const ranges: Ranges = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    const end = Array.isArray(last) ? last[1] : last;
    if (last === undefined || end !== number - 1) ranges.push(number);
    else ranges[ranges.length - 1] = [Array.isArray(last) ? last[0] : last, number];
  }
  return ranges;
}

/** The numbers again; null where they do not rise, or are more than `most`. */
export function outOfRanges(ranges: Readonly<Ranges>, most: number): number[] | null {
  const numbers: number[] = [];
  for (const range of ranges) {
    const [first, last] = Array.isArray(range) ? range : [range, range];
    if (first <= (numbers.at(-1) ?? 0) || last < first || numbers.length + last - first + 1 > most) return null;
    for (let number = first; number <= last; number++) numbers.push(number);
  }
  return numbers;
}
