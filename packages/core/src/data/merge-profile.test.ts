import fc from "fast-check";
import { expect, test } from "vitest";
import { profileOf } from "./build-profile.ts";
import { combineTables, selectRows } from "./combine-tables.ts";
import { mergeProfiles } from "./merge-profile.ts";
import type { Profile } from "./profile.ts";
import type { Table } from "./table.ts";

const given = { source: "rows", at: "2001-02-03T00:00:00Z" };

const value = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.double({ min: -1e6, max: 1e6 }), fc.constant(Number.NaN));
const row = fc.record({ x: value, isNull: fc.boolean(), s: fc.constantFrom("a", "b", "c", "constructor") });
const rows = fc.array(row, { maxLength: 60 });
type Row = { x: number; isNull: boolean; s: string };

function asTable(list: readonly Row[]): Table {
  const dictionary = ["a", "b", "c", "constructor"];
  return {
    rows: list.length,
    columns: new Map([
      [
        "x",
        {
          type: "number",
          values: Float64Array.from(list, (r) => (r.isNull ? Number.NaN : r.x)),
          nulls: Uint8Array.from(list, (r) => Number(r.isNull)),
        },
      ],
      [
        "s",
        { type: "text", codes: Int32Array.from(list, (r) => (r.isNull ? -1 : dictionary.indexOf(r.s))), dictionary },
      ],
    ]),
  };
}

const edges = profileOf(asTable(Array.from({ length: 300 }, (_, i) => ({ x: i - 150, isNull: false, s: "a" }))), given);
const profile = (list: readonly Row[]) => profileOf(asTable(list), { ...given, reference: edges });

/** What must be equal: everything but the sums of floating-point numbers, which may differ in the last digits. */
function close(a: Profile, b: Profile): void {
  expect(a.rows).toBe(b.rows);
  for (const [i, one] of a.columns.entries()) {
    const other = b.columns[i];
    if (one.type === "text" || other === undefined || other.type === "text") {
      expect(one).toEqual(other);
      continue;
    }
    const { mean, m2, ...exact } = one;
    const { mean: otherMean, m2: otherM2, ...otherExact } = other;
    expect(exact).toEqual(otherExact);
    if (mean === null || otherMean === null) expect(mean).toBe(otherMean);
    else expect(Math.abs(mean - otherMean)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(otherMean)));
    if (m2 === null || otherM2 === null) expect(m2).toBe(otherM2);
    else expect(Math.abs(m2 - otherM2)).toBeLessThanOrEqual(1e-9 * (1 + otherM2 + (otherMean ?? 0) ** 2 * other.rows));
  }
}

test("merging the profiles of parts gives the profile of the whole", () => {
  fc.assert(
    fc.property(rows, rows, (a, b) => {
      close(mergeProfiles(profile(a), profile(b)), profile([...a, ...b]));
    }),
  );
});

test("merging is commutative and associative, and the profile of no rows changes nothing", () => {
  fc.assert(
    fc.property(rows, rows, rows, (a, b, c) => {
      const [p, q, r] = [profile(a), profile(b), profile(c)] as const;
      close(mergeProfiles(p, q), mergeProfiles(q, p));
      close(mergeProfiles(mergeProfiles(p, q), r), mergeProfiles(p, mergeProfiles(q, r)));
      close(mergeProfiles(p, profile([])), p);
      close(mergeProfiles(profile([]), p), p);
    }),
  );
});

test("profiles over different edges are not merged", () => {
  const other = profileOf(asTable([{ x: 1, isNull: false, s: "a" }]), given);
  expect(() => mergeProfiles(edges, other)).toThrow("different edges");
});

test("a column that only one table has is null in the rows of the other", () => {
  const only = { ...edges, columns: edges.columns.slice(0, 1) };
  const merged = mergeProfiles(only, edges);
  expect(merged.columns.map((column) => [column.name, column.rows, column.nulls])).toEqual([
    ["x", 600, 0],
    ["s", 600, 300],
  ]);
});

test("tables below each other: a column of another type becomes text, a missing one null", () => {
  const whole = combineTables([
    { rows: 1, columns: new Map([["x", { type: "number", values: Float64Array.of(1.5), nulls: null }]]) },
    { rows: 1, columns: new Map([["x", { type: "text", codes: Int32Array.of(0), dictionary: ["a"] }]]) },
    { rows: 1, columns: new Map() },
  ]);
  expect(whole.rows).toBe(3);
  expect(whole.columns.get("x")).toEqual({ type: "text", codes: Int32Array.of(0, 1, -1), dictionary: ["1.5", "a"] });
  expect(selectRows(whole, Int32Array.of(1)).columns.get("x")).toMatchObject({ codes: Int32Array.of(1) });
});
