import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../data/params.ts";
import { parseFlowYaml } from "./flow-yaml.ts";
import { newNames, parseSetting, setParams } from "./set-params.ts";

const refusal = (input: string) =>
  expect.objectContaining({ code: "INPUT_INVALID", details: expect.objectContaining({ input }) });

describe("a value", () => {
  test.each<[string, JsonValue]>([
    ["0.1", 0.1],
    ["1e-3", 0.001],
    ["-0", 0],
    ["+7", 7],
    ["0x1f", 31],
    ["0o17", 15],
    ["017", 17],
    [".5", 0.5],
    ["true", true],
    ["no", "no"],
    ["null", null],
    ["~", null],
    ["", null],
    ["28d", "28d"],
    ["1.2.3", "1.2.3"],
    ['"0.1"', "0.1"],
    ["'it''s'", "it's"],
    ["2001-03-22", "2001-03-22"],
    ["a=b", "a=b"],
    ["http://h:80/x", "http://h:80/x"],
    ["[64, 32,]", [64, 32]],
    ["[a, 'b', [true]]", ["a", "b", [true]]],
    ["{lr: 0.1, opt: {name: adam}}", { lr: 0.1, opt: { name: "adam" } }],
    ['{"a":1,"b":[null]}', { a: 1, b: [null] }],
    ["[]", []],
  ])("%s is read as YAML 1.2 has it", (text, value) => {
    expect(parseSetting(`x=${text}`)).toEqual({ name: "x", value });
  });

  test.each([
    "[1, 2",
    "{a 1}",
    '"open',
    "[1] 2",
    "{a: 1, a: 2}",
    ".inf",
    ".nan",
    "1e999",
    "12345678901234567890",
    "*alias",
    "[[".repeat(100),
  ])("%s is refused", (text) => {
    expect(() => parseSetting(`x=${text}`)).toThrow(refusal("set x"));
  });

  test("of JSON is read as JSON reads it, whatever it is", () => {
    const json = fc.jsonValue({ maxDepth: 5 }).filter((value) => !/\d{16}/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(json, (value) => {
        expect(parseFlowYaml(JSON.stringify(value))).toEqual({ value: JSON.parse(JSON.stringify(value)) });
      }),
    );
  });
});

describe("settings", () => {
  const params = { lr: 0.1, model: { depth: 3, layers: [64, 32] }, note: null };

  test("change one parameter and leave the given ones as they were", () => {
    expect(setParams(params, ["lr=0.2"])).toEqual({ ...params, lr: 0.2 });
    expect(params.lr).toBe(0.1);
  });

  test("reach into mappings and lists by dots, and make the mappings that are missing", () => {
    expect(setParams(params, ["model.depth=5", "model.layers.1=16", "new.deep.er=x", "note.by=ana"])).toEqual({
      lr: 0.1,
      model: { depth: 5, layers: [64, 16] },
      note: { by: "ana" },
      new: { deep: { er: "x" } },
    });
  });

  test("are applied in order, the last one wins, and the order of names stays", () => {
    expect(JSON.stringify(setParams(params, ["lr=1", "lr=2"]))).toBe(
      '{"lr":2,"model":{"depth":3,"layers":[64,32]},"note":null}',
    );
  });

  test("may be called __proto__ without changing what objects are", () => {
    const changed = setParams({}, ["__proto__.polluted=true"]);
    expect(Object.hasOwn(changed, "__proto__")).toBe(true);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test.each(["lr", "=1", "a..b=1", ".a=1", " =1"])("%s is no setting", (text) => {
    expect(() => setParams(params, [text])).toThrow(refusal("set"));
  });

  test.each(["lr.x=1", "model.layers.2=1", "model.layers.x=1"])("%s leads nowhere", (text) => {
    expect(() => setParams(params, [text])).toThrow(refusal(`set ${text.split("=")[0]}`));
  });
});

test("a setting that the file has no parameter for is told with those of its place", () => {
  const params = { w: 1, optimizer: { lr: 0.1 }, layers: [8] };
  expect(newNames(params, ["w=2", "optimizer.lr=1", "layers.0=9"])).toEqual([]);
  expect(newNames(params, ["ww=2", "optimizer.lrr=1"])).toEqual([
    { name: "ww", known: ["w", "optimizer", "layers"] },
    { name: "optimizer.lrr", known: ["lr"] },
  ]);
});
