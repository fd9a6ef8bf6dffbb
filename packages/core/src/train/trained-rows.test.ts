import { describe, expect, test } from "vitest";
import type { Column, Table } from "../data/table.ts";
import { trainedOn } from "../evaluate/judge/trained-on.ts";
import { generator } from "../statistics/generator.ts";
import { KeptRowFinder, type RowOverlap, TrainedRowFinder, TrainedRows } from "./trained-rows.ts";

const numbers = (values: readonly number[]): Column => ({
  type: "number",
  values: Float64Array.from(values),
  nulls: null,
});
/** Rows as columns; every name is a column of numbers. */
const table = (rows: readonly (readonly number[])[], names: readonly string[]): Table => ({
  rows: rows.length,
  columns: new Map(names.map((name, at) => [name, numbers(rows.map((row) => row[at] as number))])),
});
const never = () => Promise.reject(new Error("the evaluation rows were read twice"));

async function found(
  training: readonly Table[],
  evaluation: Table,
): Promise<{ overlap: RowOverlap | null; later: RowOverlap | null }> {
  const finder = new TrainedRowFinder({}, async (visit) => visit(evaluation));
  finder.evaluation(evaluation);
  for (const one of training) await finder.training(one);
  const kept = new KeptRowFinder(TrainedRows.parse(JSON.parse(JSON.stringify(finder.trained()))));
  kept.evaluation(evaluation);
  return { overlap: finder.overlap(), later: kept.overlap() };
}
/** So many rows of `values` different values in each of three columns, numbered. */
const drawn = (rows: number, values: number, source: ReturnType<typeof generator>) =>
  Array.from({ length: rows }, (_, row) => [
    row,
    ...Array.from({ length: 3 }, () => Math.floor(values * source.fraction())),
  ]);
const NAMES = ["id", "a", "b", "c"];
const statusOf = (overlap: RowOverlap | null) =>
  trainedOn({ datasets: [], ...(overlap === null ? {} : { overlap }) }, "fail").checks[0]?.status ?? "none";

describe("evaluation rows that were trained on", () => {
  test("are counted whatever number they have, in one reading, and later from the sample alone", async () => {
    const source = generator(1);
    const training = drawn(5000, 1e6, source);
    const evaluation = [...drawn(900, 1e6, source), ...training.slice(0, 100).map(([, ...rest]) => [7e6, ...rest])];
    const finder = new TrainedRowFinder({}, never);
    finder.evaluation(table(evaluation, NAMES));
    await finder.training(table(training.slice(0, 2000), NAMES));
    await finder.training(table(training.slice(2000), NAMES));
    const expected = { rows: 100, of: 1000, sampled: false, byChance: 3 / 5000, columns: 3 };
    expect(finder.overlap()).toEqual(expected);
    expect((await found([table(training, NAMES)], table(evaluation, NAMES))).later).toEqual(expected);
  });
  test.each([
    ["index", [5, 9, 9, 5, 7, 0, 3, 1, 2, 8, 4, 6]],
    ["level_0", [5, 9, 9, 5, 7, 0, 3, 1, 2, 8, 4, 6]],
    ["Unnamed: 3", [5, 9, 9, 5, 7, 0, 3, 1, 2, 8, 4, 6]],
    ["__index_level_1__", [5, 9, 9, 5, 7, 0, 3, 1, 2, 8, 4, 6]],
    ["row", [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]],
  ])("are found where a column %s numbers them, in either file, and the check names it", async (name, numbering) => {
    const source = generator(5);
    const rows = numbering.map((number) => [number, source.fraction(), source.fraction()]);
    const again = rows.toReversed().map(([, ...rest], row) => [row, ...rest]);
    for (const [training, evaluation] of [
      [rows, again],
      [again, rows],
    ] as const) {
      const names = [name, "a", "b"];
      const { overlap, later } = await found([table(training, names)], table(evaluation, names));
      expect(overlap).toMatchObject({ rows: 12, of: 12, columns: 2, numbering: [name] });
      expect(later).toEqual(overlap);
      expect(
        trainedOn({ datasets: [], overlap: { ...overlap, byChance: 0 } as RowOverlap }, "fail").checks[0]?.reason,
      ).toBe(
        `12 of 12 evaluation rows (100 %) equal a training row without ${name}, which only numbers rows, up to 0 % would by chance`,
      );
    }
  });
  test("are not found by a column called index that tells rows apart, nor by one of few rows", async () => {
    const source = generator(6);
    const twelve = (of: (row: number) => number) => Array.from({ length: 12 }, (_, row) => [of(row), row % 2]);
    const [training, evaluation] = [twelve(() => source.fraction()), twelve(() => source.fraction())];
    expect((await found([table(training, ["index", "a"])], table(evaluation, ["index", "a"]))).overlap?.rows).toBe(0);
    const few = [1, 2, 3].map((row) => [row, 5]);
    const others = [4, 5, 6].map((row) => [row, 5]);
    expect((await found([table(few, ["row", "a"])], table(others, ["row", "a"]))).overlap).toMatchObject({ rows: 0 });
  });
  test("are told by the columns both have, read again where the training rows lack one", async () => {
    const evaluation = table(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      ["a", "b", "y"],
    );
    const { overlap } = await found(
      [
        table(
          [
            [2, 1],
            [9, 9],
          ],
          ["b", "a"],
        ),
      ],
      evaluation,
    );
    expect(overlap).toEqual({ rows: 1, of: 2, sampled: false, byChance: 1, columns: 2 }); // two rows rule nothing out
  });
  test("are not told from numbers of rows alone, nor without a common column", async () => {
    for (const names of [["id"], ["other"]]) {
      const finder = new TrainedRowFinder({}, async () => {});
      finder.evaluation(table([[1], [2]], ["id"]));
      await finder.training(table([[1], [2]], names));
      expect(finder.overlap()).toBeNull();
    }
    const named = new TrainedRowFinder({ id: "flight" }, never);
    named.evaluation(table([[1, 7]], ["flight", "x"]));
    await named.training(table([[2, 7]], ["flight", "x"]));
    expect(named.overlap()).toMatchObject({ rows: 1, columns: 1 });
  });
  test("a later file without a column says nothing instead of something wrong", async () => {
    const finder = new TrainedRowFinder({}, never);
    await finder.training(table([[1, 2]], ["a", "b"]));
    const kept = new KeptRowFinder(finder.trained() as TrainedRows);
    kept.evaluation(table([[1]], ["a"]));
    expect(kept.overlap()).toBeNull();
  });
  test("of more rows than a sample holds a share is found by the rows it covers", async () => {
    const source = generator(2);
    const training = drawn(200_000, 1e9, source);
    const evaluation = [...drawn(38_000, 1e9, source), ...training.slice(0, 2000)];
    const { overlap, later } = await found([table(training, NAMES)], table(evaluation, NAMES));
    expect(overlap).toMatchObject({ rows: 2000, of: 40_000, sampled: false });
    expect(later).toMatchObject({ sampled: true });
    const share = (later?.rows ?? 0) / (later?.of ?? 1);
    expect(Math.abs(share - 0.05)).toBeLessThan(4 * Math.sqrt((0.05 * 0.95) / (later?.of ?? 1)));
  });
});

