import { createHash } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import type { BranchCommit } from "../../backend.ts";
import { aVersion, MemoryBranch, MemoryClock, MemoryRandom } from "../../testing/index.ts";
import { rootDigest } from "../fold/root-digest.ts";
import { registrationOf } from "../log/event.ts";
import { REGISTRY_FILE } from "../log/layout.ts";
import { openRegistry } from "../write/open-registry.ts";
import { aliasAt, aliasFiles } from "./alias-at.ts";

const sha256 = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const model = "churn";
const path = aliasFiles(model, "staging")[1];
const refusal = (code: string) => expect.objectContaining({ name: "TrainyardError", code });
const root = rootDigest([{ path: "model.onnx", digest: sha256("1") }], sha256);
let commit: BranchCommit;
let files: ReadonlyMap<string, string>;

beforeEach(async () => {
  const branch = new MemoryBranch(sha256);
  const actor = { name: "ana", kind: "person" } as const;
  const registry = openRegistry({ branch, sha256, clock: new MemoryClock(), random: new MemoryRandom(1), actor });
  const made = [{ path: "model.onnx", size: 11, digest: sha256("1") }];
  const version = registrationOf(aVersion({ model, version: 1, files: made, rootDigest: root }));
  const alias = { type: "alias.set", model, alias: "staging", from: null, to: 1, generation: 1, reason: null } as const;
  await registry.transact(model, () => ({ events: [version, alias], result: null }));
  const head = (await branch.head()) as string;
  const [newest] = await branch.log(head, 1);
  const tree = "0123456789abcdef0123456789abcdef01234567";
  const message = (newest?.message ?? "").replace(
    "Trainyard-Event",
    `Trainyard-Tree: ${tree.slice(0, 16)}\nTrainyard-Event`,
  );
  commit = { revision: head, parents: newest?.parents ?? [], message, tree };
  files = await branch.read(head, aliasFiles(model, "staging"));
});

const holder = (alias = "staging") => aliasAt(commit, files, model, alias);
const changed = (file: string, from: string | RegExp, to: string) =>
  new Map(files).set(file, (files.get(file) as string).replace(from, to));

test("an alias's holder is told by its own file and the newest commit", () => {
  expect(holder()).toEqual({ version: 1, rootDigest: root });
  expect(holder("production")).toBeNull();
});

test.each([
  ["a commit with other files", () => ({ tree: "f".repeat(40) })],
  ["a commit by hand", () => ({ message: "Edit by hand\n" })],
  ["a merge", () => ({ parents: ["a", "b"] })],
  [
    "an older commit's message",
    ({ message }: BranchCommit) => ({ message: message.replace(/Event: \d+/, "Event: 1") }),
  ],
] as const)("%s is damage", (_name, change) => {
  commit = { ...commit, ...change(commit) };
  expect(() => holder()).toThrow(refusal("REGISTRY_DAMAGED"));
});

test.each([
  ["is not canonical", /^\{/, "{ "],
  ["is another alias's", '"alias":"staging"', '"alias":"other"'],
  ["names half a version", /"rootDigest":"[^"]*"/, '"rootDigest":null'],
  ["names an event to come", /"sinceSeq":\d+/, '"sinceSeq":99'],
])("an alias's file that %s is damage", (_name, from, to) => {
  files = changed(path, from, to);
  expect(() => holder()).toThrow(refusal("REGISTRY_DAMAGED"));
});

test("a later format is refused with the one that is needed, and a branch without trainyard.json is damage", () => {
  files = changed(REGISTRY_FILE, '"format":1', '"format":2');
  expect(() => holder()).toThrow(refusal("REGISTRY_FUTURE"));
  files = new Map([...files].filter(([name]) => name !== REGISTRY_FILE));
  expect(() => holder()).toThrow(refusal("REGISTRY_DAMAGED"));
});
