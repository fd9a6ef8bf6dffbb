export type Scale = (value: number) => number;

/** A linear map from a domain to pixels; a domain without width maps to the middle. */
export function linear([low, high]: readonly [number, number], [from, to]: readonly [number, number]): Scale {
  if (!(high > low)) return () => (from + to) / 2;
  return (value) => from + ((Math.min(Math.max(value, low), high) - low) / (high - low)) * (to - from);
}

/** Round values within [low, high], about `wanted` of them, at steps of 1, 2 or 5 times a power of ten. */
export function ticks(low: number, high: number, wanted = 4): number[] {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return [];
  const power = 10 ** Math.floor(Math.log10(span / wanted));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => span / size <= wanted + 0.5) ?? power * 10;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, index) => (first + index) * step);
}

/** Decimals that tell neighbouring ticks apart. */
export function tickDecimals(values: readonly number[]): number {
  const [first, second] = values;
  if (first === undefined || second === undefined) return 2;
  return Math.max(0, Math.min(8, -Math.floor(Math.log10(Math.abs(second - first)) + 1e-9)));
}

/** The smallest interval that holds all values, widened by a share of itself at both ends. */
export function extent(values: readonly number[], padding = 0): [number, number] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [0, 1];
  const low = finite.reduce((least, value) => Math.min(least, value));
  const high = finite.reduce((most, value) => Math.max(most, value));
  const room = (high > low ? high - low : Math.abs(high) || 1) * padding;
  return [low - room, high + room];
}
