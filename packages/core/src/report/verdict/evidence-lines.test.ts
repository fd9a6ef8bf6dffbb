import { expect, test } from "vitest";
import { comparison, estimate, evaluation } from "../../../../../test/gallery/build.ts";
import { plainSentence } from "../phrase.ts";
import { evidenceLines } from "./evidence-lines.ts";

test("what rows amount to is said where it is less than their number", () => {
  const of = (effectiveRows: number) => {
    const metrics = [comparison({ candidate: estimate(0.5), effectiveRows })];
    const pairing = { mode: "paired" as const, rows: 285, overlap: 1, labelsChanged: 0 };
    return evidenceLines(evaluation({ metrics, pairing })).map(plainSentence);
  };
  expect(of(120)).toEqual(["log_loss: 285 rows say as much as 120 independent ones."]);
  expect(of(285)).toEqual([]);
});
