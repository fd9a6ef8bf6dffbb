/** 10^0 … 10^22, all exact in binary64. */
export const POWERS: readonly number[] = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** Whole numbers below it, about 10^15, survive a multiplication by a power of ten and back. */
export const MOST_WHOLE = 2 ** 50;

/**
 * A decimal without the noise of the multiplication that made it: 19.990000000000002 → 19.99, the number that the text 19.99 is.
 * The quotient of two exact numbers is rounded once, as text is when it is read.
 */
export function asDecimal(value: number, places: number): number {
  const power = POWERS[places];
  if (power === undefined || places === 0) return value;
  const whole = Math.round(value * power);
  if (Math.abs(whole) <= MOST_WHOLE) return whole / power;
  return places <= 20 && Math.abs(value) < 1e15 ? Number(value.toFixed(places)) : value;
}
