import { expect, test } from "vitest";
import type { Check } from "../../check/check.ts";
import { aReport } from "../../testing/index.ts";
import { gateNotices } from "./gate-notice.ts";

const failed: Check = {
  ...{ id: "log_loss-worse", subject: "log_loss", rule: "log_loss not worse", status: "fail", severity: "fail" },
  ...{ actual: 0.1, interval: [0.05, 0.15], limit: 0.01, unit: "", reason: null },
};
const beside: Check = { ...failed, id: "log_loss-worse@champion v2" };
const levels = (unchanged: boolean) =>
  gateNotices(aReport({ unchanged, verdict: "fail", checks: [failed, beside] }), (id) => ({ path: id, line: 1 })).map(
    ({ path, level }) => [path, level],
  );

test("a gate that failed is told at its line; of an unchanged model only one against another baseline", () => {
  expect(levels(false)).toEqual([
    ["log_loss-worse", "failure"],
    ["log_loss-worse@champion v2", "failure"],
  ]);
  expect(levels(true)).toEqual([["log_loss-worse@champion v2", "failure"]]);
});
