import { describe, expect, test } from "vitest";
import type { Task } from "../../packages/core/src/config/task.ts";
import type { Column, Table } from "../../packages/core/src/data/table.ts";
import { type Estimators, estimators } from "../../packages/core/src/evaluate/intervals/estimators.ts";
import { taskMetrics } from "../../packages/core/src/evaluate/metrics/metrics.ts";
import { sideStatistics } from "../../packages/core/src/evaluate/parts/side-statistics.ts";
import { readPredictions } from "../../packages/core/src/evaluate/rows/predictions.ts";
import { generator } from "../../packages/core/src/statistics/generator.ts";
import { pairedDifference, wilson } from "../../packages/core/src/statistics/proportion.ts";

/** Values of other people's programs: recomputed with scipy 1.10.1 and scikit-learn 1.2.1 unless a test says otherwise. */
const numbers = (values: readonly number[]): Column => ({
  type: "number",
  values: Float64Array.from(values),
  nulls: null,
});
const texts = (values: readonly string[]): Column => {
  const dictionary = [...new Set(values)];
  return { type: "text", codes: Int32Array.from(values, (value) => dictionary.indexOf(value)), dictionary };
};

function metricsOf(task: Task, columns: Record<string, Column>, groups: string | null = null) {
  const first = Object.values(columns)[0] as Column;
  const table: Table = {
    rows: first.type === "text" ? first.codes.length : first.values.length,
    columns: new Map(Object.entries(columns)),
  };
  const rows = readPredictions(table, "p.csv", { task, groups, slices: [], labels: "required" });
  const metrics = taskMetrics[task].metrics.filter(
    ({ needs }) => needs === "decisions" || (needs === "scores" && rows.scores !== null),
  );
  const units =
    rows.groups === null
      ? { of: new Int32Array(rows.rows), count: 1 }
      : { of: rows.groups.codes, count: rows.groups.values.length };
  const statistics = sideStatistics(rows, metrics, units);
  return {
    rows,
    statistics,
    value: (name: string) => statistics.values[metrics.findIndex((metric) => metric.name === name)] as number,
  };
}

describe("binary metrics", () => {
  const y = [0, 0, 1, 1, 0, 1, 0, 1, 1, 0];
  const s = [0.1, 0.4, 0.35, 0.8, 0.2, 0.9, 0.55, 0.6, 0.6, 0.3];
  const { value, rows, statistics } = metricsOf("binary", { y_true: numbers(y), y_score: numbers(s) });

  test.each([
    ["roc_auc", 0.92],
    ["average_precision", 0.942857142857143],
    ["brier", 0.1395],
    ["log_loss", 0.43944897698972],
    ["accuracy", 0.8],
    ["f1", 0.8],
    ["precision", 0.8],
    ["recall", 0.8],
    ["balanced_accuracy", 0.8],
    ["mcc", 0.6],
    ["cohen_kappa", 0.6],
  ])("%s is %d", (name, expected) => expect(value(name)).toBeCloseTo(expected, 12));

  test("DeLong's variance of the AUC is .0088", () => {
    const index = statistics.metrics.findIndex((metric) => metric.name === "roc_auc");
    const variance = statistics.deviations(index).reduce((sum, one) => sum + one * one, 0);
    expect(variance).toBeCloseTo(0.0088, 12);
  });

  test("scikit-learn's toy example: AUC 0.75, average precision 0.8333", () => {
    const toy = metricsOf("binary", { y_true: numbers([0, 0, 1, 1]), y_score: numbers([0.1, 0.4, 0.35, 0.8]) });
    expect(toy.value("roc_auc")).toBeCloseTo(0.75, 12);
    expect(toy.value("average_precision")).toBeCloseTo(0.8333333333333333, 12);
  });

  test("a probability of 1 that is wrong costs −ln(2⁻⁵²), as for scikit-learn's 64-bit floats", () => {
    const sure = metricsOf("binary", { y_true: numbers([0, 1]), y_score: numbers([1, 1]) });
    expect(sure.value("log_loss")).toBeCloseTo((52 * Math.LN2) / 2, 9);
  });

  test("the error of a mean is s/√n (log loss)", () => {
    const losses = y.map((label, i) => -Math.log(label === 1 ? (s[i] as number) : 1 - (s[i] as number)));
    const mean = losses.reduce((a, b) => a + b, 0) / 10;
    const variance = losses.reduce((a, b) => a + (b - mean) ** 2, 0) / 9 / 10;
    const found = statistics.deviations(0).reduce((sum, one) => sum + one * one, 0);
    expect(found / variance).toBeCloseTo(1, 8);
    expect(rows.rows).toBe(10);
  });
});

