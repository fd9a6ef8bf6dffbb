import { describe, expect, test } from "vitest";
import { Gate } from "../../config/config.ts";
import type { Task } from "../../config/task.ts";
import type { Column } from "../../data/table.ts";
import { generator } from "../../statistics/generator.ts";
import { type Predictions, readPredictions } from "../rows/predictions.ts";
import { judge } from "./judge.ts";
import type { Evidence, JudgeSettings } from "./judgement.ts";

/** What a candidate's file says of its rows must be what the baseline's says. */

const ROWS = 400;
const numbers = (values: ArrayLike<number>): Column => ({
  type: "number",
  values: Float64Array.from(values),
  nulls: null,
});
const valuesOf = (column: Column): Float64Array =>
  column.type === "text" ? Float64Array.from(column.codes) : column.values;
const words = (values: readonly string[]): Column => {
  const dictionary = [...new Set(values)];
  return { type: "text", codes: Int32Array.from(values, (value) => dictionary.indexOf(value)), dictionary };
};
const each = <T>(of: (row: number) => T): T[] => Array.from({ length: ROWS }, (_, row) => of(row));

const source = generator(3);
const hidden = each(() => source.fraction());
const truth = hidden.map((chance) => (source.fraction() < chance ? 1 : 0));
const good = { id: numbers(each((row) => row + 1)), y_true: numbers(truth), y_score: numbers(hidden) };
/** Worse than the good one, and within its margin all the same. */
const bad = { ...good, y_score: numbers(hidden.map((score) => 0.2 + 0.6 * score)) };
const kinds = each((row) => (row % 3 === 0 ? "a" : "b"));
const days = each((row) => `d${Math.floor(row / 10)}`);

type Columns = Readonly<Record<string, Column>>;
interface As {
  readonly task?: Task;
  readonly groups?: string | null;
  readonly held?: string[];
}
function read(columns: Columns, { task = "binary", groups = null, held = [] }: As = {}): Predictions {
  const first = Object.values(columns)[0] as Column;
  const rows = first.type === "text" ? first.codes.length : first.values.length;
  const slices = held.filter((name) => columns[name] !== undefined);
  return readPredictions({ rows, columns: new Map(Object.entries(columns)) }, "p.csv", {
    task,
    groups: groups !== null && columns[groups] !== undefined ? groups : null,
    held,
    slices,
    labels: "required",
    weights: ["sample_weight"],
  });
}
const settings: JudgeSettings = {
  task: "binary",
  gates: [Gate.parse({ metric: "log_loss", margin: 1 })],
  alpha: 0.05,
  seed: 7,
  against: "v1",
  noBaseline: null,
  unchanged: false,
};
const held = (candidate: Columns, stored: Columns, change: Partial<Evidence> = {}, as: As = {}) =>
  judge(
    {
      candidate: read(candidate, as),
      baseline: { stored: read(stored, as), fromJob: null },
      metrics: [],
      baselineMetrics: [],
      ...change,
    },
    settings,
  );
const said = ({ checks }: ReturnType<typeof held>) => checks.slice(0, -1).map(({ id, status }) => `${id} ${status}`);
const some = (columns: Columns, keep: (row: number) => boolean): Columns =>
  Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, numbers(valuesOf(column).filter((_, row) => keep(row)))]),
  );
const [SAME, OTHER, UNKNOWN, FILES] = [{ sameData: true }, { sameData: false }, {}, { files: true }];

