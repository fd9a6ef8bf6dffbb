import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { changeAlias, registrationOf, rootDigest, verifyRegistry, withdraw } from "@trainyard/core";
import { aVersion, MemoryStore } from "@trainyard/core/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sha256 } from "../../packages/backends/src/local/sha256.ts";
import { type Forgery, fillWithEveryKind, type GitRegistry, gitRegistry, REF } from "./small-registry.ts";

const reader = fileURLToPath(new URL("../../examples/registry-reader/read_registry.py", import.meta.url));
const model = "flight-delays";
/** Many versions; and few, with every kind of event. */
let many: GitRegistry;
let small: GitRegistry;

beforeAll(async () => {
  many = await gitRegistry();
  const { registry } = many;
  const events = Array.from({ length: 103 }, (_, index) => {
    const files = [{ path: "model.onnx", size: 11, digest: sha256(`bytes ${index}`) }];
    return registrationOf(aVersion({ version: index + 1, files, rootDigest: rootDigest(files, sha256) }));
  });
  await registry.transact(model, () => ({ events, result: null }));
  const place = { model, reason: null, environments: [] };
  await changeAlias({ ...place, alias: "champion", version: 2 }, { registry });
  await changeAlias({ ...place, alias: "champion", version: 103 }, { registry });
  await changeAlias({ ...place, alias: "gone", version: 1 }, { registry });
  await withdraw({ ...place, version: 1, reason: "leaked labels" }, { registry });
  small = await gitRegistry();
  await fillWithEveryKind(small.registry);
}, 60_000);
afterAll(() => {
  many.close();
  small.close();
});

/** The reader over many commits in one process of Python's, as if each were a call. */
const DRIVER = `
import contextlib, io, json, runpy, sys
reader, folder, *refs = sys.argv[1:]
for ref in refs:
    sys.argv, said, listed = [reader, folder, ref], io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(listed), contextlib.redirect_stderr(said):
        try:
            runpy.run_path(reader, run_name="__main__")
        except SystemExit as end:
            status = end.code
    print(json.dumps({"ref": ref, "status": status, "stderr": said.getvalue(), "lines": listed.getvalue().splitlines()}))
`;

interface Reading {
  readonly ref: string;
  readonly status: number;
  readonly stderr: string;
  readonly lines: string[];
}