test("regression: MAE, RMSE, R², MAPE of scikit-learn's documentation", () => {
  const { value } = metricsOf("regression", { y_true: numbers([3, -0.5, 2, 7]), y_pred: numbers([2.5, 0, 2, 8]) });
  expect(value("mae")).toBeCloseTo(0.5, 12);
  expect(value("rmse")).toBeCloseTo(Math.sqrt(0.375), 12);
  expect(value("r2")).toBeCloseTo(0.9486081370449679, 12);
  expect(value("mape")).toBeCloseTo(0.3273809523809524, 12);
});

describe("multiclass", () => {
  test("f1_macro, precision_macro, accuracy of scikit-learn's documentation: [0,1,2,0,1,2] against [0,2,1,0,0,1]", () => {
    const { value } = metricsOf("multiclass", {
      y_true: numbers([0, 1, 2, 0, 1, 2]),
      y_pred: numbers([0, 2, 1, 0, 0, 1]),
    });
    expect(value("f1_macro")).toBeCloseTo(0.26666666666666666, 12);
    expect(value("precision_macro")).toBeCloseTo(0.2222222222222222, 12);
    expect(value("recall_macro")).toBeCloseTo(0.3333333333333333, 12);
    expect(value("accuracy")).toBeCloseTo(1 / 3, 12);
  });

  test("balanced accuracy of scikit-learn's documentation is 0.625", () => {
    const { value } = metricsOf("binary", { y_true: numbers([0, 1, 0, 0, 1, 0]), y_pred: numbers([0, 1, 0, 0, 0, 1]) });
    expect(value("balanced_accuracy")).toBeCloseTo(0.625, 12);
  });

  test("log loss of scikit-learn's documentation: spam and ham", () => {
    const [ham, spam] = [
      [0.1, 0.9, 0.8, 0.35],
      [0.9, 0.1, 0.2, 0.65],
    ] as const;
    const { value } = metricsOf("multiclass", {
      y_true: texts(["spam", "ham", "ham", "spam"]),
      "y_score.ham": numbers(ham),
      "y_score.spam": numbers(spam),
    });
    expect(value("log_loss")).toBeCloseTo(0.21616187468057912, 12);
  });

  test("MCC of many classes equals the binary one on two", () => {
    const [y, p] = [
      [1, 1, 1, 0],
      [1, 0, 1, 1],
    ];
    expect(metricsOf("binary", { y_true: numbers(y), y_pred: numbers(p) }).value("mcc")).toBeCloseTo(-1 / 3, 12); // scikit-learn: -0.33…
    expect(metricsOf("multiclass", { y_true: numbers(y), y_pred: numbers(p) }).value("mcc")).toBeCloseTo(-1 / 3, 12);
  });
});

test("ranking: ndcg of scikit-learn's documentation, 0.6956940443813076", () => {
  const query = texts(Array.from({ length: 5 }, () => "q"));
  const { value } = metricsOf(
    "ranking",
    { query, y_true: numbers([10, 0, 0, 1, 5]), y_score: numbers([0.1, 0.2, 0.3, 4, 70]) },
    "query",
  );
  expect(value("ndcg@10")).toBeCloseTo(0.6956940443813076, 12);
  const tied = metricsOf(
    "ranking",
    { query, y_true: numbers([10, 0, 0, 1, 5]), y_score: numbers([1, 0, 0, 0, 1]) },
    "query",
  );
  expect(tied.value("ndcg@10")).toBeCloseTo(
    (7.5 + 7.5 / Math.log2(3) + (1 / 3) * (1 / 2 + 1 / Math.log2(5) + 1 / Math.log2(6))) /
      (10 + 5 / Math.log2(3) + 0.5),
    12,
  );
});

