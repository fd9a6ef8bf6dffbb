import { describe, expect, test } from "vitest";
import { Gate } from "../../config/config.ts";
import type { Column } from "../../data/table.ts";
import { generator } from "../../statistics/generator.ts";
import { readPredictions } from "../rows/predictions.ts";
import { judge } from "./judge.ts";

const numbers = (values: ArrayLike<number>): Column => ({
  type: "number",
  values: Float64Array.from(values),
  nulls: null,
});

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => `${prefix}${at}`);

/** 2,000 rows of four hubs; at `hub` the candidate's scores carry so much more noise than the baseline's. */
function sides({ at = "ATL", noise = 0, hubs = ["ATL", "BOS", "DEN", "SEA"], rows = 2_000 } = {}) {
  const source = generator(5);
  const codes = Int32Array.from({ length: rows }, (_, row) => row % hubs.length);
  const hidden = Float64Array.from({ length: rows }, () => source.fraction());
  const truth = hidden.map((chance) => (source.fraction() < chance ? 1 : 0));
  const blurred = (by: (row: number) => number) =>
    hidden.map((chance, row) => Math.min(0.98, Math.max(0.02, chance + by(row) * (source.fraction() - 0.5))));
  const theirs = blurred(() => 0.3);
  const ours = theirs.map((score, row) =>
    hubs[codes[row] as number] === at
      ? Math.min(0.98, Math.max(0.02, score + noise * (source.fraction() - 0.5)))
      : score,
  );
  const read = (scores: Float64Array, slices: string[]) => {
    const columns: Record<string, Column> = {
      id: numbers(Float64Array.from({ length: rows }, (_, row) => row)),
      y_true: numbers(truth),
      y_score: numbers(scores),
      origin: { type: "text", codes, dictionary: hubs },
    };
    const settings = { task: "binary", groups: null, slices, labels: "required" } as const;
    return readPredictions({ rows, columns: new Map(Object.entries(columns)) }, "p.csv", settings);
  };
  return { candidate: read(ours, ["origin"]), stored: read(theirs, []) };
}

function judged(made: ReturnType<typeof sides>, gate: object, change: { first?: boolean } = {}) {
  const { candidate, stored } = made;

  return judge(
    {
      candidate,
      baseline: change.first ? null : { stored, fromJob: null },
      metrics: [],
      baselineMetrics: null,
      sameData: true,
    },
    {
      task: "binary",
      gates: [Gate.parse({ metric: "log_loss", slices: ["origin"], ...gate })],
      alpha: 0.05,
      seed: 7,
      against: "production v1",
      noBaseline: change.first ? "never-held" : null,
      unchanged: false,
    },
  );
}

const sliceCheck = (found: ReturnType<typeof judge>) => found.checks.find(({ id }) => id === "log_loss-worse-in-slice");

