import { expect, test } from "vitest";
import { evaluate, fill, fillText, holds } from "./expression.ts";

const contexts = {
  github: { event_name: "pull_request", event: { pull_request: { head: { sha: "abc" } } }, actor: "ana" },
  needs: { plan: { result: "success", outputs: { any: "true", matrix: '{"include":[{"model":"toy"}]}' } } },
  inputs: {},
};
const failed = { success: false, failure: true, cancelled: false };

test("a value alone keeps its type, text around it makes text, what is not there is empty", () => {
  expect(fill("${{ fromJSON(needs.plan.outputs.matrix) }}", contexts)).toEqual({ include: [{ model: "toy" }] });
  expect(fillText("by ${{ github.actor }} at ${{ github.event.pull_request.head.sha }}", contexts)).toBe(
    "by ana at abc",
  );
  expect(fillText("${{ inputs.reason }}", contexts)).toBe("");
  expect(evaluate("inputs.environment || 'production'", contexts)).toBe("production");
});

test("without a status function a condition means success() too", () => {
  expect(holds("needs.plan.outputs.any == 'true'", contexts, failed)).toBe(false);
  expect(holds("always() && needs.plan.outputs.any == 'true'", contexts, failed)).toBe(true);
  expect(holds("${{ !cancelled() }}", contexts, failed)).toBe(true);
  expect(holds(undefined, contexts, failed)).toBe(false);
  expect(holds("github.event.merge_group", contexts, { success: true, failure: false, cancelled: false })).toBe(false);
});

test("a word that is no context is a mistake", () => {
  expect(() => evaluate("githup.actor", contexts)).toThrow();
});
