import { expect, test } from "vitest";
import { profileOf } from "../data/build-profile.ts";
import type { Column, Table } from "../data/table.ts";
import { type Generator, generator } from "../statistics/generator.ts";
import { type Comparison, compareTables } from "./compare-tables.ts";

const rule = { alpha: 0.01, minorEffect: 0.05, majorEffect: 0.1 };
const at = "2001-04-09T00:00:00Z";

/** Standard normal by Box and Muller. */
function normal(draw: Generator): number {
  return Math.sqrt(-2 * Math.log(1 - draw.fraction())) * Math.cos(2 * Math.PI * draw.fraction());
}
/** Category k of K with probability ∝ 1/(k + 1). */
function zipf(draw: Generator, categories: number): string {
  return `c${Math.floor(Math.exp(draw.fraction() * Math.log(categories)))}`;
}

function numbers(rows: number, make: (row: number) => number): Column {
  return { type: "number", values: Float64Array.from({ length: rows }, (_, row) => make(row)), nulls: null };
}
function texts(rows: number, make: (row: number) => string | null): Column {
  const codes = new Int32Array(rows);
  const known = new Map<string, number>();
  for (let row = 0; row < rows; row++) {
    const value = make(row);
    if (value !== null && !known.has(value)) known.set(value, known.size);
    codes[row] = value === null ? -1 : (known.get(value) as number);
  }
  return { type: "text", codes, dictionary: [...known.keys()] };
}
function table(rows: number, columns: Record<string, Column>): Table {
  return { rows, columns: new Map(Object.entries(columns)) };
}

type Options = Partial<Parameters<typeof compareTables>[0]>;
function compare(reference: Table, current: Table, options: Options = {}): Comparison {
  const groups = options.groups ?? null;
  const before = profileOf(reference, { source: "reference", at, groups, exclude: ["id"] });
  return compareTables({
    reference: before,
    current,
    columns: null,
    exclude: ["id"],
    score: null,
    groups,
    rule,
    at,
    ...options,
  });
}
/** One numeric column on each side. */
function one(
  n: number,
  before: (draw: Generator, row: number) => number,
  m: number,
  now: (draw: Generator, row: number) => number,
  seed = 1,
) {
  const draw = generator(seed);
  return compare(
    table(n, { x: numbers(n, (row) => before(draw, row)) }),
    table(m, { x: numbers(m, (row) => now(draw, row)) }),
  );
}
const statusOf = (found: Comparison, name = "x") => found.columns.find((column) => column.name === name)?.status;
const failing = (found: Comparison) => found.checks.filter((check) => check.status === "fail").map((check) => check.id);

/** The shapes on which other tools cry wolf: heavy tails, 70 % zeros, few and many categories. */
function mixed(rows: number, draw: Generator): Table {
  return table(rows, {
    normal: numbers(rows, () => normal(draw)),
    lognormal: numbers(rows, () => Math.exp(normal(draw))),
    pareto: numbers(rows, () => (1 - draw.fraction()) ** (-1 / 1.1)),
    zeros: numbers(rows, () => (draw.fraction() < 0.7 ? 0 : draw.fraction())),
    hours: numbers(rows, () => draw.below(24)),
    five: texts(rows, () => `c${draw.below(5)}`),
    hundred: texts(rows, () => zipf(draw, 100)),
    thousand: texts(rows, () => zipf(draw, 1000)),
    ids: texts(rows, () => `id${draw.bits()}`),
  });
}

test.each([
  [500, 500],
  [5000, 100],
  [5000, 1000],
  [20_000, 2000],
])("without drift, %i reference and %i current rows raise an alarm in at most the promised share of runs", (n, m) => {
  const draw = generator(n + m);
  const runs = n > 10_000 ? 20 : 80;
  let alarms = 0;
  for (let run = 0; run < runs; run++) if (failing(compare(mixed(n, draw), mixed(m, draw))).length > 0) alarms++;
  // 1 % promised; three standard errors of the simulation on top.
  expect(alarms / runs).toBeLessThanOrEqual(0.01 + 3 * Math.sqrt((0.01 * 0.99) / runs));
});

test("a shift of 0.5 σ is drift with 300 rows, and of 0.35 σ with 1,000, practically always", () => {
  let [half, third] = [0, 0];
  for (let seed = 1; seed <= 60; seed++) {
    if (statusOf(one(5000, normal, 300, (draw) => normal(draw) + 0.5, seed)) === "drift") half++;
    if (statusOf(one(5000, normal, 1000, (draw) => normal(draw) + 0.35, seed)) === "drift") third++;
  }
  expect(half).toBeGreaterThanOrEqual(59);
  expect(third).toBeGreaterThanOrEqual(58);
});

test("a shift of 0.02 σ in two million rows is significant and yet quiet", () => {
  const found = one(1_000_000, normal, 1_000_000, (draw) => normal(draw) + 0.02);
  expect(found.columns[0]?.adjustedP).toBeLessThan(1e-9);
  expect(statusOf(found)).toBe("quiet");
});

