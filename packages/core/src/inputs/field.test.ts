import { describe, expect, test } from "vitest";
import { z } from "zod";
import { describedField, fields, readFields } from "./field.ts";

const Inputs = z.strictObject({
  model: z.string().optional().describe("the model").meta({ positional: true, placeholder: "MODEL" }),
  set: z.array(z.string()).default([]).describe("vary a parameter"),
  yes: z.boolean().default(false).describe("do not ask"),
  last: z.int().positive().optional().describe("how many"),
  "on-drift": z.enum(["report", "retrain"]).optional().describe("what then"),
});

test("fields carry type, choices, default, description and where they stand, from the schema alone", () => {
  expect(fields(Inputs).map(({ name, type, choices, positional }) => [name, type, choices, positional])).toEqual([
    ["model", "string", null, true],
    ["set", "list", null, false],
    ["yes", "boolean", null, false],
    ["last", "number", null, false],
    ["on-drift", "string", ["report", "retrain"], false],
  ]);
});

test("text from flags and from INPUT_ variables becomes typed values; empty text is not given", () => {
  expect(readFields(Inputs, { set: ["a=1", "b=2"], yes: true, last: "3" })).toEqual({
    set: ["a=1", "b=2"],
    yes: true,
    last: 3,
  });
  expect(readFields(Inputs, { model: "", set: "a=1\n  b=2\n", yes: "false", "on-drift": "report" })).toEqual({
    set: ["a=1", "b=2"],
    yes: false,
    "on-drift": "report",
  });
});

describe("a wrong input is refused by name", () => {
  const wrong: readonly (readonly [string, Record<string, string | string[] | boolean>, string, RegExp])[] = [
    ["unknown, with the nearest right name", { "on-drfit": "x" }, "INPUT_UNKNOWN", /Did you mean "on-drift"/],
    ["none of the choices", { "on-drift": "panic" }, "INPUT_INVALID", /one of report, retrain/],
    ["no number", { last: "three" }, "INPUT_INVALID", /a number/],
    ["not positive", { last: "0" }, "INPUT_INVALID", /^last must be more than 0, but is 0\.$/],
    ["no whole number", { last: "1.5" }, "INPUT_INVALID", /^last must be a whole number, but is 1\.5\.$/],
    ["no boolean", { yes: "yep" }, "INPUT_INVALID", /true or false/],
    ["given twice", { model: ["a", "b"] }, "INPUT_INVALID", /given once/],
    ["named like something every object has", { constructor: "x" }, "INPUT_UNKNOWN", /constructor/],
  ];
  test.each(wrong)("%s", (_what, given, code, says) => {
    expect(() => readFields(Inputs, given)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(says) }),
    );
  });
});

describe("an input that would be ignored is refused", () => {
  const Verb = z.strictObject({
    candidate: z.string().optional(),
    groups: z.string().optional().describe("a column").meta({ with: "candidate", setting: "evaluate.groups" }),
    column: z.array(z.string()).default([]).meta({ with: "candidate" }),
    run: z.string().default("newest").meta({ without: "candidate" }),
  });
  const flag = (name: string) => `--${name}`;
  const said = (given: Record<string, string | string[]>) => {
    try {
      return readFields(Verb, given, flag);
    } catch (error) {
      const { code, message, hint } = error as { code: string; message: string; hint: string };
      return `${code} ${message} ${hint}`;
    }
  };

  test("without what it goes with: the refusal names both, and the setting that says it in a project", () => {
    expect(said({ groups: "day" })).toBe(
      "INPUT_UNUSED --groups does nothing without --candidate. In a project evaluate.groups of trainyard.yaml says it; else leave it out.",
    );
    expect(said({ column: ["id=flight"] })).toBe(
      "INPUT_UNUSED --column does nothing without --candidate. Leave it out.",
    );
  });
  test("with what leaves it nothing to do", () => {
    expect(said({ run: "r1", candidate: "a.csv" })).toBe(
      "INPUT_UNUSED --run does nothing with --candidate. Leave it out.",
    );
  });
  test("its default, and what is empty, are not given", () => {
    expect(said({ candidate: "a.csv", groups: "", column: [] })).toMatchObject({ candidate: "a.csv", run: "newest" });
    expect(said({ run: "r1" })).toMatchObject({ run: "r1" });
    expect(said({ groups: "day", candidate: "a.csv" })).toMatchObject({ groups: "day" });
  });
  test("help says the same from the same place", () => {
    const texts = fields(Verb).map((field) => describedField(field, flag));
    expect(texts).toEqual(["", "a column (with --candidate)", " (with --candidate)", " (not with --candidate)"]);
  });
});
