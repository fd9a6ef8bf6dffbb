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

test("a metric of which neither more nor less is better is on no side of the line", () => {
  const plot = forestPlot([{ ...metric, neutral: true, gain: 0.013, interval: [0.004, 0.022] }], "v1", frame);
  expect(plot).toContain('class="mark soft"');
  expect(plot).not.toMatch(/class="mark"|mark bad/);
});

test("colour tells the side of the line and nothing else: not whether a gate let it pass", () => {
  const passed = forestPlot([{ ...metric, interval: [-0.02, -0.005], limit: -0.03, status: "pass" }], "v1", frame);
  expect(passed).toContain('class="mark bad"');
  const point = forestPlot([{ ...metric, interval: null, limit: 0, status: "fail" }], "v1", frame);
  expect(point).toContain('class="mark soft"');
  expect(point).toContain("✕");
});

test("the figures beside the slices' axis are differences as shown: of a loss they fall to the right", () => {
  const plot = slicePlot([slice], { column: "origin", baseline: "v1", less: true }, frame);
  expect(plot).toContain(">+0.020<");
  expect(plot).toContain(">origin<");
});

test("a slice below zero that is not significant among so many is neither worse nor better", () => {
  const plot = slicePlot([slice], { column: "origin", baseline: "v1", less: true }, frame);
  expect(plot).toContain('class="mark soft"');
  expect(plot).not.toMatch(better);
});