test("half of the rows three times as large is drift, not a change of unit", () => {
  const wide = (draw: Generator) => Math.exp(2 * normal(draw));
  const found = one(20_000, wide, 20_000, (draw) => wide(draw) * (draw.fraction() < 0.5 ? 3 : 1));
  expect(found.columns[0]?.effect).toBeGreaterThan(0.09);
  expect(["drift", "minor"]).toContain(statusOf(found));
  expect(failing(found)).not.toContain("unit-ratio");
});

test("90 % of the rows outside the reference's range is broken data", () => {
  const found = one(
    5000,
    (draw) => draw.fraction(),
    1000,
    (draw) => draw.fraction() + (draw.fraction() < 0.9 ? 5 : 0),
  );
  expect(failing(found)).toContain("out-of-range");
  expect(statusOf(found)).toBe("broken");
});

test.each([
  [1.609344, /kilometres.*× 1\.609/],
  [1 / 1.609344, /miles/],
  [0.3048, /metres/],
  [0.45359237, /kilograms/],
  [1000, /thousandths.*× 1,000/],
  [60, /minutes/],
  [7.3, /every quantile × 7\.\d+/],
])("every value × %f is a change of unit, named in words", (ratio, words) => {
  const miles = (draw: Generator) => Math.round(Math.exp(6 + 0.8 * normal(draw)));
  const found = one(20_000, miles, 5000, (draw) => miles(draw) * ratio);
  expect(found.checks[0]).toMatchObject({ id: "unit-ratio", status: "fail", subject: "x" });
  expect(found.checks[0]?.reason).toMatch(words);
});

test("kilometres rounded to whole numbers are still recognised, with a fifth of the rows on one value", () => {
  const miles = (draw: Generator) => (draw.fraction() < 0.2 ? 337 : Math.round(Math.exp(6 + 0.8 * normal(draw))));
  const found = one(20_000, miles, 5000, (draw) => Math.round(miles(draw) * 1.609344));
  expect(found.checks[0]?.reason).toContain("kilometres");
});

test("degrees Fahrenheit for Celsius are a change of unit", () => {
  const found = one(
    5000,
    (draw) => 12 + 8 * normal(draw),
    2000,
    (draw) => (12 + 8 * normal(draw)) * 1.8 + 32,
  );
  expect(found.checks[0]?.reason).toContain("Fahrenheit");
});

test("a rise of 15 % is drift, not a change of unit", () => {
  const price = (draw: Generator) => Math.exp(normal(draw) * 0.4);
  expect(failing(one(20_000, price, 20_000, (draw) => price(draw) * 1.15))).toEqual(["column-drift"]);
});

test("hours shifted by five are drift, not broken data: every hour was seen before", () => {
  const hour = (draw: Generator) => Math.floor(6 + 15 * Math.sqrt(draw.fraction()));
  const found = one(20_000, hour, 5000, (draw) => (hour(draw) + 5) % 24);
  const wide = one(
    20_000,
    (draw) => (draw.fraction() < 0.03 ? draw.below(24) : hour(draw)),
    5000,
    (draw) => (hour(draw) + 5) % 24,
  );
  expect(statusOf(wide)).toBe("drift");
  expect(failing(wide)).toEqual(["column-drift"]);
  expect(["drift", "broken"]).toContain(statusOf(found));
});

