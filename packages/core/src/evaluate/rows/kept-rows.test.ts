import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTables } from "@trainyard/backends";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Gate } from "../../config/config.ts";
import type { Task } from "../../config/task.ts";
import type { Column, Table } from "../../data/table.ts";
import { isRefusal } from "../../errors.ts";
import { generator } from "../../statistics/generator.ts";
import { judge } from "../judge/judge.ts";
import type { Judgement } from "../judge/judgement.ts";
import { keptTable, readKept, sameRows } from "./kept-rows.ts";
import { type PredictionSettings, type Predictions, readPredictions } from "./predictions.ts";

const tables = openTables();
let folder: string;
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kept-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const numbers = (values: Iterable<number>): Column => ({
  type: "number",
  values: Float64Array.from(values),
  nulls: null,
});
const text = (words: readonly string[]): Column => {
  const dictionary = [...new Set(words)];
  const place = new Map(dictionary.map((word, code) => [word, code]));
  return { type: "text", codes: Int32Array.from(words, (word) => place.get(word) as number), dictionary };
};
const table = (columns: Readonly<Record<string, Column | undefined>>): Table => {
  const given = Object.entries(columns).flatMap(([name, column]) =>
    column === undefined ? [] : [[name, column] as const],
  );
  const first = given[0]?.[1] as Column;
  return { rows: first.type === "text" ? first.codes.length : first.values.length, columns: new Map(given) };
};
const settings = (task: Task, change: Partial<PredictionSettings> = {}): PredictionSettings => ({
  task,
  groups: null,
  slices: [],
  labels: "required",
  ...change,
});

/** What a version keeps of a file, through a real file and back. */
async function kept(given: Table, as: PredictionSettings): Promise<{ rows: Predictions; columns: string[] } | null> {
  const whole = readPredictions(given, "old.csv", as);
  const cut = keptTable(whole);
  if (cut === null) return null;
  const file = join(folder, `${files++}.parquet`);
  await tables.write(file, "predictions.parquet", cut);
  const rows = readKept(await tables.read(file, "predictions.parquet"), "old.csv", as);
  expect(sameRows(rows, whole)).toBe(true);
  return { rows, columns: [...cut.columns.keys()] };
}
const columnsOf = async (
  task: Task,
  columns: Readonly<Record<string, Column>>,
  change: Partial<PredictionSettings> = {},
) => (await kept(table(columns), settings(task, change)))?.columns;

const truth = numbers([0, 1, 1, 0]);
const scores = numbers([0.25, 0.75, 0.4, 0.1]);

