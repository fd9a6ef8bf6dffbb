import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Case, judged } from "./scikit-learn-case.ts";

/** Random data that scikit-learn judged as well; `scikit-learn.py` makes the file. */
const file = JSON.parse(readFileSync(join(import.meta.dirname, "scikit-learn.json"), "utf8"));
describe.each(["binary", "multiclass", "regression", "ranking"] as const)("scikit-learn's figures, %s", (task) => {
  const one: Case = file[task];

  test.each(task === "ranking" ? (["plain"] as const) : (["plain", "weighted"] as const))("%s", (how) => {
    const { names, statistics } = judged(task, one, how === "weighted", 1);
    names.forEach((name, i) => {
      const expected = one.expected[name]?.[how] as number;
      expect(Math.abs((statistics.values[i] as number) - expected), `${name} ${expected}`).toBeLessThan(
        1e-9 * Math.max(1, Math.abs(expected)),
      );
    });
  });

  test.runIf(task !== "ranking")("a weight of 2 is the row twice, a weight of 0 is no row", () => {
    const weight = (one.columns["weight"] as number[]).map((_, row) => row % 3);
    const twice = Object.fromEntries(
      Object.entries(one.columns).map(([name, values]) => [
        name,
        values.flatMap((value, row) => Array(row % 3).fill(value)),
      ]),
    );
    const weighted = judged(task, { ...one, columns: { ...one.columns, weight } }, true, 1);
    const repeated = judged(task, { ...one, columns: twice }, false, 1);
    weighted.names.forEach((name, i) => {
      const value = repeated.statistics.values[i] as number;
      if (name === "max_error") return; // one row decides it, whatever it weighs
      expect(Math.abs((weighted.statistics.values[i] as number) - value), name).toBeLessThan(1e-9 * Math.max(1, value));
    });
  });

  test.runIf(task !== "ranking").each([50, 450])("weighing %d units alike changes nothing", (units) => {
    const count = Math.min(units, one.columns["y_true"]?.length as number);
    const { names, statistics } = judged(task, one, true, count);
    const again = statistics.at(new Float64Array(count).fill(2));
    names.forEach((name, i) => {
      if (name === "max_error") return;
      expect(Math.abs((again[i] as number) - (statistics.values[i] as number)), name).toBeLessThan(
        1e-9 * Math.max(1, Math.abs(again[i] as number)),
      );
    });
  });
});
