import { expect, test } from "vitest";
import type { Column, Table } from "../data/table.ts";
import type { Sha256 } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import { aDigest, aRoot } from "../testing/index.ts";
import { CurrentScores, readHandedScores } from "./current-scores.ts";

const numbers = (values: readonly number[]): Column => ({
  type: "number",
  values: Float64Array.from(values),
  nulls: null,
});
const table = (ids: readonly number[], scores: readonly number[]): Table => ({
  rows: ids.length,
  columns: new Map([
    ["id", numbers(ids)],
    ["y_score", numbers(scores)],
    ["day", numbers(ids)],
  ]),
});

const looked = [{ path: "incoming/today.csv", digest: aDigest("7") }];
const document = (change: object = {}) =>
  CurrentScores.parse({
    kind: "trainyard.current-scores/v1",
    model: "toy",
    version: 3,
    rootDigest: aRoot,
    current: looked,
    rows: 3,
    predictions: { path: "predictions.csv", size: 10, digest: aDigest("8") },
    at: "2026-01-01T00:00:00Z",
    ...change,
  });
const live = { model: "toy", version: 3, rootDigest: aRoot as Sha256 };
const read = (change: object = {}, rows: Table = table([1, 2, 3], [0.1, 0.2, 0.3])) =>
  readHandedScores({ document: document(change), file: "/somewhere" }, live, "binary", looked, {
    tables: { read: async () => rows, write: () => Promise.reject(new Error("not here")) },
  });
const refusal = async (promise: Promise<unknown>): Promise<unknown[]> => {
  const error = await promise.catch((error: unknown) => error);
  if (!(error instanceof TrainyardError)) throw new Error("it was taken");
  return [error.code, (error.details as { field?: string }).field];
};

test("scores of the live version, of the rows that are looked at, are taken: ids and answers, nothing else", async () => {
  const scores = await read();
  expect([scores.rows, [...scores.columns.keys()]]).toEqual([3, ["id", "y_score"]]);
});

test.each([
  ["another model's", { model: "other" }, "the model"],
  ["another version's", { version: 2 }, "the version that scored"],
  ["the same number's with other files", { rootDigest: aDigest("5") }, "the digest of its files"],
  ["those of other rows", { current: [{ path: "incoming/today.csv", digest: aDigest("6") }] }, "the rows scored"],
  ["more or fewer than are said", { rows: 4 }, "the number of rows"],
])("%s are refused", async (_, change, field) => {
  expect(await refusal(read(change))).toEqual(["SCORES_FOREIGN", field]);
});

test.each([
  ["a score that is no number", table([1, 2, 3], [0.1, Number.NaN, 0.3]), "VALUE_NOT_FINITE"],
  ["a score beyond a probability", table([1, 2, 3], [0.1, 1.5, 0.3]), "SCORE_RANGE"],
  ["an id that comes twice", table([1, 2, 2], [0.1, 0.2, 0.3]), "ID_DUPLICATE"],
  ["no ids", { rows: 3, columns: new Map([["y_score", numbers([0.1, 0.2, 0.3])]]) }, "COLUMN_MISSING"],
  ["no scores", { rows: 3, columns: new Map([["id", numbers([1, 2, 3])]]) }, "COLUMNS_MISSING"],
])("%s is refused", async (_, rows, code) => {
  expect((await refusal(read({}, rows as Table)))[0]).toBe(code);
});
