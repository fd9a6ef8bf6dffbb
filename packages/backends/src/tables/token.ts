import { POWERS } from "./decimal.ts";

/** What the bytes of one field of a text table are, before the whole column decides its type. */
const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;

/** Up to 2^53 every integer is exact. */
const EXACT = Number.MAX_SAFE_INTEGER;

/** Words that stand for a number that is not there; in a text column they are text. */
const NULL_WORDS: ReadonlySet<string> = new Set(["NA", "N/A", "n/a", "<NA>", "null", "NULL", "Null", "None"]);
const NUMBER_WORDS: ReadonlyMap<string, number> = new Map([
  ...["NaN", "nan", "NAN"].map((word) => [word, Number.NaN] as const),
  ...["inf", "Inf", "Infinity", "+inf", "+Infinity"].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...["-inf", "-Inf", "-Infinity"].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);
const LONGEST_WORD = 9;

/** True for NA, null, None and their like. */
export function isNullWord(bytes: Buffer, start: number, end: number): boolean {
  const length = end - start;
  return length >= 2 && length <= 4 && NULL_WORDS.has(bytes.toString("latin1", start, end));
}

/** 1 for true, 0 for false (any case), −1 for anything else. */
export function booleanOf(bytes: Buffer, start: number, end: number): 0 | 1 | -1 {
  const length = end - start;
  if (length !== 4 && length !== 5) return -1;
  const word = bytes.toString("latin1", start, end).toLowerCase();
  return word === "true" ? 1 : word === "false" ? 0 : -1;
}

/**
 * The number a field holds, null when it holds none. Spaces around it do not count. Not numbers: what has leading zeros ("007" is an
 * id) and integers beyond 2^53, which a number cannot hold exactly.
 *
 * With at most 2^53 as digits and a power of ten up to 22, one multiplication or division is exact up to its one rounding
 * (Clinger 1990), so the result is the nearest binary64; all else goes to the language's own parser.
 */
export function numberOf(bytes: Buffer, start: number, end: number): number | null {
  let at = start;
  let last = end;
  while (at < last && bytes[at] === SPACE) at++;
  while (last > at && bytes[last - 1] === SPACE) last--;
  const begin = at;
  const negative = bytes[at] === MINUS;
  if (negative || bytes[at] === PLUS) at++;

  let mantissa = 0;
  let decimals = 0;
  const whole = at;
  for (let digit = bytes[at] as number; at < last && digit >= ZERO && digit <= NINE; digit = bytes[++at] as number) {
    mantissa = mantissa * 10 + (digit - ZERO);
  }
  const wholeDigits = at - whole;
  if (wholeDigits > 1 && bytes[whole] === ZERO) return null;
  if (at === last) {
    if (wholeDigits === 0 || mantissa > EXACT) return null;
    return negative ? -mantissa : mantissa;
  }
  if (bytes[at] === POINT) {
    const fraction = ++at;
    for (let digit = bytes[at] as number; at < last && digit >= ZERO && digit <= NINE; digit = bytes[++at] as number) {
      mantissa = mantissa * 10 + (digit - ZERO);
    }
    decimals = at - fraction;
  }
  if (wholeDigits + decimals === 0) return word(bytes, begin, last);
  if (at === last && mantissa <= EXACT && decimals < POWERS.length) {
    const value = mantissa / (POWERS[decimals] as number);
    return negative ? -value : value;
  }
  const text = bytes.toString("latin1", begin, last);
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : null;
}

function word(bytes: Buffer, start: number, end: number): number | null {
  return end - start > LONGEST_WORD ? null : (NUMBER_WORDS.get(bytes.toString("latin1", start, end)) ?? null);
}

const INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(\.\d{1,9})?)?(?:(Z)|([+-])([01]\d):?([0-5]\d))?$/;

/**
 * Milliseconds since 1970 of an ISO 8601 date with a time of day; null for anything else, a plain date included (that is a group,
 * and stays text). Without a zone it is UTC, as in Parquet.
 */
export function instantOf(bytes: Buffer, start: number, end: number): number | null {
  const length = end - start;
  if (length < 16 || length > 35 || bytes[start + 4] !== MINUS) return null;
  const match = INSTANT.exec(bytes.toString("latin1", start, end));
  if (match === null) return null;
  const [, year, month, day, hour, minute, second = "0", fraction = "0", , sign, zoneHour = "0", zoneMinute = "0"] =
    match;
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const date = new Date(midnight);
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return null; // 31 February
  const zone = (Number(zoneHour) * 60 + Number(zoneMinute)) * (sign === "-" ? -1 : 1);
  return midnight + (Number(hour) * 60 + Number(minute) - zone) * 60_000 + (Number(second) + Number(fraction)) * 1000;
}