describe("of a version's predictions only what candidates are held against is kept", () => {
  test("no columns to slice by, and no decisions that follow from the scores", async () => {
    const slices = { airport: text(["ATL", "JFK", "ATL", "SFO"]), y_pred: numbers([0, 1, 0, 0]) };
    expect(await columnsOf("binary", { id: numbers([4, 3, 2, 1]), label: truth, proba: scores, ...slices })).toEqual([
      "id",
      "y_true",
      "y_score",
    ]);
    const own = { ...slices, y_pred: numbers([0, 1, 1, 0]) }; // by a threshold of its own
    expect(await columnsOf("binary", { y_true: truth, y_score: scores, ...own })).toEqual([
      "y_true",
      "y_score",
      "y_pred",
    ]);
  });

  test("groups by which group a row is in, weights where the config names them", async () => {
    const given = {
      id: numbers([1, 2, 3, 4]),
      y_true: truth,
      y_score: scores,
      sample_weight: truth,
      day: text(["a", "b", "a", "c"]),
    };
    const asked = { groups: "day", weights: ["sample_weight"] };
    expect(await columnsOf("binary", given, asked)).toEqual(["id", "y_true", "y_score", "sample_weight", "groups.day"]);
    const { rows } = (await kept(table(given), settings("binary", { groups: "day" }))) ?? {};
    expect(rows?.groups).toMatchObject({ column: "day", codes: Int32Array.of(0, 1, 0, 2) });
  });

  test("of columns that checks slice by a hash of each row's value, and of those that are not there nothing", async () => {
    const given = {
      id: numbers([1, 2, 3, 4]),
      y_true: truth,
      y_score: scores,
      kind: text(["a", "b", "a", "__proto__"]),
      size: numbers([7, 7.5, 7, 8]),
    };
    const { rows, columns } = (await kept(table(given), settings("binary", { held: ["kind", "size", "sex"] }))) ?? {};
    expect(columns).toEqual(["id", "y_true", "y_score", "slices.kind", "slices.size"]);
    const [one, two, same] = rows?.held?.get("kind") ?? [];
    expect([one === same, one === two]).toEqual([true, false]);
    const asText = { ...given, size: text(["7", "7.50", "7.0", "8"]) };
    const again = readPredictions(table(asText), "new.csv", settings("binary", { held: ["kind", "size"] }));
    expect(again.held).toEqual(rows?.held);
  });

  test("text ids by their hashes", async () => {
    const of = (...words: string[]) => columnsOf("binary", { id: text(words), y_true: truth, y_score: scores });
    expect(await of("a", "b", "c", "d")).toEqual(["id_hash.low", "id_hash.high", "y_true", "y_score"]);
    expect(await of("7", " 8.0", "c", "d")).toEqual(["id_hash.low", "id_hash.high", "y_true", "y_score"]);
  });

  test("the names of classes that are not 0 and 1, hostile ones too", async () => {
    const names = ["constructor", "__proto__", "\u202E<b>@team", "y".repeat(5_000)];
    const given = {
      y_true: text(names),
      ...Object.fromEntries(names.map((name) => [`y_score.${name}`, numbers([0.25, 0.25, 0.25, 0.25])])),
    };
    expect(await columnsOf("multiclass", given)).toEqual(["y_true", ...names.map((name) => `y_score.${name}`)]);
    expect(await columnsOf("binary", { y_true: text(["dog", "cat", "cat", "dog"]), "y_score.cat": scores })).toEqual([
      "y_true",
      "y_score.cat",
    ]);
  });

  test("lists of labels as a column for each, repeated items as one row, a harness's file as its scores", async () => {
    const lists = {
      y_true: text(['["a","b"]', "[]", '["b"]', '["a"]']),
      y_pred: text(['["a"]', "[]", '["b"]', '["c"]']),
    };
    expect(await columnsOf("multilabel", lists)).toEqual([
      "y_true.a",
      "y_true.b",
      "y_true.c",
      "y_pred.a",
      "y_pred.b",
      "y_pred.c",
    ]);
    const repeated = {
      id: text(["p", "q", "p", "q"]),
      score: numbers([1, 0, 0, 0]),
      "score.tone": numbers([0.1, 0.2, 0.4, 0.6]),
    };
    const { rows, columns } = (await kept(table(repeated), settings("scores"))) ?? {};
    expect(columns).toEqual(["id_hash.low", "id_hash.high", "score.mean_score", "score.tone"]);
    expect(rows?.named).toEqual(
      new Map([
        ["mean_score", Float64Array.of(0.5, 0)],
        ["tone", Float64Array.of(0.25, 0.4)],
      ]),
    );
  });

  test("nothing, where a table cannot say it: then the whole file is", async () => {
    expect(
      await columnsOf("multilabel", { y_true: text(['[""]', '["a"]']), y_pred: text(["[]", '["a"]']) }),
    ).toBeUndefined();
    expect(
      await columnsOf("multiclass", { y_true: text(["\ud800", "\ud801"]), y_pred: text(["\ud800", "\ud800"]) }),
    ).toBeUndefined();
  });
});

test("rows that read back otherwise are told from those that were written", () => {
  const read = (change: Readonly<Record<string, Column>>) =>
    readPredictions(
      table({ id: numbers([1, 2, 3, 4]), y_true: truth, y_score: scores, day: text(["a", "a", "b", "b"]), ...change }),
      "x.csv",
      settings("binary", { groups: "day", weights: ["w"] }),
    );
  const same = (change: Readonly<Record<string, Column>>) => sameRows(read(change), read({}));
  expect(same({})).toBe(true);
  expect(same({ day: text(["x", "x", "y", "y"]) })).toBe(true); // another name, the same groups
  expect(same({ id: numbers([1, 2, 3, 5]) })).toBe(false);
  expect(same({ id: text(["1", "2", "3", "4"]) })).toBe(false);
  expect(same({ y_true: numbers([0, 1, 1, 1]) })).toBe(false);
  expect(same({ y_score: numbers([0.25, 0.75, 0.4, 0.1 + 2 ** -56]) })).toBe(false);
  expect(same({ y_pred: numbers([1, 1, 0, 0]) })).toBe(false);
  expect(same({ w: truth })).toBe(false);
  expect(same({ day: text(["a", "b", "b", "b"]) })).toBe(false);
});

