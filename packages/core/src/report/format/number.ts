/** U+2212: as wide as a plus sign, so that columns of differences line up. */
export const MINUS = "−";

/** More decimals than this say nothing a person reads. */
const MOST_DECIMALS = 8;

/**
 * How many decimals an uncertain number deserves: the width of its interval with two significant digits. Without an
 * interval, four significant digits of the value itself. Decimals are added where rounding would put an end of the
 * interval onto one of `limits`, because on which side of a limit it lies is the verdict.
 */
export function decimalsOf(
  value: number,
  interval: readonly [number, number] | null,
  limits: number | null | readonly (number | null)[] = null,
): number {
  const [lower, upper] = interval ?? [value, value];
  const width = upper - lower;
  const scale = width > 0 && Number.isFinite(width) ? width * 100 : Math.abs(value);
  if (!(scale > 0) || !Number.isFinite(scale)) return 4;
  const exponent = Math.floor(Math.log10(width > 0 ? width : scale) + 1e-9);
  let decimals = clamp((width > 0 ? 1 : 3) - exponent, 0, MOST_DECIMALS);
  const lines = interval === null ? [] : [limits].flat().filter((limit) => limit !== null);
  const onto = (end: number, limit: number) =>
    end !== limit && Number(end.toFixed(decimals)) === Number(limit.toFixed(decimals));
  const most = Math.min(decimals + 3, MOST_DECIMALS);
  while (decimals < most && lines.some((limit) => onto(lower, limit) || onto(upper, limit))) decimals++;
  return decimals;
}

/** "1,234.50", "−0.0056"; a value that rounds to zero has no sign. "–" for what is no number. */
export function fixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value > 0 ? "∞" : `${MINUS}∞`;
  if (Math.abs(value) >= 1e15) return value.toExponential(3).replace("-", MINUS);
  const text = Math.abs(value).toFixed(decimals);
  const [whole = "0", fraction] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const sign = value < 0 && Number(text) !== 0 ? MINUS : "";
  return sign + grouped + (fraction === undefined ? "" : `.${fraction}`);
}

/** The same with a plus sign before what is above zero: for differences. */
export function signed(value: number, decimals: number): string {
  const text = fixed(value, decimals);
  return value > 0 && /[1-9∞]/.test(text) ? `+${text}` : text;
}

/** A whole number with thousands separators: "508,120". */
export function count(value: number): string {
  return fixed(Math.round(value), 0);
}

/** "1 row", "508,120 rows". */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${Math.round(value) === 1 ? one : many}`;
}

/** A share as percent with a no-break space: 0.121 → "12.1 %". Two significant digits at least, one decimal at most from 10 % on. */
export function percent(share: number, decimals?: number): string {
  const value = share * 100;
  const digits =
    decimals ??
    (value === 0 || Math.abs(value) >= 99.95 ? 0 : Math.abs(value) >= 1 ? 1 : Math.abs(value) >= 0.1 ? 2 : 3);
  return `${fixed(value, digits)}\u00a0%`;
}

/** A confidence level without needless decimals: 0.95 → "95 %", 0.9808 → "98.1 %". */
export function levelText(level: number): string {
  const value = Math.round(level * 1000) / 10;
  return `${Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1)}\u00a0%`;
}

/** A number nobody gave an interval for, with four significant digits at most: 0.4812, 12.35, 0.1, 1,235. */
export function plainNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return count(value);
  const text = fixed(value, decimalsOf(value, null));
  return /^[^e]*\.[^e]*$/.test(text) ? text.replace(/\.?0+$/, "") : text;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
