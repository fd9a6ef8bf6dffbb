import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { groupNoun } from "../../group-noun.ts";
import { estimateText, intervalText } from "./interval.ts";
import { metricName, metricTitle, unitSuffix } from "./metric-name.ts";
import { count, counted, decimalsOf, fixed, levelText, percent, plainNumber, signed } from "./number.ts";
import { byteSize } from "./size.ts";
import { intervalSketch } from "./sketch.ts";

describe("numbers", () => {
  test.each<[number, [number, number] | null, number]>([
    [-0.0056, [-0.0088, -0.0026], 4],
    [0.679, [0.66, 0.698], 3],
    [12.41, [11.9, 12.96], 1],
    [1_234.5, [1_200, 1_260], 0],
    [0.4812, null, 4],
    [0, [0, 0], 4],
    [1e-12, [1e-13, 2e-12], 8],
  ])("%d with %j gets %d decimals", (value, interval, decimals) => expect(decimalsOf(value, interval)).toBe(decimals));

  test("an end that lies off the limit is never written as the limit", () => {
    expect(decimalsOf(0.0012, [-0.00001, 0.003], 0)).toBe(5);
    fc.assert(
      fc.property(
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: 1e-3, max: 1, noNaN: true }),
        (middle, half) => {
          const interval: [number, number] = [middle - half, middle + half];
          const decimals = decimalsOf(middle, interval, 0);
          for (const end of interval)
            if (Math.abs(end) > half * 1e-3) expect(Number(end.toFixed(decimals))).not.toBe(0);
        },
      ),
    );
  });

  test.each<[string, string]>([
    [fixed(-0.0056, 4), "−0.0056"],
    [fixed(-0.00001, 3), "0.000"],
    [fixed(508_120, 0), "508,120"],
    [fixed(-1_234_567.891, 2), "−1,234,567.89"],
    [fixed(Number.NaN, 2), "–"],
    [fixed(Number.NEGATIVE_INFINITY, 2), "−∞"],
    [signed(0.002, 3), "+0.002"],
    [signed(0.00001, 3), "0.000"],
    [percent(0.121), "12.1\u00a0%"],
    [percent(0.004), "0.40\u00a0%"],
    [percent(1), "100\u00a0%"],
    [levelText(0.95), "95\u00a0%"],
    [levelText(1 - 1 / 52), "98.1\u00a0%"],
    [count(999), "999"],
    [counted(1, "row"), "1 row"],
    [counted(0, "row"), "0 rows"],
    [plainNumber(0.1), "0.1"],
    [plainNumber(12.3456), "12.35"],
    [plainNumber(116_524), "116,524"],
    [intervalText([-0.0088, -0.0026], 4), "[−0.0088, −0.0026]"],
    [intervalText([-0.001, 0.005], 3, true), "[−0.001, +0.005]"],
    [estimateText({ value: 0.679, interval: [0.66, 0.698] }, 3), "0.679 [0.660, 0.698]"],
    [byteSize(228_400), "228 kB"],
    [byteSize(1_020_000_000), "1.02 GB"],
    [byteSize(999), "999 B"],
    [byteSize(999_999), "1.00 MB"],
  ])("%s", (written, expected) => expect(written).toBe(expected));
});

describe("names", () => {
  test.each<[string, string]>([
    [metricTitle("log_loss"), "Log loss"],
    [metricName("roc_auc"), "ROC-AUC"],
    [metricTitle("ndcg_10"), "NDCG@10"],
    [metricTitle("top_5_hits"), "Top 5 hits"],
    [metricTitle("roc_auc_macro"), "Macro ROC-AUC"],
    [metricTitle("f1_micro"), "Micro F1"],
    [metricTitle("macro_f1"), "Macro F1"],
    [metricName("precision_weighted"), "weighted precision"],
    [metricName("macro_"), "macro "],
    [metricName("constructor"), "constructor"],
    [unitSuffix("minutes"), "\u00a0minutes"],
    [unitSuffix("nats"), ""],
    [groupNoun("date", 31), "days"],
    [groupNoun("store_id", 2), "stores"],
    [groupNoun("city", 2), "cities"],
    [groupNoun("x", 1), "group"],
    [groupNoun("sex", 2), "sexes"],
    [groupNoun("branch_id", 2), "branches"],
    [groupNoun(null, 2), "rows"],
  ])("%s", (written, expected) => expect(written).toBe(expected));
});

describe("the sketch of an interval", () => {
  const sketch = (lower: number, value: number, upper: number, limit: number | null) =>
    intervalSketch({ value, interval: [lower, upper] }, limit).replaceAll("\u00a0", " ");

  test.each<[string, string]>([
    [sketch(-0.0088, -0.0056, -0.0026, 0), " ├───●───┤   ┊ "],
    [sketch(0.66, 0.679, 0.698, 0.6), " ┊      ├──●─┤ "],
    [sketch(-0.0044, -0.001, 0.0019, 0), " ├─────●─┼───┤ "],
    [sketch(0.5, 0.5, 0.5, 0), " ┊          ├●┤"],
  ])("%s", (drawn, expected) => expect(drawn).toBe(expected));

  test("says what the numbers say: always fifteen characters, the dot between the ends, the limit on its own side", () => {
    const number = fc.double({ min: -100, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.array(number, { minLength: 3, maxLength: 3 }), number, (values, limit) => {
        const [lower = 0, value = 0, upper = 0] = values.sort((a, b) => a - b);
        const drawn = sketch(lower, value, upper, limit);
        expect(drawn).toHaveLength(15);
        const [left, dot, right, mark] = ["├", "●", "┤", "┊"].map((sign) => drawn.indexOf(sign)) as [
          number,
          number,
          number,
          number,
        ];
        expect(dot).toBeGreaterThan(-1);
        if (left >= 0) expect(left).toBeLessThan(dot);
        if (right >= 0) expect(dot).toBeLessThan(right);
        if (limit < lower) expect(mark).toBeLessThan(left);
        if (limit < lower || limit > upper) expect(mark).toBeGreaterThan(-1);
        if (limit > upper) expect(mark).toBeGreaterThan(right);
      }),
      { numRuns: 1_000 },
    );
  });
});