test("airports with a prefix were never seen: broken data, with an example", () => {
  const draw = generator(5);
  const found = compare(
    table(5000, { origin: texts(5000, () => zipf(draw, 300)) }),
    table(1000, { origin: texts(1000, () => `K${zipf(draw, 300)}`) }),
  );
  expect(failing(found)).toContain("unseen-values");
  expect(found.checks[0]?.reason).toMatch(/100 % of `origin`.*like "Kc/);
});

test("a burst of nulls is broken data; a few more are not", () => {
  const draw = generator(6);
  const nulls = (rows: number, share: number) => texts(rows, () => (draw.fraction() < share ? null : "a"));
  const found = (share: number) =>
    compare(table(5000, { x: nulls(5000, 0.02) }), table(1000, { x: nulls(1000, share) }));
  expect(failing(found(0.3))).toEqual(["null-rate"]);
  expect(failing(found(0.04))).toEqual([]);
  const gone = compare(
    table(500, { x: numbers(500, () => 1) }),
    table(500, { x: { type: "text", codes: new Int32Array(500).fill(-1), dictionary: [] } }),
  );
  expect(failing(gone)).toEqual(["null-rate"]);
});

test("NaNs count as nulls", () => {
  const found = one(
    1000,
    (draw) => draw.fraction(),
    1000,
    (draw) => (draw.fraction() < 0.3 ? Number.NaN : draw.fraction()),
  );
  expect(failing(found)).toContain("null-rate");
});

test("a column missing, or of another type, is broken data", () => {
  const reference = table(100, { x: numbers(100, (row) => row), y: numbers(100, (row) => row) });
  const found = compare(reference, table(100, { x: texts(100, () => "a") }));
  expect(failing(found)).toEqual(["column-type", "column-missing"]);
  expect(found.columns.map((column) => column.status)).toEqual(["broken", "broken"]);
});

test("half of the rows repeated is broken data, unless rows repeat in the reference too", () => {
  const draw = generator(7);
  const x = Float64Array.from({ length: 2000 }, () => draw.fraction());
  const reference = table(2000, { x: { type: "number", values: x, nulls: null } });
  const twice = table(2000, { x: numbers(2000, (row) => x[row % 1000] as number) });
  expect(failing(compare(reference, twice))).toEqual(["duplicate-batch"]);
  const hours = () => table(2000, { x: numbers(2000, () => draw.below(24)) });
  expect(failing(compare(hours(), hours()))).toEqual([]);
});

test("days that move together raise no alarm when rows are grouped by day, and do when they are not", () => {
  const draw = generator(8);
  const days = (count: number) => {
    const levels = Array.from({ length: count }, () => normal(draw));
    const rows = count * 200;
    return table(rows, {
      day: numbers(rows, (row) => Math.floor(row / 200)),
      x: numbers(rows, (row) => (levels[Math.floor(row / 200)] as number) + normal(draw)),
    });
  };
  let [grouped, alone] = [0, 0];
  for (let run = 0; run < 60; run++) {
    const [reference, current] = [days(28), days(21)];
    if (statusOf(compare(reference, current, { groups: "day" })) === "drift") grouped++;
    if (statusOf(compare(reference, current, { columns: ["x"] })) === "drift") alone++;
  }
  expect(grouped).toBeLessThanOrEqual(2);
  expect(alone).toBeGreaterThan(10);
});

test("too few rows cannot tell, and say so", () => {
  const found = one(5000, normal, 10, normal);
  expect(found.tooFewRows).toBe(true);
  expect(found.columns[0]).toMatchObject({ status: "not-tested", pValue: null });
});

test("dates move by themselves and are not tested", () => {
  const date = (first: number) => texts(300, (row) => `2001-02-${String(first + (row % 9)).padStart(2, "0")}`);
  expect(failing(compare(table(300, { d: date(1) }), table(300, { d: date(11) })))).toEqual([]);
});

const dayOf = (row: number) => 982_368_000_000 + (row % 9) * 86_400_000;
const datesAsTimes = table(300, { d: { ...numbers(300, dayOf), type: "time" } as Column });
const datesAsText = table(300, { d: texts(300, (row) => new Date(dayOf(row)).toISOString().slice(0, 10)) });

test("a date column of Parquet and ISO dates of a CSV file are the same dates, whichever side they are on", () => {
  for (const [before, now] of [
    [datesAsTimes, datesAsText],
    [datesAsText, datesAsTimes],
  ] as const) {
    const found = compare(before, now);
    expect(failing(found)).toEqual([]);
    expect(found.columns[0]).toMatchObject({ status: "not-tested", currentNullRate: 0 });
    for (const bar of found.columns[0]?.bins ?? []) expect(bar.current).toBeCloseTo(bar.reference, 9);
  }
});

test("text that is no date, where the reference holds dates, is another type and names a value", () => {
  const current = table(300, { d: texts(300, (row) => (row === 7 ? "soon" : "2001-02-17")) });
  const found = compare(datesAsTimes, current);
  expect(failing(found)).toEqual(["column-type"]);
  expect(found.checks[0]?.reason).toBe('`d` holds text where time is expected, like "soon"');
});

test("an id among the inputs of a project is named as one, with what to do", () => {
  const ids = (first: number) => table(300, { customer_id: numbers(300, (row) => first + row) });
  const found = compare(ids(1), ids(5000));
  expect(failing(found)).toEqual(["out-of-range"]);
  expect(found.checks[0]?.reason).toMatch(/\(it looks like an id: list the inputs under drift\.columns\)$/);
});

test("a new category with 2 % of the rows is not quiet", () => {
  const draw = generator(9);
  const found = compare(
    table(5000, { x: texts(5000, () => `c${draw.below(5)}`) }),
    table(1000, { x: texts(1000, (row) => (row < 20 ? "new" : `c${draw.below(5)}`)) }),
  );
  expect(statusOf(found)).toBe("minor");
});

test("pictures have at most 20 bars or so, and each side adds up to 1", () => {
  const draw = generator(10);
  const found = compare(mixed(3000, draw), mixed(3000, draw));
  for (const column of found.columns) {
    expect(column.bins.length).toBeLessThanOrEqual(21);
    expect(column.bins.reduce((sum, bar) => sum + bar.reference, 0)).toBeCloseTo(1, 9);
    expect(column.bins.reduce((sum, bar) => sum + bar.current, 0)).toBeCloseTo(1, 9);
  }
});
