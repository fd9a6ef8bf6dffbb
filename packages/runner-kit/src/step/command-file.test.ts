import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseEntries } from "../../../../test/runner/file-commands.ts";
import { appendArtifacts, appendEntry, appendSummary } from "./command-file.ts";

let file: string;
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), "trainyard-files-")), "out");
  writeFileSync(file, "");
});
afterEach(() => rmSync(join(file, ".."), { recursive: true, force: true }));

describe("outputs and state", () => {
  test("any value comes back as it was, and none can begin another name", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom("a\nverdict=pass", "x<<EOF\ny\nEOF", "")), { maxLength: 5 }),
        (values) => {
          writeFileSync(file, "");
          for (const [index, value] of values.entries()) appendEntry(file, `name-${index}`, value);
          expect(parseEntries(readFileSync(file, "utf8"))).toEqual(
            Object.fromEntries(values.map((value, index) => [`name-${index}`, value])),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  test("outside a runner nothing is written", () => {
    expect(() => appendEntry(undefined, "a", "b")).not.toThrow();
    expect(() => appendEntry("", "a", "b")).not.toThrow();
  });
});

describe("the summary", () => {
  test("is added to what stands there", () => {
    appendSummary(file, "# one");
    appendSummary(file, "two\n");
    expect(readFileSync(file, "utf8")).toBe("# one\ntwo\n");
  });

  test("that would be over one MiB, for which the runner drops all of it, becomes a line that says so", () => {
    appendSummary(file, "kept");
    appendSummary(file, "ü".repeat(600_000));
    expect(readFileSync(file, "utf8")).toMatch(/^kept\nThe summary would be longer/);
  });
});

describe("what a job made", () => {
  test("is named a line each, all or none, and only to a runner that asks", () => {
    expect(appendArtifacts(file, ["/run/a", "/run/b c"])).toBe(true);
    expect(appendArtifacts(file, ["/run/x", "/run/y\nfile:///etc/passwd"])).toBe(false);
    expect(
      appendArtifacts(
        file,
        Array.from({ length: 501 }, (_, index) => `/run/${index}`),
      ),
    ).toBe(false);
    expect(readFileSync(file, "utf8")).toBe("/run/a\n/run/b c\n");
    expect(appendArtifacts(undefined, ["/run/a"])).toBe(true);
  });
});
