import { describe, expect, test } from "vitest";
import type { Interval } from "../../check/check.ts";
import { Gate } from "../../config/config.ts";
import type { MetricComparison } from "../evaluation-report.ts";
import { type GateContext, judgeGate } from "./gate.ts";

const context: GateContext = {
  against: "production v1",
  noBaseline: null,
  reported: false,
  evidence: { count: 30, of: "groups" },
};

/** A metric whose difference (candidate − baseline) has this interval; the baseline is 0.5. */
function metric(goal: "maximize" | "minimize", [low, high]: Interval, own: Interval = [0.6, 0.7]): MetricComparison {
  const value = (low + high) / 2;
  return {
    name: "m",
    goal,
    unit: "",
    candidate: { value: 0.65, interval: own },
    baseline: { value: 0.5, interval: null },
    difference: { value, interval: [low, high] },
    gain: null,
    ignoringGroups: null,
    moreNeeded: null,
  };
}
const gate = (limits: object) => Gate.parse({ metric: "m", ...limits });
const status = (limits: object, given: MetricComparison | null, change: Partial<GateContext> = {}) =>
  judgeGate(gate(limits), given, { ...context, ...change }).status;

describe("the table of gates", () => {
  test.each([
    // limits, goal, interval of the difference, outcome
    [{ "improve-by": 0 }, "maximize", [0.001, 0.02], "pass"],
    [{ "improve-by": 0 }, "maximize", [-0.02, -0.001], "fail"],
    [{ "improve-by": 0 }, "maximize", [-0.001, 0.02], "inconclusive"],
    [{ "improve-by": 0 }, "minimize", [-0.02, -0.001], "pass"],
    [{ "improve-by": 0 }, "minimize", [0.001, 0.02], "fail"],
    [{ "improve-by": 0 }, "minimize", [0, 0], "inconclusive"],
    [{ "improve-by": 0.01 }, "minimize", [-0.03, -0.011], "pass"],
    [{ "improve-by": 0.01 }, "minimize", [-0.009, -0.001], "fail"],
    [{ margin: 0.005 }, "maximize", [-0.004, 0.02], "pass"],
    [{ margin: 0.005 }, "maximize", [-0.02, -0.006], "fail"],
    [{ margin: 0.005 }, "maximize", [-0.006, 0.001], "inconclusive"],
    [{ margin: 0.005 }, "minimize", [-0.02, 0.004], "pass"],
    [{ "margin-rel": 0.02 }, "minimize", [-0.02, 0.009], "pass"], // 2 % of 0.5
    [{ "margin-rel": 0.02 }, "minimize", [0.011, 0.02], "fail"],
    [{ "margin-rel": 0.02 }, "minimize", [0.005, 0.011], "inconclusive"],
  ] as const)("%j on a metric to %s with the difference in %j: %s", (limits, goal, interval, expected) => {
    expect(status(limits, metric(goal, [...interval]))).toBe(expected);
  });

  test.each([
    [{ min: 0.6 }, [0.6, 0.7], "pass"],
    [{ min: 0.65 }, [0.6, 0.7], "inconclusive"],
    [{ min: 0.71 }, [0.6, 0.7], "fail"],
    [{ max: 0.7 }, [0.6, 0.7], "pass"],
    [{ max: 0.65 }, [0.6, 0.7], "inconclusive"],
    [{ max: 0.59 }, [0.6, 0.7], "fail"],
  ] as const)("%j on the candidate's own interval %j: %s", (limits, own, expected) => {
    const check = judgeGate(gate(limits), metric("maximize", [-1, 1], [...own]), context);
    expect(check.status).toBe(expected);
    expect(check).toMatchObject({ actual: 0.65, interval: own });
  });
});

test("how much evidence a gate needs: an equal model for a margin, this value for a standard", () => {
  const units = { count: 1_000, of: "rows", alpha: 0.05 } as const;
  const judged = (limits: object, interval: Interval, own?: Interval) =>
    judgeGate(gate(limits), metric("maximize", interval, own), { ...context, units }).required;
  // n·((1.96 + 1.2816)/1.96 · half/margin)²: half 0.02, margin 0.01
  expect(judged({ margin: 0.01 }, [-0.03, 0.01])).toEqual({ count: 10_942, of: "rows" });
  expect(judged({ "margin-rel": 0.02 }, [-0.03, 0.01])).toEqual({ count: 10_942, of: "rows" }); // 2 % of 0.5
  expect(judged({ margin: 10 }, [-0.03, 0.01])).toEqual({ count: 10, of: "rows" }); // fewer decide nothing
  expect(judged({ margin: 0 }, [-0.03, 0.01])).toBeUndefined(); // no number of rows shows that nothing differs
  expect(judged({ "improve-by": 0 }, [-0.01, 0.03])).toEqual({ count: 10_942, of: "rows" }); // 0.01 better, half 0.02
  expect(judged({ "improve-by": 0 }, [-0.03, 0.01])).toBeUndefined(); // worse, as far as anybody sees
  expect(judged({ min: 0.6 }, [-1, 1], [0.6, 0.7])).toEqual({ count: 2_736, of: "rows" }); // 0.65, half 0.05
  expect(
    judgeGate(gate({ margin: 0.01, mode: "point" }), metric("maximize", [-0.03, 0.01]), { ...context, units }),
  ).not.toHaveProperty("required");
});

