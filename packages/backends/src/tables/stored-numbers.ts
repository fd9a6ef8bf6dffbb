import type { SchemaElement } from "hyparquet";
import { asDecimal, MOST_WHOLE, POWERS } from "./decimal.ts";

/** Numbers in the smallest type that gives every one of them back. */
export interface StoredNumbers {
  readonly element: Pick<SchemaElement, "type" | "converted_type" | "scale" | "precision">;
  /** As they lie in the file; of decimals the whole numbers they are hundredths, thousandths, … of. */
  readonly values: Int32Array | BigInt64Array | Float32Array | Float64Array;
}

/** Digits after the point that a decimal may have; a number has 15 to 17 digits in all. */
const MOST_PLACES = 15;

/**
 * Whole numbers become INT32 or INT64, decimals of few places (a CSV's 0.125031) whole numbers with a scale, single floats FLOAT (what a network answers);
 * anything else stays DOUBLE. None of it changes a number: each is tried before it is chosen.
 * @param values Finite.
 */
export function storedNumbers(values: Float64Array): StoredNumbers {
  const places = placesOf(values);
  if (places === 0) return { element: { type: fitsInt32(values, 1) ? "INT32" : "INT64" }, values: whole(values, 1) };
  if (values.every((value) => Math.fround(value) === value))
    return { element: { type: "FLOAT" }, values: Float32Array.from(values) };
  if (places === null) return { element: { type: "DOUBLE" }, values };
  const power = POWERS[places] as number;
  const small = fitsInt32(values, power);
  return {
    element: {
      type: small ? "INT32" : "INT64",
      converted_type: "DECIMAL",
      scale: places,
      precision: small ? 9 : 18,
    },
    values: whole(values, power),
  };
}

/** Digits after the point that all of them can do with; null where one needs more, or is −0, which no whole number is. */
function placesOf(values: Float64Array): number | null {
  let places = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (Object.is(value, -0)) return null;
    while (!isDecimal(value, places)) if (++places > MOST_PLACES) return null;
  }
  // A later row may have raised the scale so far that an earlier one is no longer exact.
  return values.every((value) => isDecimal(value, places)) ? places : null;
}

/** Whether a reader, who has the whole number and the power, gets this very number. */
function isDecimal(value: number, places: number): boolean {
  const power = POWERS[places] as number;
  const scaled = Math.round(value * power);
  if (places === 0) return scaled === value && Number.isSafeInteger(scaled);
  return (
    Math.abs(scaled) <= MOST_WHOLE && scaled / power === value && asDecimal(scaled * 10 ** -places, places) === value
  );
}

function fitsInt32(values: Float64Array, power: number): boolean {
  return values.every((value) => {
    const scaled = Math.round(value * power);
    return scaled === (scaled | 0) && (power === 1 || Math.abs(scaled) < 1e9); // a DECIMAL of an INT32 has nine digits
  });
}

function whole(values: Float64Array, power: number): Int32Array | BigInt64Array {
  if (fitsInt32(values, power)) return Int32Array.from(values, (value) => Math.round(value * power));
  return BigInt64Array.from({ length: values.length }, (_, row) => BigInt(Math.round((values[row] as number) * power)));
}
