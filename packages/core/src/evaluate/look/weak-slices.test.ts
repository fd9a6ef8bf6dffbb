import { describe, expect, test } from "vitest";
import { generator } from "../../statistics/generator.ts";
import type { Factor } from "../rows/factor.ts";
import type { JudgedRows } from "../rows/predictions.ts";
import { weakSlices } from "./weak-slices.ts";

interface Made {
  readonly rows?: number;
  readonly seed?: number;
  /** Rows of one group, one after the other; null: rows are independent. */
  readonly perGroup?: number | null;
  /** How far a group moves the scores of all its rows. */
  readonly groupNoise?: number;
  /** Rows whose score says nothing. */
  readonly blind?: (values: readonly number[]) => boolean;
}

const COLUMNS = [4, 3, 6, 2, 10];
const codesOf = (columns: readonly Factor[], row: number) => columns.map(({ codes }) => codes[row] as number);

/** Rows of five columns to look into, which have nothing to do with the score unless `blind` says so. */
function made({ rows = 2_000, seed = 1, perGroup = null, groupNoise = 0, blind = () => false }: Made = {}) {
  const source = generator(seed);
  const slices = COLUMNS.map(
    (count, k): Factor => ({
      column: `c${k}`,
      codes: Int32Array.from({ length: rows }, () => source.below(count)),
      values: Array.from({ length: count }, (_, v) => `v${v}`),
    }),
  );
  const [labels, scores] = [new Float64Array(rows), new Float64Array(rows)];
  let shift = 0;
  for (let row = 0; row < rows; row++) {
    if (perGroup !== null && row % perGroup === 0) shift = groupNoise * (source.fraction() - 0.5);
    const chance = source.fraction();
    labels[row] = source.fraction() < chance ? 1 : 0;
    const seen = blind(codesOf(slices, row)) ? 1 - chance : chance + shift;
    scores[row] = Math.min(0.98, Math.max(0.02, seen));
  }
  const groups: Factor | null =
    perGroup === null
      ? null
      : {
          column: "day",
          codes: Int32Array.from({ length: rows }, (_, row) => Math.floor(row / perGroup)),
          values: Array.from({ length: Math.ceil(rows / perGroup) }, (_, day) => String(day)),
        };
  const side: JudgedRows = {
    task: "binary",
    rows,
    classes: ["0", "1"],
    labels,
    scores,
    decisions: Int32Array.from(scores, (score) => (score >= 0.5 ? 1 : 0)),
    weights: null,
    extra: {},
    groups,
  };
  return { ...side, slices };
}

const score = { name: "mean_score", goal: "maximize" } as const;
const searched = (made_: ReturnType<typeof made>, baseline: JudgedRows | null = null, seed = 1) =>
  weakSlices({ candidate: made_, baseline, score, alpha: 0.05, seed });

