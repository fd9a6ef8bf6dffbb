import type { Factor } from "../rows/factor.ts";

/** A slice has this share of the rows and as many of them at least, of both halves together. */
const LEAST_SHARE = 0.05;
const LEAST_ROWS = 30;
/** Columns that are combined two by two: 45 tables of at most 400 cells. */
const MOST_COLUMNS = 10;
/** Looked at again, without the rows of those that were worse. */
const MOST_AGAIN = 40;
/** Of what is left of a slice without the rows of worse ones, before it is more than their echo. */
const LEAST_Z = 2;
/** How much worse, in standard deviations of a row's loss, before it is worth a reader's time. */
const LEAST_EFFECT = 0.1;

/** A slice that looks bad on the half it was searched on. */
export interface Found {
  readonly parts: readonly { readonly factor: Factor; readonly code: number }[];
  /** Of both halves. */
  readonly rows: number;
  /** Mean excess over its standard error, for the order alone: it was chosen for being large. */
  readonly z: number;
}

export interface Search {
  readonly factors: readonly Factor[];
  readonly losses: Float64Array;
  readonly weights: Float64Array | null;
  /** 0: searched. */
  readonly half: Uint8Array;
  /** `elsewhere`: against the other rows. `both`: losses are excesses over a baseline, and have to lie above zero and above those of the other rows. */
  readonly against: "elsewhere" | "both";
}

/** A column cut to its values with rows enough: cell[row], `values.length` for all others. There are at most twenty. */
interface Cut {
  readonly factor: Factor;
  readonly cell: Uint8Array;
  readonly codes: readonly number[];
}

/** All slices of one or two columns with rows enough, the worst first. One pass over the rows for each column and each pair; no slice is computed by itself. */
export function searchSlices(search: Search): { searched: number; found: Found[] } {
  const cuts = search.factors.map(cut).filter(({ codes }) => codes.length > 0);
  const all = tabled(search, null, null);
  const found: Found[] = [];
  let searched = 0;
  const look = (one: Cut, other: Cut | null) => {
    const table = tabled(search, one, other);
    const columns = (other?.codes.length ?? 0) + 1;
    one.codes.forEach((code, i) => {
      const inner = other === null ? [null] : other.codes;
      inner.forEach((second, j) => {
        const cell = other === null ? i : i * columns + j;
        const rows = table.rows[cell] as number;
        if (rows < LEAST_ROWS || rows < LEAST_SHARE * search.losses.length || rows === search.losses.length) return;
        searched++;
        const z = excess(table, cell, all, search.against);
        if (z === null) return;
        const parts = [{ factor: one.factor, code }];
        if (other !== null && second !== null) parts.push({ factor: other.factor, code: second });
        found.push({ parts, rows, z });
      });
    });
  };
  for (const one of cuts) look(one, null);
  const paired = cuts.slice(0, MOST_COLUMNS);
  paired.forEach((one, i) => {
    for (const other of paired.slice(i + 1)) look(one, other);
  });
  return { searched, found: found.sort((a, b) => b.z - a.z) };
}

/** The slices that say most, and which of them a row is in first. */
export interface Striking {
  readonly chosen: readonly Found[];
  /** Of every row 1 + the place in `chosen` of the first slice it is in; 0: in none. */
  readonly first: Uint8Array;
}

/** The worst slices one after the other, each by the rows that those before it do not have: what lies within a found slice, around it or across it is its echo. */
export function striking(search: Search, found: readonly Found[], most: number): Striking {
  const chosen: Found[] = [];
  const first = new Uint8Array(search.losses.length);
  for (const slice of found.slice(0, MOST_AGAIN)) {
    if (chosen.length === most) break;
    const left = chosen.length === 0 ? slice.z : (zOfRest(search, slice, first) ?? 0);
    if (left < LEAST_Z) continue;
    chosen.push(slice);
    for (let row = 0; row < first.length; row++) if (first[row] === 0 && isIn(slice, row)) first[row] = chosen.length;
  }
  return { chosen, first };
}

export function isIn({ parts }: Found, row: number): boolean {
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as Found["parts"][number];
    if (part.factor.codes[row] !== part.code) return false;
  }
  return true;
}

