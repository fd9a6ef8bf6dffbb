import { describe, expect, test } from "vitest";
import type { Task } from "../../config/task.ts";
import type { Column } from "../../data/table.ts";
import { pair } from "./pairing.ts";
import { type Predictions, readPredictions } from "./predictions.ts";

const ROWS = 40;
const each = <T>(of: (row: number) => T) => Array.from({ length: ROWS }, (_, row) => of(row));
const numbers = (values: readonly number[]): Column => ({
  type: "number",
  values: Float64Array.from(values),
  nulls: null,
});
const texts = (words: readonly string[]): Column => {
  const dictionary = [...new Set(words)];
  return { type: "text", codes: Int32Array.from(words, (word) => dictionary.indexOf(word)), dictionary };
};

function read(task: Task, columns: Record<string, Column>, path = "new.csv"): Predictions {
  const given = { id: numbers(each((row) => row)), ...columns };
  const settings = { task, groups: null, slices: [], weights: ["weight"], labels: "required" } as const;
  return readPredictions({ rows: ROWS, columns: new Map(Object.entries(given)) }, path, settings);
}
const held = (candidate: Predictions, stored: Predictions) => pair(candidate, { stored, fromJob: null });

describe("true values and weights that went through another format", () => {
  const truth = each((row) => (row - 7.3) * 10 ** (row % 7));
  const side = (by: (value: number) => number) =>
    read("regression", {
      y_true: numbers(truth.map(by)),
      y_pred: numbers(truth),
      weight: numbers(truth.map((one) => by(Math.abs(one)))),
    });

  test.each<[string, (value: number) => number]>([
    ["single precision", Math.fround],
    ["seven digits of text", (value) => Number(value.toPrecision(7))],
  ])("of %s are the same", (_, by) => {
    expect(
      held(
        side(by),
        side((value) => value),
      ),
    ).toMatchObject({ paired: true, labelsChanged: 0, facts: [] });
  });

  test("that differ by more are others, be it a hundred-thousandth", () => {
    const changed = held(
      side((value) => value * (1 + 1e-5)),
      side((value) => value),
    );
    expect(changed).toMatchObject({ labelsChanged: ROWS, facts: [{ fact: "weights", changed: ROWS }] });
  });
});

describe("rows of two sides", () => {
  const rows = (ids: readonly number[], truth: (id: number) => number = (id) => id % 2) =>
    readPredictions(
      {
        rows: ids.length,
        columns: new Map([
          ["id", numbers(ids)],
          ["y_true", numbers(ids.map(truth))],
          ["y_score", numbers(ids.map(() => 0.5))],
        ]),
      },
      "p.csv",
      { task: "binary", groups: null, slices: [], labels: "required" },
    );
  const ids = each((row) => row);

  test("are paired from an overlap of 95 % on, exactly that included", () => {
    expect(held(rows(ids), rows(ids.slice(2)))).toMatchObject({ paired: true, rows: 38, overlap: 0.95 });
    expect(held(rows(ids), rows(ids.slice(3)))).toMatchObject({ paired: false, rows: 37 });
  });

  test("of which none is the other's are left out of nothing; of the same data their order tells them, if true values prove it", () => {
    const against = (truth: (id: number) => number) => {
      const others = rows(
        ids.map((id) => id + 100),
        truth,
      );
      return pair(rows(ids), { stored: others, fromJob: null }, true);
    };
    expect(against((id) => id % 2)).toMatchObject({ rows: ROWS, byOrder: true });
    expect(against((id) => (id < 120 ? 0 : 1))).toMatchObject({ rows: 0, leftOut: false });
  });

  test("have changed labels where the candidate's job says so too", () => {
    const fromJob = rows(ids, (id) => (id < 3 ? 1 - (id % 2) : id % 2));
    expect(pair(rows(ids), { stored: null, fromJob })).toMatchObject({ labelsChanged: 3 });
  });
});

describe("classes that one side alone decided for", () => {
  const truth = each((row) => ["cat", "dog", "cow"][row % 3] as string);
  const decided = (change: Record<number, string>) =>
    read("multiclass", { y_true: texts(truth), y_pred: texts(truth.map((word, row) => change[row] ?? word)) });
  const words = ({ classes, decisions }: { classes: readonly string[]; decisions: Int32Array | null }) =>
    Array.from(decisions ?? [], (code) => classes[code]);

  test.each([
    ["the baseline", {}, { 7: "horse" }],
    ["the candidate", { 7: "horse" }, {}],
    ["each", { 3: "ant" }, { 7: "zebra" }],
  ])("are classes of both where nothing was scored: %s", (_, ours, theirs) => {
    const found = held(decided(ours), decided(theirs));
    expect(found).toMatchObject({ paired: true, labelsChanged: 0 });
    expect(found.candidate.classes).toEqual([...found.candidate.classes].sort());
    expect(words(found.candidate)).toEqual(truth.map((word, row) => (ours as Record<number, string>)[row] ?? word));
    expect(words(found.baseline)).toEqual(truth.map((word, row) => (theirs as Record<number, string>)[row] ?? word));
  });

  const scored = (classes: readonly string[], path?: string) =>
    read(
      "multiclass",
      {
        y_true: texts(truth.map((word) => (classes.includes(word) ? word : (classes[0] as string)))),
        ...Object.fromEntries(classes.map((name) => [`y_score.${name}`, numbers(each(() => 1 / classes.length))])),
      },
      path,
    );

  test("count where the baseline's scores do not know them, as its decisions are compared alone", () => {
    const found = held(decided({ 7: "horse" }), scored(["cow", "dog", "cat"]));
    expect(found.baseline).toMatchObject({ scores: null, classes: ["cat", "cow", "dog", "horse"] });
  });

  test("are refused where scores are compared, naming the first of them", () => {
    const many = ["cat", "dog", "cow", ...Array.from({ length: 400 }, (_, k) => `class ${k} ${"x".repeat(300)}`)];
    const refused = () => held(scored(["cat", "dog", "cow"]), scored(many, "old.csv"));
    expect(refused).toThrow(
      /^old\.csv does not fit task multiclass: the candidate does not know its classes "class 0 x+…, .* and 395 more\.$/,
    );
    expect(refused).toThrow(expect.objectContaining({ message: expect.stringMatching(/^.{100,600}$/) }));
    expect(() => held(scored(["cat", "dog", "cow", "horse"]), scored(["cat", "dog", "cow"], "old.csv"))).toThrow(
      `old.csv does not fit task multiclass: it has no score for the candidate's class "horse".`,
    );
  });
});
