import { expect, test } from "vitest";
import { profileOf } from "../data/build-profile.ts";
import { selectRows } from "../data/combine-tables.ts";
import type { Column, Table } from "../data/table.ts";
import { driftText } from "../report/drift/drift-text.ts";
import { generator } from "../statistics/generator.ts";
import { driftFiles } from "./drift-files.ts";
import { DriftReport } from "./drift-report.ts";

const draw = generator(20010101);
const at = "2001-05-01T00:00:00Z";

/** 2,000 rows of an id, a number and one of three airports; `late` as well where the outcome is known. */
function flights(prefix = "", late = true): Table {
  const rows = 2000;
  const numbers = (make: (row: number) => number) =>
    ({ type: "number", values: Float64Array.from({ length: rows }, (_, row) => make(row)), nulls: null }) as const;
  const dictionary = ["JFK", "ORD", "LAX"].map((airport) => prefix + airport);
  const columns = new Map<string, Column>([
    ["id", numbers((row) => row)],
    ["distance", numbers(() => 200 + 2000 * draw.fraction())],
    ["origin", { type: "text", codes: Int32Array.from({ length: rows }, () => draw.below(3)), dictionary }],
  ]);
  if (late)
    columns.set(
      "y_true",
      numbers(() => draw.below(2)),
    );
  return { rows, columns };
}

const compare = (now: Table, rows: Parameters<typeof driftFiles>[0]["reference"]["rows"] = flights()) =>
  driftFiles({
    reference: { source: "january.parquet", rows },
    current: { files: [{ path: "february.parquet", digest: `sha256:${"f".repeat(64)}` }], rows: now },
    at,
    simulatedClock: false,
  });

test("two files of one's own are compared without a project, at the level of a weekly check", () => {
  const report = compare(flights());
  expect(DriftReport.parse(report)).toEqual(report);
  expect(report).toMatchObject({ verdict: "quiet", alpha: 1 / 52, action: "none", model: "", version: null });
  expect(compare(flights("K"))).toMatchObject({ verdict: "data-broken", action: "stopped" });
});

test("a profile made earlier stands in for the reference file", () => {
  const profile = profileOf(flights(), { source: "january.parquet", at, exclude: ["id"] });
  expect(compare(flights(), profile)).toMatchObject({
    verdict: "quiet",
    reference: { source: "january.parquet", rows: 2000 },
  });
});

test("two files are called by their names, and nothing is said about a training there is none of", () => {
  expect(driftText(compare(flights()))).toMatch(/^february\.parquet against january\.parquet: quiet\n/);
  const broken = compare(flights("K"));
  expect(broken.summary).toMatch(/^Data broken: 100 % of `origin` holds values never seen before, like "K\w+"\.$/);
  expect(driftText(broken)).not.toMatch(/trained on it\.$.*trained|Stopped/m);
});

test("too few rows are no quiet columns, and not nothing to do", () => {
  const eight = selectRows(
    flights(),
    Int32Array.from({ length: 8 }, (_, row) => row),
  );
  const text = driftText(compare(eight));
  expect(text).toContain("february.parquet against january.parquet: too little data to tell");
  expect(text).toContain("others   3 columns not tested");
  expect(text).toContain("next     More rows are needed before anything can be said.");
});

test("rows whose outcome is not known yet lack no input", () => {
  expect(compare(flights("", false)).verdict).toBe("quiet");
});

/** The flights with a column of whole numbers: row numbers from `first`, `step` apart. */
function numbered(name: string, first: number, step = 1): Table {
  const { rows, columns } = flights();
  const values = Float64Array.from({ length: rows }, (_, row) => first + row * step);
  return { rows, columns: new Map([...columns, [name, { type: "number", values, nulls: null }]]) };
}

test("a column that only says who a row is is left out, with a note", () => {
  for (const name of ["customer_id", "ticket"]) {
    const { verdict, columns, notes } = compare(numbered(name, 100_000), numbered(name, 1));
    expect(verdict).toBe("quiet");
    expect(columns.map((column) => column.name)).not.toContain(name);
    expect(notes).toEqual([`\`${name}\` is left out: its values hardly repeat, so it looks like an id.`]);
    const profile = profileOf(numbered(name, 1), { source: "january.parquet", at, exclude: ["id"] });
    expect(compare(numbered(name, 100_000), profile)).toMatchObject({ verdict: "quiet", notes });
  }
});

test("what failed is told with its column, even one whose name begins the reason", () => {
  const one = (power: number): Table => {
    const values = Float64Array.from({ length: 2000 }, () => draw.fraction() ** power);
    return { rows: 2000, columns: new Map([["a", { type: "number", values, nulls: null }]]) };
  };
  expect(driftText(compare(one(2), one(1)))).toMatch(/^ {2}failed {2}a: adjusted p/m);
});

test("amounts that hardly repeat are no ids", () => {
  const amounts = (factor: number) => numbered("amount", 1, 997 * factor);
  expect(compare(amounts(100), amounts(1)).summary).toMatch(/`amount` looks like hundredths/);
});
