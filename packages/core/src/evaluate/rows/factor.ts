import { asTime } from "../../data/as-time.ts";
import type { Column, NumericColumn } from "../../data/table.ts";
import { timestamp } from "../../time.ts";

/** A column cut into values: codes[row] indexes `values`. */
export interface Factor {
  readonly column: string;
  readonly codes: Int32Array;
  readonly values: readonly string[];
}

/** More values of a number or a time than this are cut into quarters. */
const MOST_NUMBERS = 20;

/** A column to look into: its values, or the quarters of a number or a time with more than 20. */
export function sliceFactor(name: string, column: Column): Factor {
  if (column.type === "boolean" || distinctUpTo(column, MOST_NUMBERS + 1).count <= MOST_NUMBERS)
    return factor(name, column);
  if (column.type === "number") return quarters(name, column, (value) => String(Number(value.toPrecision(4))));
  const times = asTime(column);
  return times === null ? factor(name, column) : quarters(name, times, timeText);
}

/** Distinct values of a column; null is the value "(none)". */
export function factor(name: string, column: Column): Factor {
  const values: string[] = [];
  const known = new Map<number, number>();
  const code = (key: number, text: () => string) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    known.set(key, values.length);
    return values.push(text()) - 1;
  };
  if (column.type === "text") {
    const codes = column.codes.map((raw) => code(raw, () => (raw < 0 ? "(none)" : (column.dictionary[raw] as string))));
    return { column: name, codes, values };
  }
  const codes = new Int32Array(column.values.length);
  const say = (value: number) =>
    column.type === "boolean" ? String(value === 1) : column.type === "time" ? timeText(value) : String(value);
  for (let row = 0; row < codes.length; row++) {
    const value = column.values[row] as number;
    codes[row] = Number.isNaN(value) ? code(Number.NaN, () => "(none)") : code(value, () => say(value));
  }
  return { column: name, codes, values };
}

const timeText = (value: number) => timestamp(value).replace("T00:00:00Z", "");

function quarters(name: string, column: NumericColumn, say: (value: number) => string): Factor {
  const sorted = column.values.filter((value) => !Number.isNaN(value)).sort();
  const cut = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] as number;
  const edges = [...new Set([cut(0.25), cut(0.5), cut(0.75)])];
  const values = [
    `≤ ${say(edges[0] as number)}`,
    ...edges.slice(1).map((edge, i) => `${say(edges[i] as number)} … ${say(edge)}`),
    `> ${say(edges.at(-1) as number)}`,
    "(none)",
  ];
  const codes = Int32Array.from(column.values, (value) => {
    if (Number.isNaN(value)) return values.length - 1;
    const place = edges.findIndex((edge) => value <= edge);
    return place < 0 ? edges.length : place;
  });
  return { column: name, codes, values };
}

/** How many values a column has, counted up to `most`, and whether all of them are whole numbers. */
export function distinctUpTo(column: Column, most: number): { count: number; integers: boolean } {
  if (column.type === "text") return { count: column.dictionary.length, integers: false };
  const seen = new Set<number>();
  let integers = true;
  for (let row = 0; row < column.values.length && seen.size < most; row++) {
    const value = column.values[row] as number;
    if (Number.isNaN(value)) continue;
    seen.add(value);
    integers &&= Number.isInteger(value);
  }
  return { count: seen.size, integers };
}

/** The rows of each value. */
export function rowsByCode({ codes, values }: Factor): Uint32Array[] {
  const sizes = new Uint32Array(values.length);
  for (const code of codes) sizes[code] = (sizes[code] as number) + 1;
  const rows = Array.from(sizes, (size) => new Uint32Array(size));
  sizes.fill(0);
  codes.forEach((code, row) => {
    const place = sizes[code] as number;
    (rows[code] as Uint32Array)[place] = row;
    sizes[code] = place + 1;
  });
  return rows;
}
