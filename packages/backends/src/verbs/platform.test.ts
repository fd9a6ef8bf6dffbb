import { expect, test } from "vitest";
import { needsPosix } from "./platform.ts";

test("on Windows train and deploy are refused with a reason; Linux and macOS run them", () => {
  expect(() => needsPosix("train", "win32")).toThrow(expect.objectContaining({ code: "PLATFORM_UNSUPPORTED" }));
  for (const platform of ["linux", "darwin"] as const) expect(() => needsPosix("deploy", platform)).not.toThrow();
});