describe("a weak slice", () => {
  test("of one column is found and confirmed, with what it costs elsewhere", () => {
    const found = searched(made({ rows: 4_000, blind: ([first]) => first === 2 }));
    expect(found?.confirmed).toHaveLength(1);
    const [slice] = found?.confirmed ?? [];
    expect(slice).toMatchObject({ where: [{ column: "c0", value: "v2" }], than: "elsewhere" });
    expect(slice?.candidate).toBeGreaterThan(1.5 * (slice?.other ?? 0));
    expect(slice?.rows).toBeGreaterThan(900);
  });

  test("of two columns is found as both, not as one of them", () => {
    const found = searched(made({ rows: 8_000, blind: ([first, second]) => first === 2 && second === 1 }));
    expect(found?.confirmed.map(({ where }) => where)).toEqual([
      [
        { column: "c0", value: "v2" },
        { column: "c1", value: "v1" },
      ],
    ]);
  });

  test("in which only the candidate is weak is held against the baseline too", () => {
    const [candidate, baseline] = [made({ rows: 4_000, blind: ([, , third]) => third === 5 }), made({ rows: 4_000 })];
    const found = searched(candidate, baseline);
    expect(found?.confirmed.map(({ than, where }) => [than, where[0]?.value])).toEqual([
      ["elsewhere", "v5"],
      ["baseline", "v5"],
    ]);
  });

  test("is none where the candidate loses alike on all rows", () => {
    const [candidate, baseline] = [made({ rows: 4_000, blind: () => true }), made({ rows: 4_000 })];
    expect(searched(candidate, baseline)?.confirmed).toEqual([]);
  });

  test("of a regression is shown as an RMSE, of scores as their mean", () => {
    const rows = made({ rows: 4_000, blind: ([first]) => first === 2 });
    const numeric = { ...rows, classes: [], decisions: null };
    expect(searched({ ...numeric, task: "regression" })).toMatchObject({ metric: "rmse" });
    const low = numeric.slices[0]?.codes.map((code) => (code === 1 ? 1 : 0)) as Int32Array;
    const scores = Float64Array.from(low, (isLow, row) => (rows.scores?.[row] as number) - isLow);
    const found = searched({ ...numeric, task: "scores", labels: null, scores });
    expect(found).toMatchObject({ metric: "mean_score", confirmed: [{ where: [{ column: "c0", value: "v1" }] }] });
    expect(found?.confirmed[0]?.candidate).toBeLessThan(found?.confirmed[0]?.other ?? 0);
    const rude = { name: "toxicity", goal: "minimize" } as const; // where less is better, the low scores are no weakness
    const candidate = { ...numeric, task: "scores" as const, labels: null, scores };
    const weak = weakSlices({ candidate, baseline: null, score: rude, alpha: 0.05, seed: 1 });
    expect(weak?.metric).toBe("toxicity");
    expect(weak?.confirmed.every(({ where }) => where[0]?.value !== "v1")).toBe(true);
  });

  test("is not looked for in a ranking, without columns, on few rows, or in fewer than twenty groups", () => {
    const rows = made();
    expect(searched({ ...rows, task: "ranking" })).toBeNull();
    expect(searched({ ...rows, slices: [] })).toBeNull();
    expect(searched(made({ rows: 50 }))).toBeNull();
    expect(searched(made({ rows: 1_900, perGroup: 100 }))).toBeNull();
  });

  test("has one row in twenty at least, and a name of any length is cut", () => {
    const rows = made({ rows: 4_000, blind: ([, , , , last]) => last === 0 });
    const rare = rows.slices.map((factor) => ({
      ...factor,
      values: factor.values.map((value) => value + "<b>".repeat(2_000)),
    }));
    const found = searched({ ...rows, slices: rare });
    expect(found?.confirmed.every(({ rows: size }) => size >= 200)).toBe(true);
    expect(found?.confirmed[0]?.where[0]?.value).toHaveLength(300);
  });
});

describe("where there is no weak slice", () => {
  const falseAlarms = (change: Made, repetitions: number) => {
    let alarms = 0;
    for (let seed = 1; seed <= repetitions; seed++) {
      const rows = made({ ...change, seed });
      const baseline = made({ ...change, seed }).scores?.map((score) => Math.min(0.98, Math.max(0.02, score)));
      const noise = generator(seed + 10_000);
      const other = baseline?.map((score) => Math.min(0.98, Math.max(0.02, score + 0.1 * (noise.fraction() - 0.5))));
      const blurred = rows.scores?.map((score) =>
        Math.min(0.98, Math.max(0.02, score + 0.1 * (noise.fraction() - 0.5))),
      );
      const candidate = { ...rows, scores: blurred as Float64Array };
      const found = searched(candidate, { ...rows, scores: other as Float64Array }, seed);
      if ((found?.confirmed.length ?? 0) > 0) alarms++;
    }
    return alarms / repetitions;
  };
  // 5 % and three standard errors of 400 repetitions.
  const MOST = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / 400);

  test("rows are seldom said to hold one", () => expect(falseAlarms({ rows: 600 }, 400)).toBeLessThan(MOST));
  test("nor groups whose rows move together", () =>
    expect(falseAlarms({ rows: 1_200, perGroup: 30, groupNoise: 0.6 }, 400)).toBeLessThan(MOST));
});
