import { describe, expect, test } from "vitest";
import { firingsPerYear } from "./schedule.ts";

describe("how often a schedule fires in a year", () => {
  test.each([
    ["17 5 * * *", 365.2425],
    ["17 * * * *", 24 * 365.2425],
    ["17 5 * * 1", 52.1775],
    ["17 5 * * MON,THU", 104.355],
    ["17 5 1 * *", 12],
    ["0 0 29 2 *", 0.2425],
    ["*/15 9-17/4 1 1,7 *", 4 * 3 * 2],
    ["0 0 * * 0,7", 52.1775],
  ])("%s", (cron, expected) => {
    expect(firingsPerYear(cron)).toBeCloseTo(expected, 6);
  });

  test.each([
    "",
    "* * * *",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "@daily",
    "5-1 * * * *",
    "*/0 * * * *",
    "a * * * *",
  ])("%s is no schedule", (cron) => expect(firingsPerYear(cron)).toBeNull());
});
