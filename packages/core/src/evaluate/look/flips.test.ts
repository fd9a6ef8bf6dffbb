import { expect, test } from "vitest";
import type { Factor } from "../rows/factor.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { confusion } from "./confusion.ts";
import { flips } from "./flips.ts";

const text = (codes: readonly number[], dictionary: readonly string[]) =>
  ({ type: "text", codes: Int32Array.from(codes), dictionary }) as const;

function side(
  task: JudgedRows["task"],
  labels: readonly number[],
  scores: readonly number[],
  classes: readonly string[] = task === "binary" ? ["0", "1"] : [],
): JudgedRows {
  const rows = labels.length;
  const width = task === "multiclass" ? classes.length : 1;
  const decided = (row: number) =>
    task === "binary"
      ? (scores[row] as number) >= 0.5
        ? 1
        : 0
      : classes.reduce(
          (best, _, k) => ((scores[row * width + k] ?? 0) > (scores[row * width + best] ?? 0) ? k : best),
          0,
        );
  return {
    task,
    rows,
    classes,
    labels: Float64Array.from(labels),
    scores: Float64Array.from(scores),
    decisions: classes.length === 0 ? null : Int32Array.from({ length: rows }, (_, row) => decided(row)),
    weights: null,
    extra: {},
    groups: null,
  };
}
const origin: Factor = { column: "origin", codes: Int32Array.of(0, 0, 1, 1, 1), values: ["ATL", "constructor"] };

test("rows that flipped are counted by who was right, by slice, and named", () => {
  const candidate = { ...side("binary", [1, 0, 1, 1, 0], [0.9, 0.1, 0.2, 0.8, 0.3]), slices: [origin] };
  const baseline = side("binary", [1, 0, 1, 1, 0], [0.4, 0.7, 0.6, 0.9, 0.2]);
  const ids = text([0, 1, 2, 3, 4], ["a", "<b>", "c", "d", "e"]);
  const found = flips({ candidate, baseline, goal: "maximize", ids, kept: null });
  expect(found).toMatchObject({ by: "decision", candidateRight: 2, baselineRight: 1 });
  expect(found?.slices).toEqual([
    { column: "origin", value: "ATL", rows: 2, candidateRight: 2, baselineRight: 0 },
    { column: "origin", value: "constructor", rows: 3, candidateRight: 0, baselineRight: 1 },
  ]);
  expect(found?.examples?.map(({ id, better }) => [id, better])).toEqual([
    ["<b>", "candidate"], // changed by 0.6
    ["a", "candidate"], // by 0.5
    ["c", "baseline"],
  ]);
  expect(found?.examples?.[2]).toEqual({
    id: "c",
    slices: [{ column: "origin", value: "constructor" }],
    truth: "1",
    candidate: { score: 0.2, decision: "0" },
    baseline: { score: 0.6, decision: "1" },
    better: "baseline",
  });
});

test("without ids a row is known by its place in the file, also where rows were left out", () => {
  const candidate = { ...side("binary", [1, 1], [0.9, 0.9]), slices: [] };
  const baseline = side("binary", [1, 1], [0.9, 0.1]);
  expect(
    flips({ candidate, baseline, goal: "maximize", ids: null, kept: Uint32Array.of(3, 9) })?.examples?.[0]?.id,
  ).toBe("row 10");
});

test("of predictions the closer one counts, of scores the better one", () => {
  const rows = (task: "regression" | "scores", scores: readonly number[]) => side(task, [10, 10, 10], scores);
  const compared = (task: "regression" | "scores", goal: "maximize" | "minimize" = "maximize") =>
    flips({
      candidate: { ...rows(task, [11, 14, 10]), slices: [] },
      baseline: rows(task, [8, 13, 10]),
      goal,
      ids: null,
      kept: null,
    });
  expect(compared("regression")).toMatchObject({ by: "error", candidateRight: 1, baselineRight: 1 });
  expect(compared("scores")).toMatchObject({ by: "score", candidateRight: 2, baselineRight: 0 });
  expect(compared("scores", "minimize")).toMatchObject({ by: "score", candidateRight: 0, baselineRight: 2 });
});

test("twenty rows are named at most, half for each side where both have as many, and fifty slices", () => {
  const rows = 400;
  const labels = Array.from({ length: rows }, () => 1);
  const many: Factor = {
    column: "id",
    codes: Int32Array.from({ length: rows }, (_, row) => row),
    values: labels.map((_, row) => `v${row}`),
  };
  const scores = (right: (row: number) => boolean) => labels.map((_, row) => (right(row) ? 0.5 + row / 1000 : 0.2));
  const against = (right: (row: number) => boolean) =>
    flips({
      candidate: { ...side("binary", labels, scores(right)), slices: [many] },
      baseline: side(
        "binary",
        labels,
        scores((row) => !right(row)),
      ),
      goal: "maximize",
      ids: null,
      kept: null,
    });
  const found = against((row) => row % 2 === 0);
  expect(found?.slices).toHaveLength(50);
  const sides = found?.examples?.map(({ better }) => better) ?? [];
  expect([sides.length, sides.filter((better) => better === "candidate").length]).toEqual([20, 10]);
  expect(against((row) => row > 2)?.examples?.filter(({ better }) => better === "candidate")).toHaveLength(17);
});

test("decisions stand against the truth, row by class", () => {
  const ours = side("multiclass", [0, 1, 1, 2], [1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1], ["a", "b", "c"]);
  const theirs = side("multiclass", [0, 1, 1, 2], [1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0], ["a", "b", "c"]);
  expect(confusion(ours, theirs)).toEqual({
    classes: ["a", "b", "c"],
    candidate: [
      [1, 0, 0],
      [1, 1, 0],
      [0, 0, 1],
    ],
    baseline: [
      [1, 0, 0],
      [0, 2, 0],
      [0, 1, 0],
    ],
    pairs: [],
  });
  expect(confusion(side("regression", [1], [2]), null)).toBeNull();
});

test("of a hundred classes the pairs are listed that are confused most", () => {
  const classes = Array.from({ length: 100 }, (_, k) => `class ${k}`);
  const labels = Array.from({ length: 300 }, (_, row) => row % 100);
  const one = (k: number) => classes.map((_, place) => (place === k ? 1 : 0));
  const decided = (row: number) => (row % 100 === 7 ? 8 : row % 100 === 9 && row < 200 ? 10 : row % 100);
  const scores = labels.flatMap((_, row) => one(decided(row)));
  expect(confusion(side("multiclass", labels, scores, classes), null)).toEqual({
    classes: [],
    candidate: [],
    baseline: null,
    pairs: [
      { truth: "class 7", decided: "class 8", candidate: 3, baseline: null },
      { truth: "class 9", decided: "class 10", candidate: 2, baseline: null },
    ],
  });
});