describe("which rows they are", () => {
  const renamed = (rows: number) => ({ ...bad, id: numbers(each((row) => (row < rows ? 9_000 + row : row + 1))) });

  test("one id that is another on the same data fails; where nobody knows, a few are a note and one in twenty are inconclusive", () => {
    const one = held(renamed(1), good, SAME);
    expect(said(one)).toEqual(["ids-changed fail"]);
    expect(one.checks[0]?.reason).toBe(
      "v1 was judged on the same data, and 1 of 400 rows are none of its 400 by their id: rows under new names cannot be compared",
    );
    for (const change of [UNKNOWN, FILES]) {
      const few = held(renamed(20), good, change);
      expect([few.verdict, few.pairing.overlap]).toEqual(["pass", 0.95]);
      expect(few.notes).toEqual([
        "20 rows that v1 has no score for are left out.",
        "The candidate has no score for 20 of the 400 rows of v1.",
      ]);
      expect(said(held(renamed(21), good, change))).toEqual(["rows-missing inconclusive"]);
    }
  });

  test("of data that are known to be others, rows that are missing may have been left out; a set that moved on is compared unpaired, and that is said first", () => {
    const short = held(some(bad, (row) => row >= 21) as typeof bad, good, OTHER);
    expect(said(short)).toEqual(["rows-missing inconclusive"]);
    for (const rows of [21, ROWS]) {
      const moved = held(renamed(rows), good, OTHER);
      expect(moved).toMatchObject({ verdict: "pass", pairing: { mode: "unpaired" } });
      expect(moved.notes[0]).toMatch(/^Not paired/);
    }
  });

  test("with no id in common and labels of its own, a file is not held against rows that it may have renamed", () => {
    const own = { ...renamed(ROWS), y_true: numbers(hidden.map((score) => (score >= 0.5 ? 1 : 0))) };
    expect(said(held(own, good, SAME))).toEqual(["ids-changed fail"]);
    const unknown = held(own, good, FILES);
    expect(said(unknown)).toEqual(["ids-changed inconclusive"]);
    expect(unknown.checks[0]?.reason).toContain("no row can be found among the 400 of v1 by its id");
    const { id: _, ...without } = own;
    expect(said(held(without, good, SAME))).toEqual(["ids-changed fail"]);
    expect(said(held(without, good, FILES))).toEqual(["ids-changed inconclusive"]);
  });

  test("labels that agree in their order prove it, where no id does and they are not sorted", () => {
    const { id: _, ...without } = bad;
    for (const file of [without, renamed(ROWS)]) {
      const found = held(file, good, FILES);
      expect(found).toMatchObject({ verdict: "pass", pairing: { mode: "paired", rows: ROWS } });
      expect(found.notes).toEqual([
        "No id is one of v1's: rows were brought together by their order, in which all labels agree.",
      ]);
    }
    const order = each((row) => row).sort((a, b) => (truth[a] as number) - (truth[b] as number));
    const sorted = (columns: Columns): Columns =>
      Object.fromEntries(
        Object.entries(columns).map(([name, column]) => [
          name,
          numbers(order.map((row) => valuesOf(column)[row] as number)),
        ]),
      );
    expect(said(held(sorted(renamed(ROWS)), sorted(good), FILES))).toEqual(["ids-changed inconclusive"]);
  });

  test("easy rows that were added pass nothing where nobody counted the rows", () => {
    const padded = Object.fromEntries(
      Object.entries(bad).map(([name, column]) => [
        name,
        numbers([...valuesOf(column), ...each((row) => (name === "id" ? 5_000 + row : row % 2))]),
      ]),
    );
    for (const change of [SAME, UNKNOWN, FILES])
      expect(said(held(padded, good, change))).toEqual(["rows-extra inconclusive"]);
    expect(said(held(padded, good, { ...SAME, evaluationRows: ROWS }))).toEqual(["rows-extra fail"]);
    expect(said(held(padded, good, OTHER)), "the data have more rows now").toEqual([]);
  });

  test("what the candidate's job scored with the baseline's files is held to the same rows, and said", () => {
    const job = { baseline: { stored: null, fromJob: read(good) } };
    const whole = held(bad, good, job);
    expect(whole.notes).toEqual(["The candidate's job made v1's scores of all 400 rows."]);
    expect(whole.pairing.fromJob).toBe(400);
    const short = held(some(bad, (row) => row >= 21) as typeof bad, good, job);
    expect(said(short)).toEqual(["rows-missing inconclusive"]);
    const both = { ...SAME, baseline: { stored: read(good), fromJob: read(renamed(ROWS)) } };
    expect(said(held(renamed(ROWS), good, both)), "renamed on both sides").toEqual([]); // its order proves it
    const own = { ...renamed(ROWS), y_true: numbers(truth.toReversed()) };
    expect(said(held(own, good, { ...SAME, baseline: { stored: read(good), fromJob: read(own) } }))).toEqual([
      "ids-changed fail",
    ]);
  });

  test("labels are those that the job's scores have too", () => {
    const other = { ...good, y_true: numbers(truth.map((label, row) => (row < 2 ? 1 - label : label))) };
    const found = held(bad, good, { baseline: { stored: null, fromJob: read(other) } });
    expect(found.checks[0]).toMatchObject({ id: "labels-changed", actual: 2 });
  });

  test("a true value that is off by a thousandth is another one, by the last digit it is not", () => {
    const value = (factor: number): Columns => ({
      id: good.id,
      y_true: numbers(hidden.map((score) => (1 + score) * factor)),
      y_pred: good.y_score,
    });
    const changed = (factor: number) =>
      judge(
        {
          candidate: read(value(1), { task: "regression" }),
          baseline: { stored: read(value(factor), { task: "regression" }), fromJob: null },
          metrics: [],
          baselineMetrics: [],
        },
        { ...settings, task: "regression", gates: [Gate.parse({ metric: "rmse", margin: 1 })] },
      ).pairing.labelsChanged;
    expect([changed(1 + 1e-12), changed(1.001)]).toEqual([0, ROWS]);
  });
});

