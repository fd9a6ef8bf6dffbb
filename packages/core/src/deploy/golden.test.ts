import { expect, test } from "vitest";
import { parseGolden } from "./golden.ts";

const aGolden = (change: object = {}) =>
  JSON.stringify({ path: "/predict", request: { x: 1 }, response: { y: 2 }, tolerance: 0.1, ...change });

test("a smoke request is read, its tolerance 1e-6 by default", () => {
  expect(parseGolden(aGolden({ tolerance: undefined }), "golden.json")).toEqual({
    path: "/predict",
    request: { x: 1 },
    response: { y: 2 },
    tolerance: 1e-6,
  });
});

test("a null answer can be expected", () => {
  expect(parseGolden(aGolden({ response: null }), "golden.json").response).toBeNull();
});

test.each([
  ["text that is not JSON", "{", /not JSON/],
  ["a list", "[]", /expected object/i],
  ["no request", aGolden({ request: undefined }), /request must be the body to send, but is missing/],
  ["no answer", aGolden({ response: undefined }), /response must be the answer to expect, but is missing/],
  ["a path on another host", aGolden({ path: "@evil.example/" }), /path must be a path on the server/],
  ["a negative tolerance", aGolden({ tolerance: -1 }), /tolerance/],
  ["a misspelt key", aGolden({ tolerence: 1 }), /tolerence/],
])("%s is refused", (_what, text, problem) => {
  expect(() => parseGolden(text, "golden.json")).toThrow(
    expect.objectContaining({ code: "SMOKE_REQUEST_INVALID", message: expect.stringMatching(problem) }),
  );
});