/** A file of predictions and one of a candidate, which share most rows, for a task; everything drawn from a seed. */
interface Case {
  readonly task: Task;
  readonly seed: number;
  readonly rows: number;
  /** Share of the candidate's rows that are new, and whether it left out as many of the old ones. */
  readonly apart: number;
  readonly dropped: boolean;
  readonly ids: "none" | "numbers" | "text" | "numbers and text" | "text and numbers";
  readonly grouped: boolean;
  readonly weighted: boolean;
  /** What scores look like: what a tree, a network or a CSV gives, or all of the candidate's. */
  readonly digits: "double" | "single" | "decimal" | "same";
  readonly relabelled: boolean;
  readonly named: boolean;
}

function drawn(of: Case): { old: Table; candidate: Table; as: PredictionSettings } {
  const source = generator(of.seed);
  const shape = (value: number) =>
    of.digits === "single" ? Math.fround(value) : of.digits === "decimal" ? Math.round(value * 1e4) / 1e4 : value;
  const classes = of.task === "multilabel" ? ["x", "y", "z"] : of.named ? ["cat", "dog", "eel"] : ["0", "1", "2"];
  const begin = Math.floor(of.apart * of.rows);
  const last = begin + of.rows;
  // All that is true of a row, by its number, for both files.
  const facts = Array.from({ length: last }, () => ({
    hidden: Math.floor(source.fraction() * 3),
    value: source.fraction() * 10,
    flags: [0, 1, 2].map((): number => (source.fraction() < 0.4 ? 1 : 0)),
    weight: Math.ceil(source.fraction() * 5) / 4,
    day: Math.floor(source.fraction() * 14),
  }));
  facts.splice(
    begin,
    2,
    ...facts.slice(begin, begin + 2).map((fact, k) => ({ ...fact, hidden: k, flags: [k, 1 - k, k] })),
  ); // never one class alone
  const file = (from: number, to: number, form: string, skill: number): Table => {
    const own = generator(of.digits === "same" ? of.seed + 7 : of.seed + Math.round(1e3 * skill));
    const noise = Array.from({ length: last }, () => [own.fraction(), own.fraction(), own.fraction()] as const);
    const rows = Array.from({ length: to - from }, (_, k) => from + k);
    const fact = (row: number) => facts[row] as (typeof facts)[number];
    const blurred = (row: number, k: number, right: boolean) =>
      shape((0.02 + (right ? skill : 0) + (noise[row]?.[k] as number)) / (1.05 + skill));
    const columns: Record<string, Column | undefined> = {
      id:
        form === "none"
          ? undefined
          : form === "numbers"
            ? numbers(rows.map((row) => 3 * row))
            : text(rows.map((row) => (row % 5 === 0 ? `${3 * row}.0` : `${3 * row}`))),
      day: text(rows.map((row) => `day ${fact(row).day}`)),
      sample_weight: numbers(rows.map((row) => fact(row).weight)),
      seat: text(rows.map((row) => "ABC"[row % 3] as string)),
    };
    const label = (code: number) => classes[code] as string;
    if (of.task === "binary") {
      columns["y_true"] = of.named
        ? text(rows.map((row) => label(fact(row).hidden % 2)))
        : numbers(rows.map((row) => fact(row).hidden % 2));
      columns[of.named ? "y_score.dog" : "y_score"] = numbers(
        rows.map((row) => blurred(row, 0, fact(row).hidden % 2 === 1)),
      );
    } else if (of.task === "multiclass") {
      columns["y_true"] = text(rows.map((row) => label(fact(row).hidden)));
      const raw = rows.map((row) => classes.map((_, k) => blurred(row, k, fact(row).hidden === k)));
      const sums = raw.map((each) => each.reduce((a, b) => a + b));
      classes.forEach((name, k) => {
        columns[`y_score.${name}`] = numbers(raw.map((each, i) => (each[k] as number) / (sums[i] as number)));
      });
      if (of.dropped)
        columns["y_pred"] = text(rows.map((row) => label((fact(row).hidden + (row % 4 === 0 ? 1 : 0)) % 3)));
    } else if (of.task === "multilabel") {
      classes.forEach((name, k) => {
        columns[`y_true.${name}`] = numbers(rows.map((row) => fact(row).flags[k] as number));
        columns[`y_score.${name}`] = numbers(rows.map((row) => blurred(row, k, fact(row).flags[k] === 1)));
      });
    } else if (of.task === "scores") {
      columns["score"] = numbers(rows.map((row) => blurred(row, 0, true)));
      columns["score.tone"] = numbers(rows.map((row) => blurred(row, 1, false)));
    } else {
      columns["y_true"] = numbers(rows.map((row) => (of.task === "ranking" ? fact(row).hidden : fact(row).value)));
      columns[of.task === "ranking" ? "y_score" : "y_pred"] = numbers(
        rows.map((row) => fact(row).value + 3 * blurred(row, 0, false)),
      );
      if (of.task === "regression" && of.named) {
        columns["y_lower"] = numbers(rows.map((row) => fact(row).value - blurred(row, 1, false)));
        columns["y_upper"] = numbers(rows.map((row) => fact(row).value + blurred(row, 2, false)));
        columns["y_naive"] = numbers(rows.map((row) => fact(row).value - 1));
      }
    }
    return table(columns);
  };
  const [ours, theirs] =
    of.ids === "numbers and text"
      ? ["numbers", "text"]
      : of.ids === "text and numbers"
        ? ["text", "numbers"]
        : [of.ids, of.ids];
  const old = file(0, of.rows, ours as string, 0.3);
  const candidate = of.dropped ? file(begin, of.rows, theirs as string, 0.4) : file(begin, last, theirs as string, 0.4);
  if (of.relabelled) {
    const labels = candidate.columns.get("y_true") ?? candidate.columns.get("y_true.x");
    if (labels?.type === "number")
      labels.values[0] = of.task === "regression" ? 77 : 1 - ((labels.values[0] as number) > 0 ? 1 : 0);
    else if (labels?.type === "text") labels.codes[0] = labels.codes[0] === 0 ? 1 : 0;
  }
  const as = settings(of.task, {
    groups: of.grouped || of.task === "ranking" ? "day" : null,
    ...(of.weighted && { weights: ["sample_weight"] }),
  });
  return { old, candidate, as };
}