describe("chance", () => {
  test.each([3, 10, 30, 100, 300])("files of one source never fail, with %i values a column", async (values) => {
    const source = generator(values);
    for (let repetition = 0; repetition < 60; repetition++) {
      const { overlap, later } = await found(
        [table(drawn(3000, values, source), NAMES)],
        table(drawn(1000, values, source), NAMES),
      );
      expect([statusOf(overlap), statusOf(later)]).toEqual(["none", "none"]);
    }
  });
  test("is nil across days that the two files do not share, and a day that both hold is found", async () => {
    const source = generator(6);
    const text = (days: readonly number[]): Column => ({
      type: "text",
      codes: Int32Array.from(days),
      dictionary: Array.from({ length: 60 }, (_, day) => `day ${day}`),
    });
    const flights = (days: readonly number[], rows = drawn(days.length, 20, source)) => {
      const { columns } = table(rows, NAMES);
      const used = [...new Set(days)];
      const { codes, dictionary } = text(days) as Extract<Column, { type: "text" }>;
      const day: Column = {
        type: "text",
        codes: codes.map((code) => used.indexOf(code)),
        dictionary: used.map((one) => dictionary[one] as string),
      };
      return { table: { rows: rows.length, columns: new Map([...columns, ["day", day]]) }, rows };
    };
    const january = flights(Array.from({ length: 20_000 }, (_, row) => row % 30));
    const march = Array.from({ length: 5700 }, (_, row) => 30 + (row % 30));
    const apart = await found([january.table], flights(march).table);
    expect(apart.overlap).toMatchObject({ rows: 0, byChance: 0 });
    expect(apart.later?.byChance).toBeGreaterThan(0.05); // rows of one day repeat
    const leaked = january.rows.filter((_, row) => row % 30 === 3).slice(0, 600);
    const mixed = flights([...march, ...leaked.map(() => 3)], [...drawn(5700, 20, source), ...leaked]);
    const both = await found([january.table], mixed.table);
    expect(both.overlap).toMatchObject({ rows: 600, of: 6300 });
    expect(statusOf(both.overlap)).toBe("fail");
  });
  test("what most rows share is in both samples or in neither", async () => {
    const source = generator(4);
    const mixed = (rows: number) => drawn(rows, 1e9, source).map((row, at) => (at % 2 === 0 ? [at, 0, 0, 0] : row));
    const { overlap, later } = await found([table(mixed(300_000), NAMES)], table(mixed(20_000), NAMES));
    expect(overlap?.byChance).toBeCloseTo(0.5, 2);
    expect([statusOf(overlap), statusOf(later)]).toEqual(["none", "none"]);
  });
  test("5 % of the rows trained on fail where rows do not repeat by themselves, and are said where they do", async () => {
    for (const [values, status] of [
      [1000, "fail"],
      [100, "fail"],
      [10, "none"],
    ] as const) {
      const source = generator(values + 1);
      const training = drawn(3000, values, source);
      const evaluation = [...drawn(950, values, source), ...training.slice(0, 50)];
      const { overlap } = await found([table(training, NAMES)], table(evaluation, NAMES));
      expect([values, statusOf(overlap)]).toEqual([values, status]);
    }
  });
});
