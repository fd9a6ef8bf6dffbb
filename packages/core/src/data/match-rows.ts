import { NumberIndex } from "./number-index.ts";
import type { Column, NumericColumn, TextColumn } from "./table.ts";

/**
 * For each of `rows` rows with these ids, the row of `keys` with the same id, or −1. Of keys with the same id the last counts: a log may score a
 * row twice, and labels may be corrected. Ids of different types match as text: 7 finds "7".
 *
 * The index is made of `ids`, the few rows that are looked at, and the many keys walk past it once.
 */
export function matchRows(ids: Column, rows: number, keys: Column): Int32Array {
  const slots = ids.type === "text" || keys.type === "text" ? textSlots(ids, rows) : numberSlots(ids, rows);
  const last = new Int32Array(slots.count).fill(-1);
  slots.each(keys, (slot, row) => {
    last[slot] = row;
  });
  const matches = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const slot = slots.of[row] as number;
    matches[row] = slot < 0 ? -1 : (last[slot] as number);
  }
  return matches;
}

/** Equal ids share a slot; a null has none (−1). */
interface Slots {
  readonly of: Int32Array;
  readonly count: number;
  /** Calls back for every row of a column whose id has a slot, in row order. */
  each(keys: Column, found: (slot: number, row: number) => void): void;
}

function numberSlots(ids: NumericColumn, rows: number): Slots {
  const index = new NumberIndex(rows);
  const of = new Int32Array(rows);
  for (let row = 0; row < rows; row++) of[row] = isNull(ids, row) ? -1 : index.add(ids.values[row] as number);
  return {
    of,
    count: index.size,
    each(keys, found) {
      const { values } = keys as NumericColumn;
      for (let row = 0; row < values.length; row++) {
        const slot = index.find(values[row] as number);
        if (slot >= 0 && !isNull(keys as NumericColumn, row)) found(slot, row);
      }
    },
  };
}

function textSlots(ids: Column, rows: number): Slots {
  const index = new Map<string, number>();
  const slotOf = (text: string) => {
    const known = index.get(text);
    if (known !== undefined) return known;
    index.set(text, index.size);
    return index.size - 1;
  };
  const of = new Int32Array(rows).fill(-1);
  eachIdText(ids, (text, row) => {
    of[row] = slotOf(text);
  });
  return {
    of,
    count: index.size,
    each: (keys, found) =>
      eachIdText(keys, (text, row) => {
        const slot = index.get(text);
        if (slot !== undefined) found(slot, row);
      }),
  };
}

/** The ids of a column as text, numbers as JavaScript writes them; text that is a number in another form is written so too. */
export function eachIdText(column: Column, call: (text: string, row: number) => void): void {
  if (column.type === "text") {
    const texts = (column as TextColumn).dictionary.map(plain);
    for (let row = 0; row < column.codes.length; row++) {
      const code = column.codes[row] as number;
      if (code >= 0) call(texts[code] as string, row);
    }
    return;
  }
  for (let row = 0; row < column.values.length; row++) if (!isNull(column, row)) call(String(column.values[row]), row);
}

/**
 * "7.0" and " 7" are the 7 of a numeric column; "007" and names are themselves. So is a number of more digits than a number holds: there "…992" and "…993"
 * would become one id.
 */
function plain(text: string): string {
  const [, digits = null, fraction = ""] = /^\s*-?(0|[1-9]\d*)(?:\.(\d+))?\s*$/.exec(text) ?? [];
  if (digits === null) return text;
  const value = Number(text);
  const isExact = /[1-9]/.test(fraction) ? digits.length + fraction.length <= 15 : Number.isSafeInteger(value);
  return isExact ? String(value) : text;
}

function isNull(column: NumericColumn, row: number): boolean {
  return (column.nulls !== null && column.nulls[row] === 1) || Number.isNaN(column.values[row] as number);
}
