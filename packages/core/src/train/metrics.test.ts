import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { finalMetrics, metricOfLine, metricOfPrinted, metricsOfJson } from "./metrics.ts";

describe("metrics.json", () => {
  test("plain numbers, {value} and nested objects are metrics by their dotted name", () => {
    const found = metricsOfJson(
      '{"auc": 0.7, "loss": {"value": 0.5, "n": 3}, "test": {"f1": 0.6}, "note": "x", "list": [1]}',
    );
    expect(found?.map(({ name, value }) => [name, value])).toEqual([
      ["auc", 0.7],
      ["loss", 0.5],
      ["test.f1", 0.6],
    ]);
  });

  test("Python's bare NaN and Infinity are read as such, not taken for a damaged file", () => {
    const found = metricsOfJson('{"loss": NaN, "gap": -Infinity, "text": "NaN and Infinity", "ok": 1}');
    expect(found?.map(({ name, value }) => [name, value])).toEqual([
      ["loss", Number.NaN],
      ["gap", Number.NEGATIVE_INFINITY],
      ["ok", 1],
    ]);
  });

  test("null, which pandas writes for NaN, and the words NaN and inf are no numbers either", () => {
    const found = metricsOfJson('{"loss": null, "auc": "NaN", "gap": {"value": null}, "note": "fine"}');
    expect(found).toEqual(["loss", "auc", "gap"].map((name) => ({ name, value: Number.NaN, step: null })));
  });

  test.each(["", "[1]", "null", "{", '{"a": nan}'])("%j is no object of metrics", (text) => {
    expect(metricsOfJson(text)).toBeNull();
  });

  test("any finite numbers come back as they were written", () => {
    const names = fc.stringMatching(/^[a-z_]{1,12}$/).filter((name) => name !== "value" && name !== "__proto__");
    fc.assert(
      fc.property(fc.dictionary(names, fc.double({ noNaN: true, noDefaultInfinity: true })), (metrics) => {
        const found = metricsOfJson(JSON.stringify(metrics)) ?? [];
        expect(Object.fromEntries(found.map(({ name, value }) => [name, value]))).toEqual(
          JSON.parse(JSON.stringify(metrics)),
        );
      }),
    );
  });
});

test("a line of TRAINYARD_METRICS_FILE is one JSON object; any other line is passed over", () => {
  expect(metricOfLine('{"step": 3, "name": "loss", "value": 0.5}')).toEqual({ name: "loss", step: 3, value: 0.5 });
  expect(metricOfLine('{"name": "loss", "value": NaN}')).toEqual({ name: "loss", step: null, value: Number.NaN });
  for (const line of ["", "loss 0.5", '{"name": "loss"}', '{"name": 1, "value": 2}', "{"])
    expect(metricOfLine(line)).toBeNull();
});

test("a printed line says a metric only in its whole form", () => {
  expect(metricOfPrinted("::trainyard metric name=auc value=0.71::")).toEqual({ name: "auc", step: null, value: 0.71 });
  expect(metricOfPrinted("::trainyard metric name=loss step=4 value=1e-3::")).toEqual({
    name: "loss",
    step: 4,
    value: 0.001,
  });
  for (const line of ["auc 0.71", "::trainyard metric name=auc::", "see ::trainyard metric name=auc value=1::"])
    expect(metricOfPrinted(line)).toBeNull();
});

test("of a name reported often the last value counts, and what is no number is kept apart", () => {
  const steps = [1, 2, 3].map((step) => ({ name: "loss", value: 1 / step, step }));
  const { metrics, invalid } = finalMetrics([steps, [{ name: "auc", value: Number.NaN, step: null }]]);
  expect(metrics.map(({ name, value }) => [name, value])).toEqual([["loss", 1 / 3]]);
  expect(invalid).toEqual(["auc"]);
});