/** z of a slice on the searched rows that are in none of those chosen. */
function zOfRest({ losses, weights, half, against }: Search, slice: Found, first: Uint8Array): number | null {
  const table = emptyTable(2);
  for (let row = 0; row < losses.length; row++) {
    if (half[row] !== 0 || first[row] !== 0) continue;
    add(table, isIn(slice, row) ? 1 : 0, losses[row] as number, weights === null ? 1 : (weights[row] as number));
  }
  const all = emptyTable(1);
  for (const name of ["mass", "sum", "square", "mass2"] as const)
    all[name][0] = (table[name][0] as number) + (table[name][1] as number);
  return excess(table, 1, all, against);
}

function cut(factor: Factor): Cut {
  const sizes = new Uint32Array(factor.values.length);
  for (let row = 0; row < factor.codes.length; row++) {
    const code = factor.codes[row] as number;
    sizes[code] = (sizes[code] as number) + 1;
  }
  const least = Math.max(LEAST_ROWS, LEAST_SHARE * factor.codes.length);
  const codes = [...sizes.keys()].filter((code) => (sizes[code] as number) >= least);
  const place = new Uint8Array(factor.values.length).fill(codes.length);
  codes.forEach((code, i) => {
    place[code] = i;
  });
  const cell = new Uint8Array(factor.codes.length);
  for (let row = 0; row < cell.length; row++) cell[row] = place[factor.codes[row] as number] as number;
  return { factor, cell, codes };
}

/** By cell: rows of both halves; of the searched half the weight, and sums of weight × loss, weight × loss² and weight². */
interface Table {
  readonly rows: Float64Array;
  readonly mass: Float64Array;
  readonly sum: Float64Array;
  readonly square: Float64Array;
  readonly mass2: Float64Array;
}

function tabled({ losses, weights, half }: Search, one: Cut | null, other: Cut | null): Table {
  const columns = (other?.codes.length ?? 0) + 1;
  const cells = ((one?.codes.length ?? 0) + 1) * columns;
  const table = emptyTable(cells);
  const [first, second] = [one?.cell, other?.cell];
  for (let row = 0; row < losses.length; row++) {
    const cell =
      first === undefined
        ? 0
        : second === undefined
          ? (first[row] as number)
          : (first[row] as number) * columns + (second[row] as number);
    table.rows[cell] = (table.rows[cell] as number) + 1;
    if (half[row] === 0) add(table, cell, losses[row] as number, weights === null ? 1 : (weights[row] as number));
  }
  return table;
}

function emptyTable(cells: number): Table {
  const of = () => new Float64Array(cells);
  return { rows: of(), mass: of(), sum: of(), square: of(), mass2: of() };
}

function add({ mass, sum, square, mass2 }: Table, cell: number, loss: number, weight: number): void {
  mass[cell] = (mass[cell] as number) + weight;
  sum[cell] = (sum[cell] as number) + weight * loss;
  square[cell] = (square[cell] as number) + weight * loss * loss;
  mass2[cell] = (mass2[cell] as number) + weight * weight;
}

/** z of a cell's mean loss against all other rows (Welch), or the smaller of that and the one against zero; null where it is not worse by enough. */
function excess(table: Table, cell: number, all: Table, against: Search["against"]): number | null {
  const [mass, sum, square, mass2] = [table.mass, table.sum, table.square, table.mass2].map((one) => one[cell]) as [
    number,
    number,
    number,
    number,
  ];
  const [total, totalSum, totalSquare, total2] = [all.mass, all.sum, all.square, all.mass2].map((one) => one[0]) as [
    number,
    number,
    number,
    number,
  ];
  if (!(mass > 0)) return null;
  const mean = sum / mass;
  const spread = Math.sqrt(Math.max(0, totalSquare / total - (totalSum / total) ** 2));
  const error2 = (Math.max(0, square / mass - mean * mean) * mass2) / (mass * mass);
  const rest = total - mass;
  if (!(rest > 0)) return null;
  const other = (totalSum - sum) / rest;
  const otherError2 = (Math.max(0, (totalSquare - square) / rest - other * other) * (total2 - mass2)) / (rest * rest);
  if (!(mean - other > LEAST_EFFECT * spread) || !(error2 > 0)) return null;
  const z = (mean - other) / Math.sqrt(error2 + otherError2);
  if (against === "elsewhere") return z;
  return mean > LEAST_EFFECT * spread ? Math.min(z, mean / Math.sqrt(error2)) : null;
}
