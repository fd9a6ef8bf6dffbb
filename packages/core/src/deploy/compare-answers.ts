import { describe } from "../document.ts";

/** How an answer differs from the expected one. */
export interface Comparison {
  /** Largest absolute difference between numbers in the same place, 0 when there are none; may be infinite. */
  readonly maxDifference: number;
  /** The first place that does not match, in words; null when the answer is as expected. */
  readonly mismatch: string | null;
}

/**
 * Compares a JSON answer with the expected one: numbers may differ by `tolerance` (absolute), all else must be equal; an object may have
 * more keys than expected (a digest, a duration). It goes only as deep as what is expected, so a hostile answer cannot make it go deeper.
 */
export function compareAnswers(expected: unknown, answer: unknown, tolerance: number): Comparison {
  const found: { maxDifference: number; mismatch: string | null } = { maxDifference: 0, mismatch: null };
  const differ = (at: string, problem: string): void => {
    found.mismatch ??= `${at === "" ? "the answer" : at} ${problem}`;
  };
  const visit = (want: unknown, got: unknown, at: string): void => {
    if (typeof want === "number") {
      if (typeof got === "number") visitNumber(want, got, at);
      else differ(at, `is ${describe(got)} instead of the number ${want}`);
    } else if (Array.isArray(want)) {
      if (!Array.isArray(got)) differ(at, `is ${describe(got)} instead of a list`);
      else if (got.length !== want.length) differ(at, `has ${got.length} entries instead of ${want.length}`);
      else for (const [index, inner] of want.entries()) visit(inner, got[index], `${at}[${index}]`);
    } else if (isObject(want)) {
      if (isObject(got)) visitObject(want, got, at);
      else differ(at, `is ${describe(got)} instead of an object`);
    } else if (want !== got) differ(at, `is ${describe(got)} instead of ${describe(want)}`);
  };
  const visitNumber = (want: number, got: number, at: string): void => {
    const difference = want === got ? 0 : Math.abs(want - got);
    found.maxDifference = Math.max(found.maxDifference, difference);
    if (!(difference <= tolerance)) differ(at, `is ${got} instead of ${want}, beyond the tolerance ${tolerance}`);
  };
  const visitObject = (want: Record<string, unknown>, got: Record<string, unknown>, at: string): void => {
    for (const [key, inner] of Object.entries(want)) {
      const place = at === "" ? key : `${at}.${key}`;
      if (Object.hasOwn(got, key)) visit(inner, got[key], place);
      else differ(place, "is missing");
    }
  };
  visit(expected, answer, "");
  return found;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