test.each([
  // The half that counts is the one towards the limit: 0.02 of a lopsided interval, whose other half is 0.08.
  [{ margin: 0.01 }, "maximize", { value: 0, interval: [-0.02, 0.08] }],
  [{ margin: 0.01 }, "minimize", { value: 0, interval: [-0.08, 0.02] }],
  [{ "improve-by": 0 }, "maximize", { value: 0.01, interval: [-0.01, 0.09] }],
  [{ "improve-by": 0 }, "minimize", { value: -0.01, interval: [-0.09, 0.01] }],
] as const)(
  "%j on a metric to %s whose difference is %j needs as many rows as the nearer half says",
  (limits, goal, difference) => {
    const given: MetricComparison = {
      ...metric(goal, [0, 0]),
      difference: { value: difference.value, interval: [...difference.interval] },
    };
    const units = { count: 1_000, of: "rows", alpha: 0.05 } as const;
    expect(judgeGate(gate(limits), given, { ...context, units }).required).toEqual({ count: 10_942, of: "rows" });
  },
);

test("a share of a baseline below zero is a margin all the same", () => {
  const below = { ...metric("maximize", [-0.009, 0.02]), baseline: { value: -0.5, interval: null } };
  expect(judgeGate(gate({ "margin-rel": 0.02 }), below, context)).toMatchObject({ status: "pass", limit: -0.01 });
});

test("a comparing gate shows the difference as it is, never negated, and its limit with the same sign", () => {
  const check = judgeGate(gate({ margin: 0.005 }), metric("minimize", [-0.02, 0.004]), context);
  expect(check).toMatchObject({
    id: "m-worse",
    actual: -0.008,
    interval: [-0.02, 0.004],
    limit: 0.005,
    rule: "m not worse than production v1 by more than 0.005",
  });
  const better = judgeGate(gate({ "improve-by": 0 }), metric("minimize", [-0.02, -0.01]), context);
  expect(better).toMatchObject({ id: "m-not-better", rule: "m better than production v1" });
  expect(Object.is(better.limit, 0)).toBe(true);
});

test("without a baseline comparing gates are skipped, and standards are judged", () => {
  const none = { noBaseline: "a first model: production was never held" };
  const alone = { ...metric("maximize", [0, 0]), baseline: null, difference: null };
  expect(judgeGate(gate({ "improve-by": 0 }), alone, { ...context, ...none })).toMatchObject({
    status: "skipped",
    reason: none.noBaseline,
  });
  expect(status({ min: 0.5 }, alone, none)).toBe("pass");
});

test("under ten groups an interval is shown and decides nothing", () => {
  const check = judgeGate(gate({ "improve-by": 0 }), metric("maximize", [0.01, 0.02]), {
    ...context,
    evidence: { count: 9, of: "groups" },
  });
  expect(check).toMatchObject({
    status: "inconclusive",
    interval: [0.01, 0.02],
    reason: "9 groups to judge on; an interval needs at least 10",
  });
  expect(status({ "improve-by": 0 }, metric("maximize", [0.01, 0.02]), { evidence: { count: 10, of: "groups" } })).toBe(
    "pass",
  );
});

test("mode point compares values and says so, in the rule and in the reason", () => {
  const check = judgeGate(gate({ "improve-by": 0, mode: "point" }), metric("maximize", [-0.01, 0.02]), {
    ...context,
    evidence: { count: 3, of: "groups" },
  });
  expect(check.status).toBe("pass");
  expect(check.rule).toContain("point values");
  expect(check.reason).toContain("chance is not ruled out");
});

test.each([
  [{ "improve-by": 0 }, 0, "fail"],
  [{ "improve-by": 0.25 }, 0.25, "fail"],
  [{ margin: 0.25 }, -0.25, "fail"],
  [{ margin: 0.25 }, -0.125, "pass"],
  [{ min: 0.65 }, 0, "pass"],
  [{ max: 0.65 }, 0, "pass"],
] as const)(
  "by points %j is strict where sides are compared: with a difference of %d it is a %s",
  (limits, value, expected) => {
    const given = { ...metric("maximize", [0, 0]), difference: { value, interval: null } };
    expect(status({ ...limits, mode: "point" }, given)).toBe(expected);
  },
);

test("a number of a metrics file is judged by its point, and marked", () => {
  const point: MetricComparison = {
    ...metric("maximize", [0, 0]),
    candidate: { value: 0.65, interval: null },
    difference: { value: 0.15, interval: null },
  };
  expect(judgeGate(gate({ "improve-by": 0 }), point, { ...context, reported: true })).toMatchObject({
    status: "pass",
    reason: expect.stringContaining("point only"),
  });
});

test("no interval, or no value at all, is inconclusive, never a pass", () => {
  const without: MetricComparison = { ...metric("maximize", [0, 0]), difference: { value: 0.15, interval: null } };
  expect(status({ "improve-by": 0 }, without)).toBe("inconclusive");
  expect(status({ min: 0.1 }, null)).toBe("inconclusive");
});

test("a gate's severity is the check's", () => {
  expect(judgeGate(gate({ min: 0.9, severity: "warn" }), metric("maximize", [0, 0]), context)).toMatchObject({
    status: "fail",
    severity: "warn",
  });
});