function verdictOf(candidate: Predictions, stored: Predictions, { task }: Case): Judgement | string {
  const metric = {
    binary: "log_loss",
    multiclass: "log_loss",
    multilabel: "log_loss",
    regression: "rmse",
    ranking: "ndcg@10",
    scores: "mean_score",
  }[task];
  const gates: Gate[] = [
    { metric, "improve-by": 0, severity: "fail", mode: "ci" } as Gate,
    { metric, "margin-rel": 0.02, severity: "fail", mode: "ci" } as Gate,
  ];
  try {
    return judge(
      { candidate, baseline: { stored, fromJob: null }, metrics: [], baselineMetrics: null, sameData: null },
      { task, gates, alpha: 0.05, seed: 5, against: "production v1", noBaseline: null, unchanged: false },
    );
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return `${error.code} ${error.message}`;
  }
}

const anyCase: fc.Arbitrary<Omit<Case, "task">> = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  rows: fc.integer({ min: 40, max: 120 }),
  apart: fc.constantFrom(0, 0, 0.02, 0.3),
  dropped: fc.boolean(),
  ids: fc.constantFrom("none", "numbers", "text", "numbers and text", "text and numbers"),
  grouped: fc.boolean(),
  weighted: fc.boolean(),
  digits: fc.constantFrom("double", "single", "decimal", "same"),
  relabelled: fc.boolean(),
  named: fc.boolean(),
});
const plain = { seed: 1, rows: 60, apart: 0, dropped: false, ids: "text", relabelled: false, named: true } as const;
const alike = { ...plain, grouped: true, weighted: true, digits: "double" } as const;

test.each(["binary", "multiclass", "multilabel", "regression", "ranking", "scores"] as const)(
  "a candidate of task %s has the same verdict against what is kept as against the whole file, to the last digit",
  async (task) => {
    const held = async (of: Case) => {
      const { old, candidate, as } = drawn(of);
      const read = readPredictions(candidate, "new.csv", as);
      const whole = verdictOf(read, readPredictions(old, "old.csv", { ...as, labels: "optional" }), of);
      const short = verdictOf(read, ((await kept(old, as)) as { rows: Predictions }).rows, of);
      expect(short).toEqual(whole);
      return typeof whole === "string" ? whole : whole.pairing.mode;
    };
    expect(await held({ task, ...alike })).toBe("paired");
    expect(await held({ task, ...alike, apart: 0.3 })).toBe("unpaired");
    await fc.assert(
      fc.asyncProperty(anyCase, async (of) => void (await held({ task, ...of }))),
      { numRuns: 40 },
    );
  },
  30_000,
);
