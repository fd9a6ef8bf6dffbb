import { expect, test } from "vitest";
import { askedInComment } from "./asked-in-comment.ts";

test("a promotion names a model, a version and a reason, or nothing at all", () => {
  expect(askedInComment("/promote")).toEqual({ model: "", rollback: false, reason: "" });
  expect(askedInComment("  /promote flight-delays@12 \tthe one of today\nthanks!")).toEqual({
    model: "flight-delays@12",
    rollback: false,
    reason: "the one of today",
  });
});

test("going back needs a model and a reason", () => {
  expect(askedInComment("/rollback toy it answers zeros")).toEqual({
    model: "toy",
    rollback: true,
    reason: "it answers zeros",
  });
  expect(() => askedInComment("/rollback toy")).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
});

test.each([
  "/promoted toy",
  "please /promote toy",
  "/promote $(id)",
  "/promote toy$(id)",
  "/promote [toy](https://x)",
  "/promote toy;id",
  "/promote toy@1@2",
  "/promote ../toy",
  "/promote toy@",
  "",
])("%j is refused", (body) => {
  expect(() => askedInComment(body)).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
});
