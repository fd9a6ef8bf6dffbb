import { TrainyardError } from "@trainyard/core";
import { expect, test } from "vitest";
import { brokenRun } from "../../../../test/gallery/build.ts";
import { refuseForeign, type WorkflowRun } from "./run-identity.ts";

const [HEAD, MERGE, OTHER] = ["a".repeat(40), "b".repeat(40), "c".repeat(40)] as const;
const run: WorkflowRun = {
  id: 7,
  event: "pull_request",
  path: ".github/workflows/model-review.yml",
  headSha: HEAD,
  url: "https://github.com/octo/toys/actions/runs/7",
  actor: "ana",
  foreign: false,
  createdAt: 0,
};
const made = (commit: string, headCommit: string) => {
  const record = brokenRun();
  return { ...record, code: { ...record.code, commit, headCommit } };
};
const field = (act: () => void) => {
  try {
    act();
  } catch (error) {
    return (error as TrainyardError).message;
  }
  return null;
};

test("a pull request's job may have checked out its head or the merge of it", () => {
  expect(field(() => refuseForeign(made(HEAD, HEAD), run, MERGE))).toBeNull();
  expect(field(() => refuseForeign(made(MERGE, HEAD), run, MERGE))).toBeNull();
});

test("a bundle of another head, or of another commit under the right head, is refused by the field that lies", () => {
  expect(field(() => refuseForeign(made(HEAD, OTHER), run, MERGE))).toContain("head commit");
  expect(field(() => refuseForeign(made(OTHER, HEAD), run, MERGE))).toMatch(/ commit .*cccc/);
  expect(() => refuseForeign(made(OTHER, HEAD), run, MERGE)).toThrow(TrainyardError);
});

test("of a push only the commit tells", () => {
  const push = { ...run, event: "push" };
  expect(field(() => refuseForeign(made(HEAD, OTHER), push, HEAD))).toBeNull();
  expect(field(() => refuseForeign(made(OTHER, HEAD), push, MERGE))).toMatch(/ commit .*cccc/);
});
