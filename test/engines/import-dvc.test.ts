import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import { ToyProject } from "../e2e/toy-project.ts";
import { engineTest } from "./engine-test.ts";
import { DVC } from "./python-engine.ts";

let project: ToyProject;
beforeEach(() => {
  project = new ToyProject();
});
afterEach(() => project[Symbol.dispose]());

const TRAIN = `
import json, os, sys, yaml
p = yaml.safe_load(open("params.yaml"))
data = open("raw.csv").read()
os.makedirs("models/tree/deep", exist_ok=True)
open("models/churn.pkl", "w").write("weights %s %s" % (p["lr"], data))
open("models/tree/a.bin", "w").write("a")
open("models/tree/deep/b.bin", "w").write("b %s" % p["lr"])
json.dump({"auc": 0.7 + p["lr"], "test": {"loss": 0.3}, "bad": float("nan")}, open("scores.json", "w"))
json.dump({"cached": 0.5}, open("cached.json", "w"))
`;
const EACH = `
import sys
open("models/%s.txt" % sys.argv[1], "w").write("model of %s" % sys.argv[1])
`;
const YAML = `stages:
  train:
    cmd: python train.py
    deps: [raw.csv, train.py]
    params:
    - lr
    - model
    - more.yaml: [seed]
    outs:
    - models/churn.pkl
    - models/tree: {desc: a folder}
    metrics:
    - scores.json: {cache: false}
    - cached.json
  each:
    foreach: [north, south]
    do:
      cmd: python each.py \${item}
      deps: [each.py]
      outs:
      - models/\${item}.txt
  square:
    matrix:
      side: [1, 2]
    cmd: python each.py s\${item.side}
    outs:
    - models/s\${item.side}.txt
artifacts:
  churn: {path: models/churn.pkl, type: model, desc: late or not, labels: [small], meta: {owner: ops}}
  tree: {path: models/tree}
  part: {path: models/tree/deep/b.bin}
  raw: {path: raw.csv, type: dataset}
  north: {path: models/north.txt}
  side-2: {path: models/s2.txt}
  plain: {path: train.py}
`;

interface Report {
  readonly written: number;
  readonly models: readonly { name: string; model: string | null; why: string | null }[];
  readonly facts: readonly {
    model: string;
    label: string;
    outcome: string;
    version: number | null;
    why: string | null;
    without: string[];
  }[];
}
const importing = async (...words: string[]) => (await project.json<Report>("import", "dvc", ...words)).value;
const short = ({ facts }: Report) => facts.map(({ model, outcome, version }) => `${model} ${outcome} ${version}`);

