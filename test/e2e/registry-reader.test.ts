import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { changeAlias, openRegistry, type Registry, registrationOf, rootDigest, withdraw } from "@trainyard/core";
import { aVersion, memoryBackend } from "@trainyard/core/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openGitBranch } from "../../packages/backends/src/git/git-branch.ts";
import { sha256 } from "../../packages/backends/src/local/sha256.ts";

const reader = fileURLToPath(new URL("../../examples/registry-reader/read_registry.py", import.meta.url));
const REF = "refs/heads/trainyard/registry";
const model = "flight-delays";
let folder: string;
let registry: Registry;
let close: () => void;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "registry-reader-"));
  git("init", "--quiet");
  const { clock, random, actor } = memoryBackend(sha256);
  const branch = await openGitBranch({ folder, ref: REF, name: "trainyard/registry", seen: "refs/seen", actor, clock });
  close = () => branch.close();
  registry = openRegistry({ branch, clock, random, actor, sha256 });
  await registerMany(103); // more than one folder holds
  const place = { model, reason: null, environments: [] };
  await changeAlias({ ...place, alias: "champion", version: 2 }, { registry });
  await changeAlias({ ...place, alias: "champion", version: 103 }, { registry });
  await changeAlias({ ...place, alias: "gone", version: 1 }, { registry });
  await withdraw({ ...place, version: 1, reason: "leaked labels" }, { registry });
}, 60_000);
afterAll(() => {
  close();
  rmSync(folder, { recursive: true, force: true });
});

/** Versions 1 to `count` in one commit. */
async function registerMany(count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, index) => {
    const files = [{ path: "model.onnx", size: 11, digest: sha256(`bytes ${index}`) }];
    return registrationOf(aVersion({ version: index + 1, files, rootDigest: rootDigest(files, sha256) }));
  });
  await registry.transact(model, () => ({ events, result: null }));
}

function git(...words: string[]): string {
  return execFileSync("git", ["-C", folder, ...words], { encoding: "utf8" }).trim();
}

function read(ref = REF) {
  const { status, stdout, stderr } = spawnSync("python3", [reader, folder, ref], { encoding: "utf8" });
  return { status, lines: stdout.split("\n").slice(0, -1), stderr };
}

/** A branch whose tree has one file changed (null: taken away), with git's own commands. */
function changed(path: string, change: (text: string) => string | null): string {
  const environment = { ...process.env, GIT_INDEX_FILE: join(folder, "changed.index") };
  const run = (words: string[], input?: string) =>
    execFileSync("git", ["-C", folder, ...words], { encoding: "utf8", env: environment, input }).trim();
  run(["read-tree", REF]);
  const text = change(`${git("cat-file", "blob", `${REF}:${path}`)}\n`);
  if (text === null) run(["update-index", "--force-remove", path]);
  else {
    const id = run(["hash-object", "-w", "--stdin"], text);
    run(["update-index", "--cacheinfo", `100644,${id},${path}`]);
  }
  return run(["write-tree"]);
}

const paths = (pattern: RegExp) =>
  git("ls-tree", "-r", "--name-only", REF)
    .split("\n")
    .filter((path) => pattern.test(path));
const one = (pattern: RegExp) => paths(pattern)[0] as string;

test("a reader of 100 lines of another language lists every version with its digest and aliases, and finds nothing wrong", async () => {
  const { versions } = await registry.state(model);
  const { status, lines, stderr } = read();
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(lines).toHaveLength(103);
  expect(lines[0]).toBe(`${model} v1 ${versions[0]?.rootDigest} withdrawn`);
  expect(lines[1]).toBe(`${model} v2 ${versions[1]?.rootDigest}`);
  expect(lines[102]).toBe(`${model} v103 ${versions[102]?.rootDigest} champion`);
});

test.each<[string, RegExp, (text: string) => string | null, string]>([
  ["a manifest's metric", /\/v42\.json$/, (text) => text.replace("0.676", "0.976"), "v42 is missing or another"],
  ["a manifest taken away", /\/v42\.json$/, () => null, "v42 is missing or another"],
  [
    "an event's reason",
    /\/e108\.json$/,
    (text) => text.replace("leaked", "linked"),
    "event 109: it does not follow event 108",
  ],
  ["the newest event", /\/e109\.json$/, (text) => text.replace("leaked", "linked"), "HEAD.json"],
  ["an event taken away", /\/e50\.json$/, () => null, "not numbered"],
  [
    "an alias's holder",
    /champion\.json$/,
    (text) => text.replace('"version":103', '"version":2'),
    "champion.json: the log says 103",
  ],
  ["the head's number", /^HEAD\.json$/, (text) => text.replace('"seq":109', '"seq":108'), "HEAD.json"],
  ["an event that is no JSON", /\/e9\.json$/, (text) => text.slice(0, 20), "not what it should be"],
])("%s, changed by hand, is found", (_name, pattern, change, finding) => {
  const { status, stderr } = read(changed(one(pattern), change));
  expect(stderr).toContain(finding);
  expect(status).toBe(1);
});

test("a manifest that nobody registered is found", () => {
  const environment = { ...process.env, GIT_INDEX_FILE: join(folder, "more.index") };
  const run = (...words: string[]) =>
    execFileSync("git", ["-C", folder, ...words], { encoding: "utf8", env: environment }).trim();
  run("read-tree", REF);
  const path = `models/${model}/versions/anywhere/v999.json`;
  run("update-index", "--add", "--cacheinfo", `100644,${run("rev-parse", `${REF}:${one(/v42\.json$/)}`)},${path}`);
  expect(read(run("write-tree"))).toMatchObject({ status: 1, stderr: `${path}: no event registers it\n` });
});

test("a later format, and a place without a registry, are refused", () => {
  const later = changed("trainyard.json", (text) => text.replace(/"format":\d+/, '"format":99'));
  expect(read(later)).toMatchObject({ status: 2, lines: [] });
  expect(read("refs/heads/nothing")).toMatchObject({ status: 2, lines: [] });
});

test("the reader knows files by their names, not by how many stand in a folder", () => {
  const environment = { ...process.env, GIT_INDEX_FILE: join(folder, "flat.index") };
  const run = (words: string[], input?: string) =>
    execFileSync("git", ["-C", folder, ...words], { encoding: "utf8", env: environment, input }).trim();
  run(["read-tree", "--empty"]);
  const entries = git("ls-tree", "-r", REF).split("\n");
  const flat = entries.map((entry) => entry.replace(/(log|versions)\/\d.*\/([ev]\d+\.json)$/, "$1/$2"));
  run(["update-index", "--index-info"], `${flat.join("\n")}\n`);
  const { status, lines } = read(run(["write-tree"]));
  expect({ status, count: lines.length }).toEqual({ status: 0, count: 103 });
});

test("every test that docs/registry.md names for an invariant stands where it says", () => {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const rows = [
    ...readFileSync(join(root, "docs/registry.md"), "utf8").matchAll(/^\| I(\d+) \|.*\| "(.+)" · `(.+)` \|$/gm),
  ];
  expect(rows.map(([, number]) => Number(number))).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
  for (const [, number, sentence, file] of rows)
    expect(readFileSync(join(root, file as string), "utf8"), `I${number}`).toContain(`test("${sentence}"`);
});

test("the reader has a hundred lines at most, as the page says", () => {
  expect(readFileSync(reader, "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(100);
});
