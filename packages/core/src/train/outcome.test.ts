import { describe, expect, test } from "vitest";
import type { Exit } from "../backend.ts";
import { type Evidence, outcome } from "./outcome.ts";

const done: Exit = { code: 0, signal: null, stopped: false, seconds: 1, tail: ["last line"] };
const good: Evidence = {
  step: "train",
  exit: done,
  missing: [],
  empty: [],
  invalidMetrics: [],
  primaryMetrics: ["log_loss"],
};

test("exit 0 with every output and finite metrics is no failure", () => {
  expect(outcome(good)).toBeNull();
});

describe("a stop means interrupted, whatever the exit code", () => {
  test.each([0, 1, 143, null])("exit %s", (code) => {
    expect(outcome({ ...good, exit: { ...done, code, stopped: true } })?.class).toBe("cancelled");
  });
});

const failures: readonly (readonly [string, Partial<Evidence>, string])[] = [
  ["an exit code", { exit: { ...done, code: 3 } }, "exit"],
  ["EX_TEMPFAIL, which asks to be run again", { exit: { ...done, code: 75 } }, "cancelled"],
  ["a signal", { exit: { ...done, code: null, signal: "SIGSEGV" } }, "signal"],
  ["SIGKILL without a stop, the kernel's", { exit: { ...done, code: null, signal: "SIGKILL" } }, "out-of-memory"],
  [
    "CUDA running out of memory",
    { exit: { ...done, code: 1, tail: ["torch.OutOfMemoryError: CUDA out of memory."] } },
    "out-of-memory",
  ],
  ["a declared output that was not written", { missing: ["model.onnx"] }, "outputs-missing"],
  ["an empty output", { empty: ["model.onnx"] }, "output-invalid"],
  ["a NaN in the judged metric", { invalidMetrics: ["log_loss"] }, "metric-invalid"],
];
test.each(failures)("%s fails the run", (_what, change, expected) => {
  expect(outcome({ ...good, ...change })).toMatchObject({ class: expected, step: "train" });
});

test("a NaN in a metric nobody judges does not fail the run", () => {
  expect(outcome({ ...good, invalidMetrics: ["grad_norm"] })).toBeNull();
});

test("the failure carries the last lines, so that a report is never empty", () => {
  expect(outcome({ ...good, exit: { ...done, code: 1 } })?.logTail).toEqual(["last line"]);
});