engineTest(
  DVC,
  "artifacts of a pipeline that dvc repro ran stand here with files, parameters and metrics",
  async (bin) => {
    const environment = {
      ...project.environment,
      PATH: `${dirname(bin("dvc"))}:${process.env["PATH"]}`,
      DVC_NO_ANALYTICS: "1",
      DVC_SITE_CACHE_DIR: join(project.root, ".home/dvc"),
    };
    const dvc = (...words: string[]) =>
      execFileSync(bin("dvc"), words, {
        cwd: project.root,
        encoding: "utf8",
        env: environment,
        stdio: ["ignore", "pipe", "pipe"],
      });
    dvc("init", "--quiet");
    project.write("params.yaml", "lr: 0.125\nmodel:\n  depth: 3\n  name: rf\nunused: 1\n");
    project.write("more.yaml", "seed: 7\n");
    project.write("raw.csv", "rows 1\n");
    dvc("add", "--quiet", "raw.csv");
    project.write("train.py", TRAIN);
    project.write("each.py", EACH);
    project.write("models/keep", "");
    project.write("dvc.yaml", YAML);
    dvc("repro", "--quiet");
    project.commit("First run of the pipeline");

    const first = await importing();
    expect(first.models.filter(({ model }) => model === null)).toEqual([]);
    const all = ["churn", "tree", "part", "raw", "north", "side-2", "plain"];
    expect(short(first)).toEqual(all.map((name) => `${name} carried 1`));
    expect(first.facts[0]?.without).toEqual(["metric bad is no finite number"]);
    const show = async (name: string) =>
      (
        await project.json<{
          params: unknown;
          metrics: { name: string; estimate: { value: number } }[];
          files: { path: string; digest: string }[];
        }>("show", name)
      ).value;
    const churn = await show("churn@1");
    expect(churn.params).toEqual({ lr: 0.125, model: { depth: 3, name: "rf" }, seed: 7 });
    expect(Object.fromEntries(churn.metrics.map(({ name, estimate }) => [name, estimate.value]))).toEqual({
      auc: 0.825,
      "test.loss": 0.3,
      cached: 0.5,
    });
    expect((await show("tree@1")).files.map(({ path }) => path)).toEqual([
      "models/tree/a.bin",
      "models/tree/deep/b.bin",
    ]);
    expect((await show("part@1")).files.map(({ path }) => path)).toEqual(["models/tree/deep/b.bin"]);
    expect((await importing()).written).toBe(0);

    // What DVC itself says of them.
    type Shown = Record<string, Record<string, { data?: Record<string, { data: unknown }> }>>;
    expect(JSON.parse(dvc("metrics", "show", "--json").replaceAll("NaN", "null")) as Shown).toMatchObject({
      "": {
        data: {
          "scores.json": { data: { auc: 0.825, test: { loss: 0.3 } } },
          "cached.json": { data: { cached: 0.5 } },
        },
      },
    });
    dvc("get", project.root, "models/churn.pkl", "--out", ".home/got", "--force");
    const digest = execFileSync("sha256sum", [join(project.root, ".home/got")], { encoding: "utf8" }).slice(0, 64);
    expect(churn.files).toMatchObject([{ path: "models/churn.pkl", digest: `sha256:${digest}` }]);

    // A second run, and one that gives the first content again: two versions.
    project.write("params.yaml", "lr: 0.25\nmodel: {depth: 3, name: rf}\n");
    dvc("repro", "--quiet");
    project.commit("Second run");
    project.write("params.yaml", "lr: 0.125\nmodel: {depth: 3, name: rf}\n");
    dvc("repro", "--quiet");
    project.commit("As before");
    const more = await importing("--all-commits");
    expect(short(more).filter((line) => line.includes("carried"))).toEqual([
      "churn carried 2",
      "tree carried 2",
      "part carried 2",
    ]);
    expect((await show("churn@2")).params).toMatchObject({ lr: 0.25 });

    // What is only in a remote is said, and comes once it was fetched.
    project.write("params.yaml", "lr: 0.5\nmodel: {depth: 3, name: rf}\n");
    dvc("repro", "--quiet");
    project.commit("Third run");
    dvc("remote", "add", "--default", "--local", "there", join(project.root, ".home/remote"));
    dvc("push", "--quiet");
    rmSync(join(project.root, ".dvc/cache"), { recursive: true });
    const away = await importing();
    expect(away.facts.find(({ model }) => model === "churn")).toMatchObject({
      outcome: "left",
      why: expect.stringContaining("`dvc fetch` brings it"),
    });
    dvc("fetch", "--quiet");
    expect(short(await importing())).toContain("churn carried 3");

    // Another cache, with links in the work tree.
    dvc("cache", "dir", "--local", join(project.root, ".home/cache"));
    dvc("config", "--local", "cache.type", "symlink");
    project.write("params.yaml", "lr: 1\nmodel: {depth: 3, name: rf}\n");
    dvc("fetch", "--quiet");
    dvc("repro", "--quiet");
    project.commit("Fourth run");
    expect(short(await importing())).toContain("churn carried 4");
    expect((await project.trainyard("verify")).code).toBe(0);
  },
);

engineTest(DVC, "artifacts of folders below, of a sub-project and of a second pipeline are found", async (bin) => {
  const environment = {
    ...project.environment,
    PATH: `${dirname(bin("dvc"))}:${process.env["PATH"]}`,
    DVC_NO_ANALYTICS: "1",
    DVC_SITE_CACHE_DIR: join(project.root, ".home/dvc"),
  };
  const dvc = (folder: string, ...words: string[]) =>
    execFileSync(bin("dvc"), words, {
      cwd: join(project.root, folder),
      encoding: "utf8",
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
  dvc("", "init", "--quiet");
  const pipeline = (cmd: string, out: string, extra = "") =>
    `stages:\n  make:\n    cmd: ${cmd}\n${extra}    outs: [${out}]\nartifacts:\n  made: {path: ${out}}\n`;
  project.write("nlp/dvc.yaml", pipeline("echo nlp > made.bin", "made.bin"));
  project.write(
    "wdir/dvc.yaml",
    `stages:\n  make:\n    wdir: inner\n    cmd: echo wdir > made.bin\n    outs: [made.bin]\nartifacts:\n  made: {path: inner/made.bin}\n`,
  );
  project.write("wdir/inner/keep", "");
  project.write(
    "up/dvc.yaml",
    "stages:\n  make:\n    cmd: echo up > ../lifted.bin\n    outs: [../lifted.bin]\nartifacts:\n  made: {path: ../lifted.bin}\n",
  );
  project.write("own/keep", "");
  dvc("own", "init", "--quiet", "--subdir");
  project.write("own/dvc.yaml", pipeline("echo own > made.bin", "made.bin", "    params: [lr]\n"));
  project.write("own/params.yaml", "lr: 3\n");
  for (const folder of ["nlp", "wdir", "up", "own"]) dvc(folder, "repro", "--quiet");
  project.commit("Four pipelines");
  const report = await importing();
  expect(report.models.filter(({ model }) => model === null)).toEqual([]);
  expect(short(report)).toEqual([
    "nlp-made carried 1",
    "own-made carried 1",
    "up-made carried 1",
    "wdir-made carried 1",
  ]);
  const { value } = await project.json<{ params: unknown; files: { path: string }[] }>("show", "own-made@1");
  expect(value).toMatchObject({ params: { lr: 3 }, files: [{ path: "own/made.bin" }] });
});
