import { expect, test } from "vitest";
import {
  anchorCheckId,
  decidingChecks,
  fairnessCheckId,
  furtherBaseline,
  furtherCheckId,
  gateCheckId,
  kindOf,
  sliceCheckId,
} from "./check-ids.ts";

test.each(["roc_auc", "ndcg@10", "f1@k-worse", "loss-crept"])(
  "a check of %s says what it holds, and against what",
  (metric) => {
    const ids = {
      standard: gateCheckId({ metric, min: 0.6 }),
      improvement: gateCheckId({ metric, "improve-by": 0 }),
      margin: gateCheckId({ metric, margin: 0.01 }),
      slices: sliceCheckId({ metric }),
      anchor: anchorCheckId({ subject: metric }),
      fairness: fairnessCheckId({ metric }),
    };
    for (const [kind, id] of Object.entries(ids)) {
      const check = { id, subject: metric };
      expect([kindOf(check), furtherBaseline(check)]).toEqual([kind, null]);
      const beside = { ...check, id: furtherCheckId(check, "champion@home v2") };
      expect([kindOf(beside), furtherBaseline(beside)]).toEqual([kind, "champion@home v2"]);
    }
  },
);

test("a check of the rows is none of a metric, whatever baseline it names", () => {
  const check = { id: "labels-changed", subject: "y_true" };
  expect(kindOf(check)).toBe("rows");
  expect(furtherBaseline({ ...check, id: furtherCheckId(check, "mail@home.csv") })).toBe("mail@home.csv");
});

test("of an unchanged model only checks against the baselines beside the first decide", () => {
  const checks = [
    { id: "auc-worse", subject: "auc" },
    { id: "auc-worse@champion v2", subject: "auc" },
  ];
  expect(decidingChecks({ unchanged: false, checks })).toEqual(checks);
  expect(decidingChecks({ unchanged: true, checks })).toEqual(checks.slice(1));
});
