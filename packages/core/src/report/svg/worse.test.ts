import { expect, test } from "vitest";
import { forestPlot } from "./forest-plot.ts";
import { slicePlot } from "./slice-plot.ts";

const frame = { width: 920, title: "t", description: "d" };
const metric = { label: "ECE", figures: "", gain: -0.01, limit: null, status: null };
const slice = { label: "JFK", rows: "100", gain: -0.01, interval: [-0.02, -0.005] as [number, number], worse: false };
const better = /class="mark"/;

test("a metric that no gate judges and that is surely worse looks worse, not better", () => {
  const plot = forestPlot([{ ...metric, interval: [-0.02, -0.005] }], "v1", frame);
  expect(plot).toContain('class="mark bad"');
  expect(plot).not.toMatch(better);
  expect(forestPlot([{ ...metric, gain: 0.01, interval: [0.005, 0.02] }], "v1", frame)).toMatch(better);
});

test("a slice below zero that is not significant among so many is neither worse nor better", () => {
  const plot = slicePlot([slice], "v1", frame);
  expect(plot).toContain('class="mark soft"');
  expect(plot).not.toMatch(better);
});
