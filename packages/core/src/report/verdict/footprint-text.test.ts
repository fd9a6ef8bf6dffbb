import { expect, test } from "vitest";
import { aReport } from "../../testing/index.ts";
import { changeRows, changesSummary } from "./change-summary.ts";
import { footprintText } from "./footprint-text.ts";

const said = (footprint: NonNullable<ReturnType<typeof aReport>["footprint"]>) => footprintText(aReport({ footprint }));

test("size and scoring say what they were, and that they were measured once", () => {
  expect(
    said({
      bytes: { candidate: 228_000, baseline: 231_000 },
      scoring: { rows: 501_000, candidate: 0.6, baseline: 0.72 },
    }),
  ).toEqual([
    "model 228 kB, was 231 kB (−1.3\u00a0%)",
    "scoring 501,000 rows took 0.60 s, was 0.72 s, measured once each",
  ]);
  expect(
    said({ bytes: { candidate: 10, baseline: 10 }, scoring: { rows: 1, candidate: 12.34, baseline: null } }),
  ).toEqual(["model 10 B, as before", "scoring 1 row took 12.3 s, measured once"]);
  expect(said({ bytes: { candidate: 1_516_000, baseline: 1_000 }, scoring: null })).toEqual([
    "model 1.52 MB, was 1.00 kB (1,516 times)",
  ]);
  expect(said({ bytes: { candidate: 10, baseline: null }, scoring: null })).toEqual(["model 10 B"]);
  expect(footprintText(aReport())).toEqual([]); // a report of an older version
});

test("code is counted in lines where both commits are here, else named", () => {
  const code = { what: "code" as const, name: "code", from: "sha256:a", to: "sha256:b" };
  const lines = { added: 3, removed: 1, files: [], more: 0, uncommitted: 0 };
  expect(changesSummary([{ ...code, lines }])).toBe("4 lines of code");
  expect(changesSummary([{ ...code, lines: { ...lines, uncommitted: 2 } }])).toBe(
    "4 lines of code, 2 uncommitted files",
  );
  expect(changesSummary([code])).toBe("the code");
  expect(changesSummary([{ what: "param", name: "seed", from: "1", to: "2" }])).toBe("1 parameter, 0 lines of code");
  expect(changesSummary([{ what: "code", name: "command", from: "a", to: "b" }])).toBe("0 lines of code, the command");
  const many = { ...lines, files: [{ path: "a.py", added: 3, removed: 1 }], more: 7 };
  expect(changeRows([{ ...code, lines: many }]).map(({ name, from, to }) => [name, from, to])).toEqual([
    ["code", "sha256:a", "sha256:b"],
    ["a.py", "−1", "+3"],
    ["… and 7 more files", null, null],
  ]);
});

test("data say rows and bytes where they are known", () => {
  const data = { what: "data" as const, name: "d.csv", from: null, to: "sha256:b" };
  expect(changeRows([{ ...data, rows: { from: null, to: 1200 }, bytes: { from: null, to: 3400 } }])).toEqual([
    { what: "data", name: "d.csv", from: null, to: "sha256:b (1,200 rows, 3.40 kB)" },
  ]);
});
