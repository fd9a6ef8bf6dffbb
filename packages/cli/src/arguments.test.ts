import { fields, z } from "@trainyard/core";
import { describe, expect, test } from "vitest";
import { sortWords, splitCommandLine } from "./arguments.ts";

const all = fields(
  z.strictObject({
    model: z.string().optional().meta({ positional: true }),
    set: z.array(z.string()).default([]),
    yes: z.boolean().default(false),
    run: z.string().optional(),
    token: z.string().optional().meta({ surface: "action" }),
  }),
);

test("global flags may stand before or after the command", () => {
  const before = splitCommandLine(["-C", "dir", "--json", "train", "churn", "--set", "a=1"]);
  const after = splitCommandLine(["train", "churn", "--set", "a=1", "--json", "-C", "dir"]);
  expect(before).toEqual(after);
  expect(before).toMatchObject({
    command: "train",
    rest: ["churn", "--set", "a=1"],
    globals: { folder: "dir", json: true, write: null },
  });
});

test("--name value, --name=value, switches, repeated flags and positional words are sorted into fields", () => {
  expect(sortWords(["churn", "--set", "a=1", "--set=b=2", "--yes", "--run=7f3a"], all)).toEqual({
    model: "churn",
    set: ["a=1", "b=2"],
    yes: true,
    run: "7f3a",
  });
});

describe("refused", () => {
  const wrong: readonly (readonly [string, string[], string])[] = [
    ["a word too many", ["churn", "more"], "WORD_TOO_MANY"],
    ["a misspelt flag", ["--rnu", "x"], "INPUT_UNKNOWN"],
    ["a flag without its value", ["--run"], "INPUT_MISSING"],
    ["a flag given twice that takes one value", ["--run", "a", "--run=b"], "INPUT_INVALID"],
    ["an input that only actions have", ["--token", "x"], "INPUT_UNKNOWN"],
  ];
  test.each(wrong)("%s", (_what, words, code) => {
    expect(() => sortWords(words, all)).toThrow(expect.objectContaining({ code }));
  });

  test("-C without a folder", () => {
    expect(() => splitCommandLine(["train", "-C"])).toThrow(expect.objectContaining({ code: "INPUT_MISSING" }));
  });
});
