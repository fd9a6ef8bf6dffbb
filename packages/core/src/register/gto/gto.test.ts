import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { modelNames } from "../imports/import-names.ts";
import { type GitTag, gtoHistory, gtoTagName, parseGtoName } from "./gto.ts";

const commit = (digit: string) => digit.repeat(40);
const aTag = (name: string, change: Partial<GitTag> = {}): GitTag => ({
  name,
  id: createHash("sha1").update(name).digest("hex"),
  commit: commit("1"),
  tagger: { name: "Ana", at: 1_000_000_000 },
  subject: "a message",
  ...change,
});
const at = (seconds: number) => ({ tagger: { name: "Ana", at: seconds } });

test.each([
  ["churn@v1.2.3", { artifact: "churn", kind: "registered", version: "v1.2.3" }],
  ["churn@v1.2.3-rc.1+build5", { artifact: "churn", kind: "registered", version: "v1.2.3-rc.1+build5" }],
  ["churn@v1.2.3!", { artifact: "churn", kind: "deregistered", version: "v1.2.3" }],
  ["churn#prod#7", { artifact: "churn", kind: "assigned", stage: "prod", counter: 7 }],
  ["churn#prod", { artifact: "churn", kind: "assigned", stage: "prod", counter: null }],
  ["churn#prod!#8", { artifact: "churn", kind: "unassigned", stage: "prod", counter: 8 }],
  ["churn@deprecated#9", { artifact: "churn", kind: "deprecated", counter: 9 }],
  ["Churn_2@v1.0.0", { artifact: "Churn_2", kind: "registered", version: "v1.0.0" }],
  ["some/dir=nlp/churn@v0.1.0", { artifact: "some/dir:nlp/churn", kind: "registered", version: "v0.1.0" }],
])("%s is read as GTO means it", (name, expected) => {
  const read = parseGtoName(name);
  expect(read).toMatchObject(expected);
  expect(read !== null && read.kind !== "deprecated" && gtoTagName(read)).toBe(
    expected.kind === "deprecated" ? false : name,
  );
});

test.each([
  "v1.2.3",
  "release/1.0",
  "churn@1.2.3",
  "churn@v1.2",
  "churn@v01.2.3",
  "churn.v2@v1.0.0",
  "churn-@v1.0.0",
  "churn#",
  "churn#prod#x",
  "churn@deprecated!",
  "a=b=c@v1.0.0",
  "",
])("%j is not one of GTO's", (name) => expect(parseGtoName(name)).toBeNull());

test("a stage is held by the version of its commit that was assigned last; taking back a version empties its stages", () => {
  const tags = [
    aTag("churn@v1.0.0", at(1)),
    aTag("churn@v2.0.0", { commit: commit("2"), ...at(2) }),
    aTag("churn#prod#1", at(3)),
    aTag("churn#prod#2", { commit: commit("2"), ...at(4) }),
  ];
  expect(gtoHistory(tags).stages).toEqual([{ artifact: "churn", stage: "prod", version: "v2.0.0" }]);
  const unassigned = [...tags, aTag("churn#prod!#3", { commit: commit("2"), ...at(5) })];
  expect(gtoHistory(unassigned).stages).toEqual([{ artifact: "churn", stage: "prod", version: "v1.0.0" }]);
  const back = [...unassigned, aTag("churn@v1.0.0!", at(6))];
  expect(gtoHistory(back)).toMatchObject({ stages: [] });
  expect(gtoHistory(back).events.every(({ problem }) => problem === null)).toBe(true);
});

test("a deprecated artifact is in no stage, until something else happens to it", () => {
  const tags = [aTag("churn@v1.0.0", at(1)), aTag("churn#prod#1", at(2)), aTag("churn@deprecated#2", at(3))];
  expect(gtoHistory(tags).stages).toEqual([]);
  const revived = [...tags, aTag("churn@v2.0.0", { commit: commit("2"), ...at(4) })];
  expect(gtoHistory(revived).stages).toEqual([{ artifact: "churn", stage: "prod", version: "v1.0.0" }]);
});

test("of one second the counter decides, whatever the order git gives the tags in", () => {
  const tags = [aTag("churn#prod!#2", at(2)), aTag("churn#prod#1", at(2)), aTag("churn@v1.0.0", at(1))];
  expect(gtoHistory(tags).stages).toEqual([]);
});

test("what cannot be is said: an assignment without a version, a withdrawal of nothing, a lightweight tag", () => {
  const tags = [aTag("churn#prod#1"), aTag("churn@v9.0.0!"), aTag("churn@v1.0.0", { tagger: null })];
  expect(gtoHistory(tags).events.map(({ problem }) => problem)).toEqual([
    expect.stringContaining("lightweight"),
    expect.stringContaining("no v9.0.0"),
    expect.stringContaining("no version was registered at its commit"),
  ]);
});

test("artifacts get models' names; of two that would share one the first keeps it, and what cannot be a name has none", () => {
  expect([...modelNames(["nlp/churn", "nlp:churn", "a".repeat(70), "x"])]).toEqual([
    ["nlp/churn", "nlp-churn"],
    ["x", "x"],
  ]);
});
