import { expect, test } from "vitest";
import { aligned } from "./columns.ts";

test("columns are as wide as their widest cell, numbers stand right, and the last one is left as it is", () => {
  expect(
    aligned(
      ["model", "version>", "held by"],
      [
        ["churn", "v9", "production"],
        ["flight-delays", "v10", ""],
      ],
    ).split("\n"),
  ).toEqual(["model          version  held by", "churn               v9  production", "flight-delays      v10"]);
});

test("a list of a quarter of a million rows is aligned", () => {
  const rows = Array.from({ length: 250_000 }, (_, row) => [`v${row}`, "production"]);
  expect(aligned(["version", "held by"], rows).length).toBeGreaterThan(250_000 * 18);
});

test("escape sequences in a cell do not act", () => {
  expect(aligned(["by"], [["ana\u001b[2J"]])).toBe("by\nana [2J");
});
