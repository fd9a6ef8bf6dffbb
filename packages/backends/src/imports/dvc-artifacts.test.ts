import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dvcFacts } from "@trainyard/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { git } from "../git/git.ts";
import { CommitFiles } from "./commit-files.ts";
import { readDvcArtifacts } from "./dvc-artifacts.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dvc-"));
  await git(folder, ["init", "--quiet"]);
  await git(folder, ["config", "user.name", "Ana"]);
  await git(folder, ["config", "user.email", "ana@example.com"]);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function commit(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await git(folder, ["add", "-A"]);
  await git(folder, ["commit", "--quiet", "-m", "A commit"]);
}
const md5 = (text: string) => createHash("md5").update(text).digest("hex");
const YAML = `stages:
  train:
    cmd: python train.py
    deps: [data.csv]
    params: [lr]
    outs: [models/churn.pkl]
    metrics:
    - metrics.json: {cache: false}
artifacts:
  churn: {path: models/churn.pkl, type: model, desc: late or not, labels: [a, b], meta: {owner: ops}}
  gone: {path: nowhere.bin}
  out: {path: ../../etc/passwd}
`;
const lock = (content: string, lr: number) => `schema: '2.0'
stages:
  train:
    cmd: python train.py
    deps:
    - {path: data.csv, hash: md5, md5: ${md5("data")}, size: 4}
    params:
      params.yaml: {lr: ${lr}, "a.b": [1, 2]}
    outs:
    - {path: models/churn.pkl, hash: md5, md5: ${md5(content)}, size: 3}
`;

async function read(all = false) {
  const commits = new CommitFiles(folder);
  try {
    return await readDvcArtifacts(commits, all);
  } finally {
    commits.close();
  }
}

test("an artifact comes with its stage's parameters, metrics and inputs, as the commit has them", async () => {
  await commit({
    "dvc.yaml": YAML,
    "dvc.lock": lock("one", 0.1),
    "metrics.json": '{"test": {"auc": 0.7, "bad": NaN}, "note": "x"}',
  });
  const { artifacts, left } = await read();
  expect(artifacts).toMatchObject([
    {
      name: "churn",
      path: "models/churn.pkl",
      identity: md5("one"),
      by: "Ana",
      description: "late or not",
      params: { lr: 0.1, "a.b": [1, 2] },
      facts: {
        type: "model",
        labels: '["a","b"]',
        meta: '{"owner":"ops"}',
        stage: "train",
        command: "python train.py",
        "input data.csv": `md5 ${md5("data")}`,
      },
    },
  ]);
  expect(artifacts[0]?.metrics).toEqual([
    { name: "test.auc", value: 0.7 },
    { name: "test.bad", value: null },
  ]);
  expect(left.map(({ name }) => name)).toEqual(["gone", "out"]);
});

test("over all commits each content is one version, where it came first", async () => {
  await commit({ "dvc.yaml": YAML, "dvc.lock": lock("one", 0.1) });
  await commit({ README: "not DVC's" });
  await commit({ "dvc.lock": lock("two", 0.2) });
  await commit({
    "dvc.lock": lock("one", 0.1),
    "more/dvc.yaml": "artifacts:\n  plain: {path: file}\n",
    "more/file": "x",
  });
  expect((await read()).artifacts.map(({ name }) => name)).toEqual(["churn", "more:plain"]);
  const facts = dvcFacts((await read(true)).artifacts);
  expect([...facts].map(([name, said]) => [name, said.map(({ label }) => label)])).toEqual([
    ["churn", [`churn ${md5("one").slice(0, 12)}`, `churn ${md5("two").slice(0, 12)}`]],
    ["more:plain", [expect.stringMatching(/^more:plain [0-9a-f]{12}$/)]],
  ]);
});

test("files that are no YAML, odd or hostile leave nothing behind but what they say", async () => {
  await commit({
    "dvc.yaml":
      "artifacts:\n  ok: {path: ok, desc: '<b>'}\n  list: [1]\n  none: null\n  num: 3\n  'a\\nb': {path: ok}\n",
    ok: "x",
    "dvc.lock": "stages: [",
    "sub/dvc.yaml": "artifacts: 3",
    "bad/dvc.yaml": "{",
  });
  const { artifacts, left } = await read();
  expect(artifacts.map(({ name }) => name)).toEqual(["ok", "a\\nb"]);
  expect(left.map(({ name }) => name)).toEqual(["list", "none", "num"]);
  expect(dvcFacts(artifacts).size).toBe(2);
});

test("an output is found wherever its stage is: with a wdir, in a folder beside, by a .dvc file of another name", async () => {
  const out = (path: string, content: string) =>
    `    outs:\n    - {path: ${path}, hash: md5, md5: ${md5(content)}, size: 1}\n`;
  await commit({
    "dvc.yaml":
      "artifacts:\n  lifted: {path: lifted.bin}\n  inner: {path: a/inner/made.bin}\n  data: {path: data.csv}\n  lost: {path: a/x/lost.bin}\n",
    "a/dvc.yaml": `stages:\n  up: {cmd: make, outs: [../lifted.bin]}\n  make: {cmd: make, wdir: inner, outs: [made.bin], metrics: [m.json]}\n  each: {foreach: [x], do: {cmd: make, wdir: '\${item}', outs: [lost.bin]}}\n`,
    "a/dvc.lock": `schema: '2.0'\nstages:\n  up:\n    cmd: make\n    params: {params.yaml: {lr: 2}}\n${out("../lifted.bin", "up")}  make:\n    cmd: make\n${out("made.bin", "in")}  each@x:\n    cmd: make\n${out("lost.bin", "lost")}`,
    "a/inner/m.json": '{"auc": 0.5}',
    "pointers/raw.dvc": `wdir: ..\nouts:\n- md5: ${md5("raw")}\n  path: data.csv\n`,
  });
  const { artifacts, left } = await read();
  expect(artifacts.map(({ name, identity, params, metrics }) => ({ name, identity, params, metrics }))).toEqual([
    { name: "lifted", identity: md5("up"), params: { lr: 2 }, metrics: [] },
    { name: "inner", identity: md5("in"), params: {}, metrics: [{ name: "auc", value: 0.5 }] },
    { name: "data", identity: md5("raw"), params: {}, metrics: [] },
  ]);
  expect(left).toEqual([{ name: "lost", why: expect.stringContaining("a/x/lost.bin is not in it") }]);
});
