import { expect, test } from "vitest";
import { generator } from "../statistics/generator.ts";
import { profileOf } from "./build-profile.ts";
import { type NumericProfile, Profile, type TextProfile } from "./profile.ts";
import type { Column, Table } from "./table.ts";

const given = { source: "rows", at: "2001-02-03T00:00:00Z" };

function numbers(values: readonly (number | null)[], type: "number" | "boolean" | "time" = "number"): Column {
  const nulls = values.some((value) => value === null) ? Uint8Array.from(values, (v) => (v === null ? 1 : 0)) : null;
  return { type, values: Float64Array.from(values, (value) => value ?? Number.NaN), nulls };
}

function text(values: readonly (string | null)[]): Column {
  const dictionary = [...new Set(values.filter((value) => value !== null))];
  return { type: "text", codes: Int32Array.from(values, (v) => (v === null ? -1 : dictionary.indexOf(v))), dictionary };
}

function table(columns: Record<string, Column>): Table {
  const first = Object.values(columns)[0] as Column;
  return {
    rows: first.type === "text" ? first.codes.length : first.values.length,
    columns: new Map(Object.entries(columns)),
  };
}

function numeric(column: Column, options = {}): NumericProfile {
  return profileOf(table({ x: column }), { ...given, ...options }).columns[0] as NumericProfile;
}

test("a profile is a valid document, with exact counts of every kind of value", () => {
  const x = numbers([1, 2, 2, Number.NaN, Number.POSITIVE_INFINITY, null, -3.5]);
  const profile = profileOf(table({ x }), given);
  expect(Profile.parse(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
  expect(profile.columns[0]).toMatchObject({
    rows: 7,
    nulls: 1,
    nans: 1,
    infinities: 1,
    min: -3.5,
    max: 2,
    mean: 0.375,
  });
  expect(numeric(x).m2).toBeCloseTo(20.6875, 12);
  expect(numeric(x).counts.reduce((sum, count) => sum + count)).toBe(4);
});

test("a value with more than 1/256 of the rows is alone in its bin", () => {
  const draw = generator(1);
  const values = Array.from({ length: 10_000 }, (_, row) => (row % 10 < 7 ? 5 : draw.fraction() * 10));
  const profile = numeric(numbers(values));
  const at = profile.edges.indexOf(5);
  expect(profile.counts[at]).toBe(7000);
  expect(profile.edges.length).toBeLessThanOrEqual(256);
  const near = numeric(numbers([5 - 1e-9, 5, 5 + 1e-9]), { reference: { columns: [profile] } });
  expect([at - 1, at, at + 1].map((bin) => near.counts[bin])).toEqual([1, 1, 1]);
});

test("edges rise, are at most 256, and the outer bins of the reference are empty", () => {
  const draw = generator(2);
  for (const make of [
    () => draw.below(24),
    () => draw.below(200) / 7,
    () => (draw.fraction() < 0.5 ? draw.below(255) : draw.fraction() * 255),
    () => (-Math.log(draw.fraction())) ** 3,
    () => 3,
  ]) {
    const profile = numeric(numbers(Array.from({ length: 20_000 }, make)));
    expect(profile.edges.length).toBeLessThanOrEqual(256);
    expect(profile.edges.every((edge, k) => k === 0 || edge > (profile.edges[k - 1] as number))).toBe(true);
    expect([profile.counts[0], profile.counts.at(-1)]).toEqual([0, 0]);
    expect(profile.counts.length).toBe(profile.edges.length + 1);
  }
});

test("given edges are used again, and what lies outside is counted outside", () => {
  const reference = profileOf(table({ x: numbers([0, 1, 2, 3]) }), given);
  const now = profileOf(table({ x: numbers([-1, 0, 2, 9, 10]) }), { ...given, reference }).columns[0] as NumericProfile;
  expect(now.edges).toEqual((reference.columns[0] as NumericProfile).edges);
  expect([now.counts[0], now.counts.at(-1)]).toEqual([1, 2]);
});

test("text is counted value by value up to 10,000 values, the rest under other", () => {
  const values = Array.from({ length: 10_500 }, (_, row) => `v${row}`);
  const dictionary = [...values, "often", "unused"];
  const codes = Int32Array.from({ length: 10_600 }, (_, row) => Math.min(row, 10_500));
  const column = profileOf(table({ x: { type: "text", codes, dictionary } }), given).columns[0] as TextProfile;
  expect(column.values[0]).toEqual(["often", 100]);
  expect(column.values.length).toBe(10_000);
  expect(column.other).toBe(501);
});

test("rows that repeat an earlier row count as duplicates, whatever their id", () => {
  const rows = { id: numbers([1, 2, 3, 4]), x: numbers([7, 7, 7, null]), s: text(["a", "a", "b", null]) };
  expect(profileOf(table(rows), given).duplicateRows).toBe(0);
  expect(profileOf(table(rows), { ...given, exclude: ["id"] }).duplicateRows).toBe(1);
  expect(profileOf(table(rows), { ...given, exclude: ["id"] }).columns.map((column) => column.name)).toEqual([
    "x",
    "s",
  ]);
});

test("a million different rows have no duplicates", () => {
  const x = numbers(Array.from({ length: 1_000_000 }, (_, row) => row));
  expect(profileOf(table({ x }), given).duplicateRows).toBe(0);
});

test("rows of one day that move together have a design effect near their number, independent ones near 1", () => {
  const draw = generator(3);
  const days = numbers(Array.from({ length: 6000 }, (_, row) => Math.floor(row / 200)));
  const levels = Array.from({ length: 30 }, () => draw.fraction());
  const together = numbers(Array.from({ length: 6000 }, (_, row) => levels[Math.floor(row / 200)] as number));
  const alone = numbers(Array.from({ length: 6000 }, () => draw.fraction()));
  const profile = profileOf(
    table({ days, together, alone, s: text(Array.from({ length: 6000 }, (_, row) => `${Math.floor(row / 1000)}`)) }),
    {
      ...given,
      groups: "days",
    },
  );
  const effect = (name: string) => profile.columns.find((column) => column.name === name)?.clustering;
  expect(effect("together")?.clusters).toBe(30);
  expect(effect("together")?.designEffect).toBeCloseTo((200 * 30) / 29, 0);
  expect(effect("s")?.designEffect).toBeGreaterThan(150);
  expect(effect("alone")?.designEffect).toBeLessThan(2);
});

test("a table without rows, an all-null column and an empty group column profile without complaint", () => {
  expect(profileOf(table({ x: numbers([]) }), given).columns[0]).toMatchObject({
    rows: 0,
    edges: [],
    counts: [0],
    mean: null,
  });
  const empty = profileOf(table({ x: numbers([null, null]), g: text([null, null]) }), { ...given, groups: "g" });
  expect(empty.columns[0]).toMatchObject({ nulls: 2, min: null, clustering: { clusters: 0, designEffect: 1 } });
});