describe("intervals", () => {
  test("Wilson's of 8 in 10, and of 0 in 20, at 95 % (scipy 1.17.1, binomtest)", () => {
    const z = 1.959963984540054;
    expect(wilson(8, 10, z)[0]).toBeCloseTo(0.4901624715366418, 12);
    expect(wilson(8, 10, z)[1]).toBeCloseTo(0.9433178485456248, 12);
    expect(wilson(0, 20, z)[0]).toBe(0);
    expect(wilson(0, 20, z)[1]).toBeCloseTo(0.16112515805281935, 12);
  });

  test("paired approval, 150 against 86 of 1600: 0.02 … 0.06 (Agresti, Categorical Data Analysis 2002, §10.1)", () => {
    const [low, high] = pairedDifference(150, 86, 1600, 1.959963984540054);
    expect(low).toBeCloseTo(0.02, 2);
    expect(high).toBeCloseTo(0.06, 2);
  });

  test("the jackknife-t interval of a mean over equal groups is the t interval of the group means", () => {
    const means = [0.1, 0.3, 0.2, 0.6, 0.4, 0.5, 0.35, 0.25, 0.45, 0.15];
    const values = means.flatMap((mean) => [mean - 0.05, mean + 0.05]);
    const side = metricsOf(
      "scores",
      { y_score: numbers(values), day: numbers(values.map((_, i) => Math.floor(i / 2))) },
      "day",
    );
    const [one] = estimators(side, null, true, { interval: "cluster-t", replicates: 0, seed: 1 });
    const mean = means.reduce((a, b) => a + b, 0) / 10;
    const error = Math.sqrt(means.reduce((a, b) => a + (b - mean) ** 2, 0) / 9 / 10);
    const [low, high] = (one as Estimators).candidate.interval(0.05) as [number, number];
    expect(low).toBeCloseTo(mean - 2.2621571627409915 * error, 10);
    expect(high).toBeCloseTo(mean + 2.2621571627409915 * error, 10);
  });
});

describe("random data, judged by scikit-learn 1.9.1 as well", () => {
  const source = generator(42);
  const binary = Array.from({ length: 500 }, () => {
    const score = Math.round(source.fraction() * 100) / 100; // many ties
    return { truth: source.fraction() < 0.1 + 0.5 * score ? 1 : 0, score };
  });
  const multiclass = Array.from({ length: 400 }, () => {
    const raw = [0, 1, 2, 3].map(() => source.fraction() ** 2 + 0.01);
    const sum = raw.reduce((a, b) => a + b, 0);
    const scores = raw.map((one) => one / sum);
    let rest = source.fraction();
    let truth = 0;
    while (truth < 3 && rest > (scores[truth] as number)) rest -= scores[truth++] as number;
    return { truth, scores };
  });
  const regression = Array.from({ length: 300 }, () => {
    const truth = 1000 + 10 * source.fraction();
    return { truth, score: truth + 3 * (source.fraction() - 0.4) };
  });
  const agree = (found: { value(name: string): number }, expected: Record<string, number>) => {
    for (const [name, value] of Object.entries(expected))
      expect(Math.abs(found.value(name) / value - 1), name).toBeLessThan(1e-9);
  };

  test("binary, with ties", () => {
    const rows = { y_true: numbers(binary.map((row) => row.truth)), y_score: numbers(binary.map((row) => row.score)) };
    agree(metricsOf("binary", rows), {
      log_loss: 0.8846664815782376,
      roc_auc: 0.6761140439751862,
      average_precision: 0.5110546014059698,
      brier: 0.25518179999999996,
      accuracy: 0.618,
      balanced_accuracy: 0.6409196750742103,
      precision: 0.4621212121212121,
      recall: 0.7134502923976608,
      specificity: 0.5683890577507599,
      f1: 0.5609195402298851,
      mcc: 0.2678179417481394,
    });
  });

  test("four classes", () => {
    const columns = [0, 1, 2, 3].map(
      (k) => [`y_score.${k}`, numbers(multiclass.map((row) => row.scores[k] as number))] as const,
    );
    agree(
      metricsOf("multiclass", { y_true: numbers(multiclass.map((row) => row.truth)), ...Object.fromEntries(columns) }),
      {
        log_loss: 1.0248561262625864,
        roc_auc_ovr: 0.8093486425328413,
        accuracy: 0.535,
        balanced_accuracy: 0.5348720881492817,
        f1_macro: 0.533646716357407,
        precision_macro: 0.5369430104261564,
        recall_macro: 0.5348720881492817,
        mcc: 0.38134765324950193,
      },
    );
  });

  test("regression far from zero, where sums of squares lose digits", () => {
    const rows = {
      y_true: numbers(regression.map((row) => row.truth)),
      y_pred: numbers(regression.map((row) => row.score)),
    };
    agree(metricsOf("regression", rows), {
      rmse: 0.9540986259249717,
      mae: 0.832202018680415,
      r2: 0.8827815738597886,
      bias: 0.2790293146841983,
      mape: 0.0008282138066915446,
    });
  });
});
