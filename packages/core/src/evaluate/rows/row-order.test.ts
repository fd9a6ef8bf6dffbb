import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Gate } from "../../config/config.ts";
import type { Task } from "../../config/task.ts";
import type { Column, Table } from "../../data/table.ts";
import { generator } from "../../statistics/generator.ts";
import { judge } from "../judge/judge.ts";
import type { Judgement } from "../judge/judgement.ts";
import { readPredictions } from "./predictions.ts";
import { rowsDigest } from "./row-order.ts";

type Row = Readonly<Record<string, number | string>>;

/** A table of rows, in the order they come. */
function table(rows: readonly Row[]): Table {
  const columns = Object.keys(rows[0] ?? {}).map((name): [string, Column] => {
    const values = rows.map((row) => row[name] as number | string);
    if (values.every((value) => typeof value === "number"))
      return [name, { type: "number", values: Float64Array.from(values), nulls: null }];
    const dictionary = [...new Set(values.map(String))];
    return [
      name,
      { type: "text", codes: Int32Array.from(values, (one) => dictionary.indexOf(String(one))), dictionary },
    ];
  });
  return { rows: rows.length, columns: new Map(columns) };
}

const METRICS: Partial<Record<Task, readonly string[]>> = {
  binary: ["roc_auc", "ks", "ece", "f1"],
  regression: ["median_absolute_error", "r2"],
  multiclass: ["f1_macro", "mcc"],
};

function judged(task: Task, ours: readonly Row[], theirs: readonly Row[]): Judgement {
  const names = Object.keys(ours[0] ?? {});
  const read = (rows: readonly Row[], slices: string[]) =>
    readPredictions(table(rows), "p.csv", {
      task,
      groups: names.includes("day") ? "day" : null,
      slices,
      weights: ["weight"],
      labels: "required",
    });
  const candidate = read(ours, names.includes("site") ? ["site"] : []);
  return judge(
    {
      candidate,
      baseline: { stored: read(theirs, []), fromJob: null },
      metrics: [],
      baselineMetrics: null,
    },
    {
      task,
      gates: [Gate.parse({ metric: task === "regression" ? "rmse" : "accuracy", margin: 0.01 })],
      metrics: METRICS[task] ?? [],
      alpha: 0.05,
      seed: rowsDigest(candidate),
      against: "b.csv",
      noBaseline: null,
      unchanged: false,
    },
  );
}

const place = fc.integer({ min: 0, max: 1_000_000 });
const shuffled = (rows: readonly Row[], keys: readonly number[]) =>
  rows
    .map((row, i) => ({ row, key: keys[i] as number }))
    .sort((a, b) => a.key - b.key)
    .map(({ row }) => row);

const share = fc.integer({ min: 1, max: 19 }).map((part) => part / 20);
const made = {
  binary: (truth: number, a: number, b: number) => ({
    y_true: truth % 2,
    ours: { y_score: a },
    theirs: { y_score: b },
  }),
  regression: (truth: number, a: number, b: number) => ({
    y_true: truth,
    ours: { y_pred: truth + a },
    theirs: { y_pred: truth - b },
  }),
  multiclass: (truth: number, a: number, b: number) => ({
    y_true: `c${truth}`,
    ours: { y_pred: a < 0.5 ? `c${truth}` : "c1" },
    theirs: { y_pred: b < 0.5 ? `c${truth}` : "c0" },
  }),
};
const drawn = fc.record({
  truth: fc.integer({ min: 0, max: 2 }),
  ours: share,
  theirs: share,
  day: fc.integer({ min: 0, max: 33 }),
  site: fc.constantFrom("a", "b", "<c>"),
  weight: fc.integer({ min: 1, max: 3 }),
  first: place,
  second: place,
});
type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

describe.each(["binary", "regression", "multiclass"] as const)("rows of a %s task in another order", (task) => {
  const sides = (rows: readonly Drawn[], id: ((row: number) => number | string) | null, grouped: boolean) => {
    const side = (which: "ours" | "theirs"): Row[] =>
      rows.map(({ truth, ours, theirs, day, site, weight }, row) => {
        const one = made[task](truth, ours, theirs);
        return {
          ...(id && { id: id(row) }),
          y_true: one.y_true,
          ...one[which],
          ...(grouped ? { day: `d${day}` } : { weight }),
          site,
        };
      });
    return { ours: side("ours"), theirs: side("theirs") };
  };
  const many = fc
    .array(drawn, { minLength: 60, maxLength: 90 })
    .filter((rows) => new Set(rows.map(({ truth }) => truth)).size === 3);
  const check = (id: ((row: number) => number | string) | null, grouped: boolean) =>
    fc.assert(
      fc.property(many, (rows) => {
        const { ours, theirs } = sides(rows, id, grouped);
        const first = rows.map((row) => row.first);
        const second = id === null ? first : rows.map((row) => row.second);
        expect(judged(task, shuffled(ours, first), shuffled(theirs, second))).toEqual(judged(task, ours, theirs));
      }),
      { numRuns: 4 },
    );

  test.each([true, false])("with ids that count up, give the same report (groups: %s)", (grouped) =>
    check((row) => row, grouped),
  );
  test.each([true, false])("with text ids, give the same report (groups: %s)", (grouped) =>
    check((row) => `row ${row}`, grouped),
  );
});

/** 2,500 rows, more than are drawn one by one. */
function longFile(id: boolean): { ours: Row[]; theirs: Row[]; keys: number[] } {
  const source = generator(3);
  const [ours, theirs, keys]: [Row[], Row[], number[]] = [[], [], []];
  for (let row = 0; row < 2_500; row++) {
    const truth = source.bits() & 1;
    const score = () => Math.round(50 + 30 * (truth - 0.5) + 60 * (source.fraction() - 0.5)) / 100;
    const own = { ...(id && { id: row }), y_true: truth, site: `s${source.below(4)}` };
    ours.push({ ...own, y_score: score() });
    theirs.push({ ...own, y_score: score() });
    keys.push(source.bits());
  }
  return { ours, theirs, keys };
}

test.each([true, false])("more rows than are drawn one by one are dealt into the same bundles, with ids: %s", (id) => {
  const { ours, theirs, keys } = longFile(id);
  const [first, other] = [
    judged("binary", ours, theirs),
    judged("binary", shuffled(ours, keys), shuffled(theirs, keys)),
  ];
  const ofRows = { flips: null }; // which without ids names its examples by their place in the file
  expect({ ...other, ...(!id && ofRows) }).toEqual({ ...first, ...(!id && ofRows) });
});

test("the digest of rows is of how many there are and what is true of them, and of no order, format or model", () => {
  const of = (...labels: number[]) => rowsDigest({ rows: labels.length, labels: Float64Array.from(labels) });
  expect(of(1, 0, 2.5)).toBe(of(2.5, 1, 0));
  expect(of(0, 1)).toBe(of(-0, 1));
  expect(new Set([of(1, 0), of(1, 1), of(1, 0, 0), of(1, 0.5)]).size).toBe(4);
  expect(rowsDigest({ rows: 7, labels: null })).toBe(7);
});
