import { DeployInputs, EvaluateInputs, TrainInputs } from "@trainyard/core";
import { describe, expect, test } from "vitest";
import { EveryActionInputs } from "./action.ts";
import { readInputs } from "./read-inputs.ts";

const read = (environment: Record<string, string>) => readInputs(TrainInputs, EveryActionInputs, environment);
const refusal = (code: string, details: object) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });

describe("inputs of an action", () => {
  test("come from INPUT_ variables: kebab-case, an item a line, empty means not given", () => {
    const { inputs, extra } = read({
      "INPUT_EVALUATE-DATA": "a.csv",
      INPUT_SET: "rate=0.1\n\n depth=3 \n",
      INPUT_MODEL: "",
      INPUT_REASON: " ",
    });
    expect(inputs).toEqual({
      "evaluate-data": "a.csv",
      set: ["rate=0.1", "depth=3"],
      data: [],
      reuse: false,
      "review-workflow": "model-review.yml",
    });
    expect(extra).toEqual({ "working-directory": ".", "github-token": "", store: "releases" });
  });

  test("a misspelt one is refused with the nearest right name", () => {
    expect(() => read({ "INPUT_EVALUATE-DATE": "a.csv" })).toThrow(
      refusal("INPUT_UNKNOWN", { input: "evaluate-date", nearest: "evaluate-data" }),
    );
    expect(() => read({ "INPUT_WORKING-DIR": "x" })).toThrow(refusal("INPUT_UNKNOWN", { input: "working-dir" }));
  });

  test("one of the command line alone is refused too: what judges comes from the config", () => {
    expect(() => readInputs(EvaluateInputs, EveryActionInputs, { INPUT_BASELINE: "none" })).toThrow(
      refusal("INPUT_UNKNOWN", { input: "baseline" }),
    );
    expect(() => readInputs(DeployInputs, EveryActionInputs, { INPUT_YES: "true" })).toThrow(
      refusal("INPUT_UNKNOWN", { input: "yes" }),
    );
  });

  test("a value of the wrong kind is refused with what was expected", () => {
    expect(() => read({ "INPUT_DRIFT-EVENT": "twelve" })).toThrow(
      refusal("INPUT_INVALID", { input: "drift-event", expected: "a number" }),
    );
    expect(() => read({ INPUT_ONLY: "nothing" })).toThrow(
      refusal("INPUT_INVALID", { input: "only", expected: "one of predict" }),
    );
    expect(() => readInputs(DeployInputs, EveryActionInputs, { INPUT_ROLLBACK: "yes" })).toThrow(
      refusal("INPUT_INVALID", { input: "rollback", expected: "true or false" }),
    );
  });
});
