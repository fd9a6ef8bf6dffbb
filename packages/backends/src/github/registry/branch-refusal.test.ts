import { expect, test } from "vitest";
import type { GithubConnection } from "../call/connection.ts";
import { branchRefusal } from "./branch-refusal.ts";

const connection = { owner: "octo", name: "flights" } as GithubConnection;
const told = (said: string, type?: string) => branchRefusal(said, type, 2048, connection);

/** Words that GitHub was met with; a change of them must not turn a lost race into a failed job, nor a refusal into an endless one. */
test.each([
  ['Expected branch to point to "abc" but it did not.  Pull and try again.', "STALE_DATA"],
  ["refs/heads/trainyard/registry is at 1f2e but expected 9c8b", undefined],
  ["Update is not a fast forward", undefined],
  ["Reference already exists", undefined],
  ["Reference does not exist", undefined],
  ['A branch named "trainyard/registry" does not exist in the repository', "NOT_FOUND"],
])("%s: somebody else was first", (said, type) => {
  expect(told(said, type)?.code).toBe("REGISTRY_CONFLICT");
});

test.each([
  "Repository rule violations found\n\nCannot update this protected ref.",
  "Repository rule violations found\n\nChanges must be made through a pull request.",
  "Repository rule violations found\n\nCannot create ref due to creations being restricted.",
  "GH006: Protected branch update failed for refs/heads/trainyard/registry.",
  "Repository rule violations found\n\nCommits must have verified signatures.",
])("%s: a rule forbids it, and which is said on one line", (said) => {
  const refused = told(said);
  expect(refused?.code).toBe("BRANCH_PROTECTED");
  expect(refused?.message).not.toContain("\n");
});

test.each([
  ["Resource not accessible by integration", "FORBIDDEN"],
  ["octo-cat does not have the correct permissions to execute `CreateCommitOnBranch`", "FORBIDDEN"],
])("%s: the job lacks a permission", (said, type) => {
  expect(told(said, type)?.hint).toContain("contents: write");
});

test.each([
  "Something went wrong while executing your query. Please include `ABCD:1234` when reporting this issue.",
  "Something went wrong while executing your query on 2026-11-23T20:00:00Z. It may have timed out.",
])("%s: nobody knows whether it was done", (said) => {
  expect(told(said)?.code).toBe("SERVICE_UNREACHABLE");
});

test("a commit that is too large, a repository without a commit, and words that mean nothing here", () => {
  expect(told("Request entity too large")?.details).toMatchObject({ bytes: 2048 });
  expect(told("Git Repository is empty.")?.code).toBe("REPOSITORY_EMPTY");
  expect(told("A path was requested for deletion which does not exist as of commit oid `abc`")).toBeNull();
});
