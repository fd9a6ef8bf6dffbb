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

/** Ids in the one form that they are told apart, matched and kept by: texts that are one id in two forms become one text. */
export function canonicalIds(ids: Column): Column {
  if (ids.type !== "text") return ids;
  const texts = ids.dictionary.map(plain);
  if (texts.every((text, code) => text === ids.dictionary[code])) return ids;
  const places = new Map<string, number>();
  const codes = Int32Array.from(texts, (text) => {
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    return place;
  });
  return {
    type: "text",
    codes: ids.codes.map((code) => (code < 0 ? code : (codes[code] as number))),
    dictionary: [...places.keys()],
  };
}

/**
 * "7.0" and " 7" are the 7 of a numeric column; "007" and names are themselves. A whole number of more digits than a number holds keeps them all: there
 * "…992" and "…993" would become one id. So does a fraction.
 */
function plain(text: string): string {
  const first = text.charCodeAt(0);
  if (first > NINE && first < 0x80) return text; // a letter, most often
  const [, sign = "", digits = null, fraction = ""] = /^\s*(-?)(0|[1-9]\d*)(?:\.(\d+))?\s*$/.exec(text) ?? [];
  if (digits === null) return text;
  if (!/[1-9]/.test(fraction)) return digits === "0" ? digits : sign + digits;
  return digits.length + fraction.length <= 15 ? String(Number(text)) : text;
}

const NINE = 0x39;

function isNull(column: NumericColumn, row: number): boolean {
  return (column.nulls !== null && column.nulls[row] === 1) || Number.isNaN(column.values[row] as number);
}
