import type { RunRecord } from "@trainyard/core";
import { expect, test } from "vitest";
import { brokenRun } from "../../../../test/gallery/build.ts";
import { otherRows } from "./judging-rules.ts";

const DIGEST = `sha256:${"0".repeat(64)}` as const;
const scoredOn = (...paths: string[]): RunRecord => ({
  ...brokenRun(),
  datasets: paths.map((path) => ({ role: "evaluation", path, digest: DIGEST }) as RunRecord["datasets"][number]),
});

test("rows that the rules name count: the file, a file of the folder, a file of the pattern", () => {
  for (const data of ["data/may.csv", "data", "data/", "data/*.csv"])
    expect(otherRows(scoredOn("data/may.csv"), data), data).toEqual([]);
  expect(otherRows(scoredOn("data/may.csv"), undefined)).toEqual([]);
  expect(otherRows(scoredOn(), "data/may.csv")).toEqual([]);
});

test("other rows do not, however alike their name", () => {
  for (const data of ["data/june.csv", "data/may", "dat", "*.csv"])
    expect(otherRows(scoredOn("data/may.csv"), data), data).toEqual([
      `It was scored on data/may.csv, and the rules name ${data}: a pass of other rows does not count.`,
    ]);
  expect(otherRows(scoredOn("data/may.csv", "x.csv"), "data")[0]).toContain("scored on x.csv,");
});