describe("a gate's slices", () => {
  test("one hub that is surely worse fails the model whose average passes", () => {
    const found = judged(sides({ noise: 0.9 }), { margin: 0.09 });
    expect(found.checks[0]).toMatchObject({ id: "log_loss-worse", status: "pass" });
    expect(sliceCheck(found)).toMatchObject({
      status: "fail",
      actual: 1,
      rule: "log_loss worse than production v1 by more than 0.09 for no origin",
      reason: "significantly worse by more than 0.09 for origin = ATL; 4 tested",
    });
    expect(found.verdict).toBe("fail");
  });

  test("a loss that is the same in every row of a slice is certain, not too small to tell", () => {
    const rows = 400;
    const hub = Int32Array.from({ length: rows }, (_, row) => row % 2);
    const read = (decided: (row: number) => number, slices: string[]) => {
      const ids = Array.from({ length: rows }, (_, row) => row);
      const columns = new Map<string, Column>([
        ["id", numbers(ids)],
        ["y_true", numbers(ids.map((row) => (row >> 1) % 2))],
        ["y_pred", numbers(ids.map(decided))],
        ["origin", { type: "text", codes: hub, dictionary: ["ATL", "BOS"] }],
      ]);
      const settings = { task: "binary", groups: null, slices, labels: "required" } as const;
      return readPredictions({ rows, columns }, "p.csv", settings);
    };
    const truth = (row: number) => (row >> 1) % 2;
    const made = {
      candidate: read((row) => (row % 2 === 0 ? 1 - truth(row) : truth(row)), ["origin"]),
      stored: read(truth, []),
    };
    const found = judged(made, { metric: "accuracy", margin: 0.9 });
    expect(found.checks.find(({ id }) => id === "accuracy-worse-in-slice")).toMatchObject({
      status: "fail",
      reason: "significantly worse by more than 0.9 for origin = ATL; 2 tested",
    });
  });

  test("a loss within the margin is none, and neither is one that chance explains", () => {
    const noisy = sides({ noise: 0.9 });
    expect(sliceCheck(judged(noisy, { margin: 0.5 }))).toMatchObject({ status: "pass", actual: 0 });
    expect(sliceCheck(judged(sides({ noise: 0.02 }), { margin: 0 }))).toMatchObject({
      status: "pass",
      reason: "significantly worse in none of 4 tested",
    });
  });

  test("a gate's own level is that of its slices", () => {
    const noisy = sides({ noise: 0.9 });
    expect(sliceCheck(judged(noisy, { margin: 0.09 }))?.status).toBe("fail");
    expect(sliceCheck(judged(noisy, { margin: 0.09, alpha: 1e-6 }))?.status).toBe("pass");
  });

  test("a column of which no value can be told passes nothing beside one that can: values of the groups column never can", () => {
    const rows = 2_000;
    const source = generator(9);
    const truth = Float64Array.from({ length: rows }, () => (source.fraction() < 0.5 ? 1 : 0));
    const side = (noise: number) => {
      const columns: Record<string, Column> = {
        id: numbers(Float64Array.from({ length: rows }, (_, row) => row)),
        y_true: numbers(truth),
        y_score: numbers(truth.map((label) => 0.25 + label / 2 + noise * (source.fraction() - 0.5))),
        site: { type: "text", codes: Int32Array.from(truth, (_, row) => row % 40), dictionary: names("s", 40) },
        sex: {
          type: "text",
          codes: Int32Array.from(truth, (_, row) => Math.floor(row / 40) % 2),
          dictionary: ["f", "m"],
        },
      };
      const settings = { task: "binary", groups: "site", slices: ["sex", "site"], labels: "required" } as const;
      return readPredictions({ rows, columns: new Map(Object.entries(columns)) }, "p.csv", settings);
    };
    const found = (slices: string[]) =>
      sliceCheck(judged({ candidate: side(0.21), stored: side(0.2) }, { margin: 0.05, slices }));
    expect(found(["sex"])).toMatchObject({
      status: "pass",
      reason: "significantly worse by more than 0.05 in none of 2 tested",
    });
    expect(found(["sex", "site"])?.status).toBe("inconclusive");
    expect(found(["sex", "site"])?.reason).toMatch(
      /^no value of site has rows enough to tell: each site is one group; significantly worse by more than 0.05 in none of 2 tested, 40 too small/,
    );
  });

  test("what only warns does not decide", () => {
    const found = judged(sides({ noise: 0.9 }), { margin: 0.09, severity: "warn" });
    expect([sliceCheck(found)?.status, found.verdict]).toEqual(["fail", "pass"]);
  });

  test("nothing passes that was not tested: no baseline, slices too small, a metrics file", () => {
    expect(sliceCheck(judged(sides(), { margin: 0.1 }, { first: true }))?.status).toBe("skipped");
    const hubs = Array.from({ length: 100 }, (_, hub) => `H${hub}`);
    expect(sliceCheck(judged(sides({ hubs, rows: 1_000 }), { margin: 0.1 }))).toMatchObject({
      status: "inconclusive",
      reason: "no value of origin has rows enough to tell",
    });
    const reported = { name: "log_loss", value: 0.5, goal: null, split: null, unit: null };
    const points = judge(
      { candidate: null, baseline: null, metrics: [reported], baselineMetrics: [reported] },
      {
        ...{ task: "binary", alpha: 0.05, seed: 1, against: "v1", noBaseline: null, unchanged: false },
        gates: [Gate.parse({ metric: "log_loss", margin: 0.1, slices: ["origin"] })],
      },
    );
    expect(sliceCheck(points)).toMatchObject({ status: "inconclusive" });
  });

  test("what is too small to tell is counted and named, and so in the report", () => {
    const made = sides({ noise: 0.02, hubs: ["ATL", "BOS"], rows: 200 });
    const codes = Int32Array.from({ length: 200 }, (_, row) => (row < 29 ? 2 : row === 29 ? 3 : row % 2));
    const origin = { column: "origin", codes, values: ["ATL", "BOS", "@minority", "one"] };
    const found = judged({ ...made, candidate: { ...made.candidate, slices: [origin] } }, { margin: 0.1 });
    expect(sliceCheck(found)).toMatchObject({
      status: "pass",
      reason:
        "significantly worse by more than 0.1 in none of 2 tested, 2 too small (origin = @minority, origin = one)",
    });
    expect(found.smallSlices).toMatchObject({ least: 30, values: 2, rows: 30 });
  });

  test("an absolute standard has no slices to hold against", () => {
    const { error } = Gate.safeParse({ metric: "roc_auc", min: 0.6, slices: ["origin"] });
    expect(error?.issues[0]?.message).toContain("slices go with improve-by, margin or margin-rel");
  });
});
