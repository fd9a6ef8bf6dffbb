import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { ensureVenv } from "../../examples/flight-delays/setup.mjs";
import type { Task } from "../../packages/core/src/config/task.ts";
import { type Generator, generator } from "../../packages/core/src/statistics/generator.ts";
import { type Case, judged } from "./scikit-learn-case.ts";

/** scikit-learn itself as the oracle: fresh data every time, judged by the example's Python. The seed stands in what fails. */
const seed = Date.now() % 2 ** 31;
const ROOT = join(import.meta.dirname, "../..");

const normal = (source: Generator) =>
  Math.sqrt(-2 * Math.log(1 - source.fraction())) * Math.cos(2 * Math.PI * source.fraction());
const times = <T>(count: number, one: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => one(i));
/** Of a Gamma law, some of them zero. */
const weight = (source: Generator) =>
  source.below(20) === 0 ? 0 : -Math.log((1 - source.fraction()) * (1 - source.fraction()));

function binary(source: Generator): Case["columns"] {
  const rows = 50 + source.below(800);
  const [rate, digits] = [source.fraction() * 2 - 1, 10 ** (1 + source.below(4))]; // few digits: ties, and exact 0 and 1
  const signal = times(rows, () => normal(source) + rate);
  const chance = (z: number) => 1 / (1 + Math.exp(-z));
  const y: number[] = signal.map((z) => (source.fraction() < chance(z) ? 1 : 0));
  [y[0], y[1]] = [0, 1];
  return {
    y_true: y,
    y_score: signal.map((z) => Math.round(digits * chance(z + normal(source))) / digits),
    weight: times(rows, (row) => (row < 2 ? 1 : weight(source))),
  };
}

function multiclass(source: Generator): Case["columns"] {
  const [rows, classes] = [60 + source.below(500), 3 + source.below(5)];
  const raw = times(rows, () => times(classes, () => normal(source) * 1.5));
  const scores = raw.map((all) => {
    const powers = all.map(Math.exp);
    return powers.map((power) => power / powers.reduce((sum, one) => sum + one, 0));
  });
  const y = raw.map((all, row) => {
    if (row < classes) return row; // every class occurs
    const noisy = all.map((z) => z + normal(source));
    return noisy.indexOf(Math.max(...noisy));
  });
  return {
    y_true: y,
    weight: times(rows, (row) => (row < classes ? 1 : weight(source))),
    ...Object.fromEntries(times(classes, (k) => [`y_score.${k}`, scores.map((all) => all[k] as number)])),
  };
}

function regression(source: Generator): Case["columns"] {
  const [rows, centre] = [20 + source.below(600), 10 ** source.below(6)]; // far from zero, where sums of squares lose digits
  const y = times(rows, () => centre + 5 * normal(source));
  const digits = 10 ** source.below(4);
  const predicted = y.map((truth) => Math.round(digits * (truth + 2 * normal(source))) / digits);
  return {
    y_true: y,
    y_pred: predicted,
    y_naive: y.map((truth) => truth + 4 * normal(source)),
    y_lower: predicted.map((value) => value - 2),
    y_upper: predicted.map((value) => value + 2 * source.fraction()),
    weight: times(rows, (row) => (row === 0 ? 1 : weight(source))),
  };
}

function ranking(source: Generator): Case["columns"] {
  const ties = source.below(2) === 1;
  const queries = times(5 + source.below(30), () => times(2 + source.below(25), () => source.below(4)));
  const relevant = queries.map((query) => query.map((relevance, i) => (i === 0 ? relevance + 1 : relevance)));
  return {
    y_true: relevant.flat(),
    y_score: relevant.flat().map((relevance) => {
      const score = relevance + 2 * normal(source);
      return ties ? Math.round(score) : score;
    }),
    query: relevant.flatMap((query, q) => query.map(() => q)),
  };
}

const MADE: Readonly<Record<string, (source: Generator) => Case["columns"]>> = {
  binary,
  multiclass,
  regression,
  ranking,
};
const EACH = 8;

describe(`scikit-learn on fresh data, seed ${seed}`, () => {
  const source = generator(seed);
  const cases = Object.entries(MADE).flatMap(([task, make]) =>
    times(EACH, () => ({ task: task as Task, columns: make(source) })),
  );
  let said: Case["expected"][] = [];

  beforeAll(async () => {
    const python = await ensureVenv({ dir: join(ROOT, ".quickstart/venv") }); // the quickstart's; whoever is first makes it
    const input = cases.map((one) => `${JSON.stringify(one)}\n`).join("");
    const script = join(import.meta.dirname, "scikit-learn.py");
    const { status, stdout, stderr } = spawnSync(python, [script, "judge"], {
      input,
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    expect(status, stderr).toBe(0);
    said = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  }, 600_000);

  test.each(Object.keys(MADE))("every figure of %s, plain and weighted, to 1e-9", (task) => {
    cases.forEach(({ columns }, i) => {
      if (cases[i]?.task !== task) return;
      const one: Case = { columns, expected: said[i] ?? expect.fail("scikit-learn said nothing") };
      for (const how of ["plain", "weighted"] as const) {
        const { names, statistics } = judged(task as Task, one, how === "weighted", 1);
        names.forEach((name, k) => {
          const expected = one.expected[name]?.[how];
          if (expected === undefined) return;
          const off = Math.abs((statistics.values[k] as number) - expected) / Math.max(1, Math.abs(expected));
          expect(off, `${name} ${how} is ${expected} in case ${i} of seed ${seed}`).toBeLessThan(1e-9);
        });
      }
    });
  });
});
