import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

test.each([
  ["y_scor", ["id", "y_true", "y_score"], "y_score"],
  ["Y_TRUE", ["y_pred", "y_true"], "y_true"],
  ["x1", ["y", "x2"], "x2"],
  ["ID", ["id"], "id"],
  ["expected_calibration", ["expected_callibration", "ece"], "expected_callibration"],
])("%s of %j most likely means %s", (name, known, meant) => expect(nearest(name, known)).toBe(meant));

test.each([
  ["y", ["id", "x"]],
  ["fl", ["a", "id", "xy"]],
  ["id", ["y", "x1"]],
  ["delayed", ["id", "y_true"]],
  ["", ["a"]],
])("%j of %j means none: of a short name one letter has to be left", (name, known) =>
  expect(nearest(name, known)).toBeNull(),
);
