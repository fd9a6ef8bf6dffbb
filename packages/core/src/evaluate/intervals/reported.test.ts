import { describe, expect, test } from "vitest";
import { generator } from "../../statistics/generator.ts";
import { type ReportedPair, reportedComparison, type Uncertain } from "./reported.ts";

// Two samples of Evidently's tests; intervals and p-values by scipy 1.17.1: ttest_rel, ttest_ind(equal_var=False), ttest_1samp.
const A = [38.7, 41.5, 43.8, 44.5, 45.5, 46.0, 47.7, 58.0];
const B = [39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8];
const [MEAN_A, MEAN_B] = [45.7125, 41.675];

function compared(candidate: Uncertain, baseline: Uncertain | null, alpha = 0.05) {
  const range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
  const pair: ReportedPair = { metric: { name: "m", goal: "maximize", unit: "", range }, candidate, baseline };
  return reportedComparison(pair, alpha);
}
const near = (interval: readonly [number, number]) => interval.map((end) => expect.closeTo(end, 9));

describe("intervals of reported numbers", () => {
  test("samples of the same folds on both sides are compared by Student's t on their differences", () => {
    const found = compared({ value: MEAN_A, samples: A }, { value: MEAN_B, samples: B });
    expect(found.difference?.interval).toEqual(near([0.99682020725268, 7.0781797927473225]));
    expect(found.test).toEqual({ name: "paired-samples-t", p: expect.closeTo(0.01638343176218818, 7) });
    const narrower = compared({ value: MEAN_A, samples: A }, { value: MEAN_B, samples: B }, 0.1);
    expect(narrower.difference?.interval).toEqual(near([1.6012537860875047, 6.473746213912497]));
    expect(compared({ value: MEAN_A, samples: A }, null).candidate.interval).toEqual(
      near([40.950547496447705, 50.47445250355229]),
    );
  });

  test("standard errors with their n are compared by Welch's t, and so are samples of another number", () => {
    const ours = { value: MEAN_A, se: 2.0138305273426416, n: 8 };
    const theirs = { value: MEAN_B, se: 0.8119091258086878, n: 8 };
    const found = compared(ours, theirs);
    const welch = near([-0.856834174946564, 8.931834174946566]);
    expect(found.difference?.interval).toEqual(welch);
    expect(found.test).toEqual({ name: "welch-t", p: expect.closeTo(0.0951205647234384, 7) });
    expect(compared({ value: MEAN_A, samples: A }, theirs).difference?.interval).toEqual(welch);
    const other = compared({ value: 45, samples: [44, 45, 46] }, { value: MEAN_B, samples: B });
    expect(other.test?.name).toBe("welch-t");
  });

  test("a standard error without n has the normal's interval", () => {
    const found = compared({ value: 1, se: 0.1 }, { value: 0, se: 0 });
    expect(found.difference?.interval).toEqual(near([1 - 0.1959963984540054, 1.1959963984540054]));
    expect(compared({ value: 1, se: 0.1 }, null).test).toEqual({ name: "reported-se", p: null });
  });

  test("an interval is taken as it is at its own level and rescaled on the normal scale at another", () => {
    const metric = { value: 1, ci: [0.5, 2] as [number, number], level: 0.9 };
    expect(compared(metric, null, 0.1).candidate.interval).toEqual([0.5, 2]);
    const scale = 1.959963984540054 / 1.6448536269514722;
    expect(compared(metric, null, 0.05).candidate.interval).toEqual(near([1 - 0.5 * scale, 1 + scale]));
  });

  test("two intervals are subtracted by MOVER: symmetric ones as their standard errors would be", () => {
    const z = 1.959963984540054;
    const interval = (value: number, se: number) => ({
      value,
      ci: [value - z * se, value + z * se] as [number, number],
    });
    const found = compared(interval(1, 0.3), interval(0, 0.4));
    expect(found.difference?.interval).toEqual(near([1 - z * 0.5, 1 + z * 0.5]));
    expect(found.test?.name).toBe("reported-interval");
    const mixed = compared({ value: 1, se: 0.3 }, interval(0, 0.4));
    expect(mixed.difference?.interval).toEqual(near([1 - z * 0.5, 1 + z * 0.5]));
  });

  test("where one side says nothing of its uncertainty, or samples do not differ at all, there are points and no test", () => {
    expect(compared({ value: 1, se: 0.1 }, { value: 0 })).toMatchObject({
      candidate: { interval: [expect.any(Number), expect.any(Number)] },
      difference: { value: 1, interval: null },
    });
    expect(compared({ value: 1, se: 0.1 }, { value: 0 }).test).toBeUndefined();
    expect(compared({ value: 1, samples: [1, 1, 1] }, null).candidate.interval).toBeNull();
    expect(compared({ value: 1, se: 0.1, n: 1 }, null).candidate.interval).toBeNull();
  });

  test("its own interval never leaves what the metric can be", () => {
    const metric = { name: "accuracy", goal: "maximize", unit: "", range: [0, 1] } as const;
    const found = reportedComparison({ metric, candidate: { value: 0.99, se: 0.02 }, baseline: null }, 0.05);
    expect(found.candidate.interval?.[1]).toBe(1);
  });
});

describe("two equal models", () => {
  /** How often the interval of the difference holds zero, of 600 pairs with a true difference of zero. */
  function coverage(of: (draw: () => number) => [Uncertain, Uncertain]): number {
    const source = generator(20261124);
    const normal = () => {
      const [u, v] = [1 - source.fraction(), source.fraction()];
      return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
    };
    let held = 0;
    for (let i = 0; i < 600; i++) {
      const [low, high] = compared(...of(normal)).difference?.interval ?? [0, 0];
      if (low <= 0 && high >= 0) held++;
    }
    return held / 600;
  }
  const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
  const many = (count: number, draw: () => number) => Array.from({ length: count }, draw);

  test("are told apart in one of twenty pairs, whatever was reported", () => {
    const sampled = (values: number[]): Uncertain => ({ value: mean(values), samples: values });
    const errored = (values: number[]): Uncertain => {
      const m = mean(values);
      const variance = values.reduce((sum, one) => sum + (one - m) ** 2, 0) / (values.length - 1);
      return { value: m, se: Math.sqrt(variance / values.length), n: values.length };
    };
    const folds = coverage((draw) => {
      const hard = many(5, draw); // a fold is as hard for both
      return [sampled(hard.map((one) => one + draw())), sampled(hard.map((one) => one + draw()))];
    });
    const welch = coverage((draw) => [errored(many(8, () => 3 * draw())), errored(many(20, draw))]);
    for (const share of [folds, welch]) expect(Math.abs(share - 0.95)).toBeLessThan(0.032); // 3.6 standard errors
  });
});