describe("what it says of them", () => {
  test("rows that stand in other groups than before fail; what a group is called does not count", () => {
    const as = { groups: "day" };
    const grouped = (of: readonly string[], columns: Columns): Columns => ({ ...columns, day: words(of) });
    const stored = grouped(days, good);
    expect(held(grouped(days.map((day) => `${day}!`).toReversed(), bad), stored, SAME, as).checks).toHaveLength(1);
    const own = held(
      grouped(
        each((row) => `row ${row}`),
        bad,
      ),
      stored,
      SAME,
      as,
    );
    expect(said(own)).toEqual(["groups-changed fail"]);
    expect(own.checks[0]).toMatchObject({ subject: "groups", actual: 360 });
    expect(own.checks[0]?.reason).toBe(
      "360 of 400 rows have another day than v1 was judged with (GROUPS_CHANGED): the figures do not compare",
    );
    const merged = days.map((day) => (day === "d1" ? "d0" : day));
    expect(held(grouped(merged, bad), stored, SAME, as).checks[0]).toMatchObject({ id: "groups-changed", actual: 10 });
    const first = held(grouped(days, bad), good, SAME, as);
    expect(first.verdict).toBe("pass");
    expect(first.notes).toEqual(["No day was kept with v1: which rows it puts together is the candidate's word."]);
    expect(held(grouped(days, bad), good, FILES, as).notes).toEqual([]);
  });

  test("columns that checks slice by say of each row what they said before", () => {
    const as = { held: ["kind", "size"] };
    const sliced = (kind: readonly string[], columns: Columns): Columns => ({
      ...columns,
      kind: words(kind),
      size: numbers(hidden),
    });
    const stored = sliced(kinds, good);
    expect(held(sliced(kinds, bad), stored, SAME, as)).toMatchObject({ verdict: "pass", notes: [] });
    const all = held(
      sliced(
        each(() => "a"),
        bad,
      ),
      stored,
      SAME,
      as,
    );
    expect(said(all)).toEqual(["slices-changed fail"]);
    expect(all.checks[0]).toMatchObject({ subject: "slices", actual: kinds.filter((kind) => kind === "b").length });
    expect(said(held({ ...sliced(kinds, bad), size: numbers(hidden.toReversed()) }, stored, SAME, as))).toEqual([
      "slices-changed fail",
    ]);
    const { kind: _, ...older } = stored;
    expect(held(sliced(kinds, bad), older, SAME, as)).toMatchObject({
      verdict: "pass",
      notes: ["No kind was kept with v1: which rows it puts together is the candidate's word."],
    });
  });

  test("weights that one side alone has are inconclusive, and a note of two files", () => {
    const weighed = { ...bad, sample_weight: numbers(each((row) => (row % 2 === 0 ? 1 : 0.01))) };
    const found = held(weighed, good, SAME);
    expect(said(found)).toEqual(["weights-changed inconclusive"]);
    expect(found.checks[0]?.reason).toContain("sample_weight stands in the candidate's file alone");
    const without = held(bad, { ...good, sample_weight: weighed.sample_weight }, SAME);
    expect(without.checks[0]?.reason).toContain("sample_weight stands in that of v1 alone");
    const files = held(weighed, good, FILES);
    expect(files.verdict).toBe("pass");
    expect(files.notes[0]).toBe("v1 has no weights: rows count as the other file says.");
  });

  test("the naive forecast that a gate divides by is the one before; of no gate's a change is a note", () => {
    const forecast = (naive: ArrayLike<number> | null): Columns => ({
      id: good.id,
      y_true: numbers(hidden),
      y_pred: numbers(hidden.map((value) => value + 0.1)),
      ...(naive !== null && { y_naive: numbers(naive) }),
    });
    const judged = (ours: Columns, theirs: Columns, metric: string, change: Partial<Evidence> = SAME) =>
      judge(
        {
          candidate: read(ours, { task: "regression" }),
          baseline: { stored: read(theirs, { task: "regression" }), fromJob: null },
          metrics: [],
          baselineMetrics: [],
          ...change,
        },
        { ...settings, task: "regression", gates: [Gate.parse({ metric, max: 9 })] },
      );
    const [plain, flattered] = [forecast(each(() => 0.4)), forecast(each(() => 4))];
    expect(judged(flattered, plain, "mase").checks[0]).toMatchObject({
      id: "naive-changed",
      status: "fail",
      actual: 400,
    });
    const ungated = judged(flattered, plain, "mae");
    expect(ungated).toMatchObject({ verdict: "pass", notes: ["400 rows have another y_naive than v1."] });
    expect(said(judged(flattered, forecast(null), "mase"))).toEqual(["naive-changed inconclusive"]);
    expect(judged(flattered, forecast(null), "mae")).toMatchObject({ verdict: "pass", notes: [] });
  });
});