function readAll({ folder }: GitRegistry, refs: readonly string[]): Reading[] {
  const { status, stdout, stderr } = spawnSync("python3", ["-c", DRIVER, reader, folder, ...refs], {
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Reading);
}

/** One file changed (null: taken away). */
function edit(registry: GitRegistry, path: string, change: (text: string) => string | null): Forgery {
  const text = change(registry.bytes(path).toString());
  return { files: new Map([[path, text === null ? null : Buffer.from(text)]]) };
}

test("a reader of 100 lines of another language lists every version with its digest and aliases, and finds nothing wrong", async () => {
  const { versions } = await many.registry.state(model);
  const { status, stdout, stderr } = spawnSync("python3", [reader, many.folder], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const lines = stdout.split("\n").slice(0, -1);
  expect(lines).toHaveLength(103);
  expect(lines[0]).toBe(`${model} v1 ${versions[0]?.rootDigest} withdrawn`);
  expect(lines[1]).toBe(`${model} v2 ${versions[1]?.rootDigest}`);
  expect(lines[102]).toBe(`${model} v103 ${versions[102]?.rootDigest} champion`);
});

test("a commit that does not say which event is the newest and which files it has, or others, is found", () => {
  const newest = small.git("log", "-1", "--format=%B", REF).trim();
  const messages = ["Edit by hand", newest.replace(/sha256:.*/, `sha256:${"0".repeat(16)}`)];
  const refs = small.forge(messages.map((message) => ({ files: new Map(), message })));
  const tree = small.git("rev-parse", `${small.forge([{ files: new Map([["policy.json", null]]) }])[0]}^{tree}`);
  const words = `-c user.name=x -c user.email=x@x commit-tree ${tree} -p ${REF}~1 -m`.split(" ");
  const amended = small.git(...words, newest);
  expect(readAll(small, [...refs, amended])).toMatchObject([
    { status: 1, stderr: expect.stringContaining("Trainyard did not make it") },
    { status: 1, stderr: expect.stringContaining("the commit names another as its newest") },
    { status: 1, stderr: expect.stringContaining("not with these files") },
  ]);
});

test("the reader finds nothing wrong where every kind of event was written, and what was forged as it is", () => {
  const types = small.paths().filter((path) => path.startsWith("events/"));
  expect(new Set(types.map((path) => JSON.parse(small.bytes(path).toString()).type)).size).toBe(11);
  const again = small.forge([{ files: new Map() }]);
  for (const reading of readAll(small, [REF, ...again]))
    expect(reading).toMatchObject({
      status: 0,
      stderr: "",
      lines: [/v1/, /v2/, /v1/].map((v) => expect.stringMatching(v)),
    });
});

const EDITS: readonly [string, string, (text: string) => string | null, string][] = [
  [
    "a manifest's metric",
    "events/0/0/2/43.json",
    (text) => text.replace("0.676", "0.976"),
    "event 44: it does not follow",
  ],
  [
    "a manifest's file",
    "events/0/0/2/43.json",
    (text) => text.replace('"files":[{"digest":"sha256:', "$&0").replace(/(files":\[{"digest":"sha256:.{64})./, "$1"),
    "event 43: its files do not add up",
  ],
  [
    "an event's reason",
    "events/0/0/6/108.json",
    (text) => text.replace("leaked", "linked"),
    "event 109: it does not follow event 108",
  ],
  [
    "the newest event",
    "events/0/0/6/109.json",
    (text) => text.replace("leaked", "linked"),
    "event 109: the commit names another",
  ],
  ["an event taken away", "events/0/0/3/50.json", () => null, "event 50: it is missing, or not an event"],
  ["the newest event taken away", "events/0/0/6/109.json", () => null, "event 109: it is missing, or not an event"],
  [
    "an alias's holder",
    `aliases/${model}/champion.json`,
    (text) => text.replace('"version":103', '"version":2'),
    "champion.json",
  ],
  ["an alias taken away", `aliases/${model}/gone.json`, () => null, "gone.json"],
  [
    "a model's count",
    `models/${model}.json`,
    (text) => text.replace('"versions":103', '"versions":104'),
    `models/${model}.json`,
  ],
  [
    "a model's recent events",
    `models/${model}.json`,
    (text) => text.replace("[98,109]", "[98,108]"),
    `models/${model}.json`,
  ],
  ["an event in short", `history/${model}/0/0/1.jsonl`, (text) => text.replace("ana", "eva"), `models/${model}.json`],
  ["the policy's event", "policy.json", (text) => text.replace('"sinceSeq":1', '"sinceSeq":2'), "policy.json"],
  ["the registry's name", "trainyard.json", (text) => text.replace(/"registry":"./, '"registry":"x'), "trainyard.json"],
  [
    "an event that is no JSON",
    "events/0/0/0/9.json",
    (text) => text.slice(0, 20),
    "event 9: it is missing, or not an event",
  ],
];
test("what was changed by hand is found, and where", () => {
  const forgeries = EDITS.map(([, path, change]) => edit(many, path, change));
  for (const [index, { status, stderr }] of readAll(many, many.forge(forgeries)).entries()) {
    const [name, , , finding] = EDITS[index] as (typeof EDITS)[number];
    expect(stderr, name).toContain(finding);
    expect(status, name).toBe(1);
  }
});

test("a changed character in any file, any file taken away and any file put there is found by the reader, which names it", async () => {
  const changed = small.paths().flatMap((path, index) => {
    const whole = small.bytes(path);
    const bytes = Buffer.from(whole);
    const at = (index * 7919) % bytes.length;
    bytes[at] = (bytes[at] as number) ^ 1;
    // Taken away, or a line longer, in turn.
    const other = index % 2 === 0 ? null : Buffer.concat([whole, Buffer.from("\n")]);
    return [bytes, other].map((content) => ({ path, forgery: { files: new Map([[path, content]]) } }));
  });
  const added = [
    "README.md",
    "events/0/0/0/99.json",
    "events/4.json",
    "models/new.json",
    "aliases/new/x.json",
    "history/x.jsonl",
  ].map((path) => ({ path, forgery: { files: new Map([[path, small.bytes("trainyard.json")]]) } }));
  const linked = ["policy.json", "events/0/0/0/3.json"].flatMap((path) =>
    ["120000", "100755"].map((mode) => ({ path, forgery: { files: new Map([[path, small.bytes(path)]]), mode } })),
  );
  const all = [...changed, ...added, ...linked];
  const refs = small.forge(all.map(({ forgery }) => forgery));
  const unseen: string[] = [];
  for (const [index, { status, stderr }] of readAll(small, refs).entries()) {
    const path = all[index]?.path as string;
    const event = /^events.*\/(\d+)\.json$/.exec(path)?.[1];
    const named =
      stderr.includes(path) ||
      (event !== undefined && new RegExp(`event ${event}:|event ${Number(event) + 1}:`).test(stderr));
    // The chain in a model's file says that its history is another, not where.
    if (status === 0 || !(named || (path.startsWith("history/") && stderr.includes("models/"))))
      unseen.push(`${refs[index]} ${path} ${status} ${stderr}`);
  }
  expect(unseen).toEqual([]);
  // `trainyard verify` finds all of it too.
  const ids = small.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/forged").split("\n");
  const revisions = new Map(ids.map((line) => line.split(" ") as [string, string]));
  for (const [index, ref] of refs.entries())
    expect(await verified(small, revisions.get(ref) as string), all[index]?.path).not.toEqual([]);
}, 60_000);

/** What `trainyard verify` finds at a commit. */
async function verified({ branch }: GitRegistry, revision: string) {
  const there = Object.assign(Object.create(branch) as typeof branch, { head: async () => revision });
  return (await verifyRegistry({ branch: there, sha256, store: new MemoryStore(sha256) }, { blobs: false })).findings;
}

test("a later format, and a place without a registry, are refused", () => {
  const later = small.forge([edit(small, "trainyard.json", (text) => text.replace(/"format":\d+/, '"format":99'))]);
  const refused = { status: 2, lines: [] };
  expect(readAll(small, [...later, "refs/heads/nothing"])).toMatchObject([refused, refused]);
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
