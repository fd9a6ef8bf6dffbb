import { expect, test } from "vitest";
import { FairnessRule } from "../../config/fairness-rule.ts";
import { kindOf } from "../check-ids.ts";
import type { Fairness } from "../looks.ts";
import { judgeFairness } from "./fairness-check.ts";

const enough = { evidence: { count: 200, of: "rows of the rarest class" } };
const apart = (low: number, high: number, ratio: [number, number] = [0.7, 0.9]): Fairness => ({
  column: "sex",
  metric: "recall",
  groups: [],
  big: 3,
  more: 0,
  candidate: {
    lowest: "F",
    highest: "M",
    difference: { value: (low + high) / 2, interval: [low, high] },
    ratio: { value: (ratio[0] + ratio[1]) / 2, interval: ratio },
  },
  baseline: null,
});
const rule = (change: object) => FairnessRule.parse({ column: "sex", metric: "recall", ...change });
const status = (change: object, found: Fairness | null, context = enough) =>
  judgeFairness(rule(change), found, context).map((check) => [check.status, check.reason]);

test.each([
  ["pass", 0, 0.05],
  ["inconclusive", 0.01, 0.08],
  ["fail", 0.06, 0.12],
] as const)("a difference is %s where its interval is %d … %d and 0.05 is allowed", (expected, low, high) => {
  const [check] = judgeFairness(rule({ "max-difference": 0.05 }), apart(low, high), enough);
  expect(check).toMatchObject({
    id: "recall-unequal",
    subject: "recall",
    rule: "recall differs between values of sex by at most 0.05",
    status: expected,
    interval: [low, high],
    limit: 0.05,
    reason: `${expected === "inconclusive" ? "the interval holds the limit 0.05; " : ""}lowest for F, highest for M`,
  });
  expect(kindOf(check as { id: string; subject: string })).toBe("fairness");
});

test("a ratio is held from below, and each limit is a check of its own", () => {
  const both = rule({ "max-difference": 0.5, "min-ratio": 0.8, severity: "warn" });
  const checks = judgeFairness(both, apart(0, 0.1, [0.6, 0.75]), enough);
  expect(checks.map((check) => [check.status, check.severity])).toEqual([
    ["pass", "warn"],
    ["fail", "warn"],
  ]);
  expect(judgeFairness(rule({}), apart(0, 1), enough)).toEqual([]);
});

test("what cannot be told is inconclusive, never equal", () => {
  const limit = { "max-difference": 0.05 };
  expect(status(limit, null)).toEqual([["inconclusive", expect.stringContaining("no predictions")]]);
  expect(status(limit, { ...apart(0, 0), big: 1, candidate: null })).toEqual([
    ["inconclusive", "1 of its values has rows enough: two are needed"],
  ]);
  expect(status(limit, { ...apart(0, 0), big: 70, candidate: null })).toEqual([
    ["inconclusive", "70 of its values have rows enough: more than 50 are not compared"],
  ]);
  expect(status(limit, apart(0, 0.01), { evidence: { count: 9, of: "groups" } })).toEqual([
    ["inconclusive", "9 groups to judge on; an interval needs at least 10"],
  ]);
  expect(status({ "min-ratio": 0.8 }, { ...apart(0, 0), candidate: null })).toEqual([
    ["inconclusive", "no interval could be computed from these rows"],
  ]);
});
