import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ensureBundles } from "../runner/bundles.ts";
import type { StepResult } from "../runner/run-step.ts";
import { GithubJobs } from "./github-jobs.ts";
import { config, rows, ToyProject } from "./toy-project.ts";

const KEEPING = config.replace("data: [data/train.csv]", "data: [{ path: data/train.csv, keep: true }]");

interface Done {
  readonly folder: string;
  readonly files: readonly { readonly path: string }[];
}

test("a version's files, and the data kept with it, come into a folder; what is the same is left, what is other is never overwritten", async () => {
  using project = new ToyProject({ config: KEEPING });
  for (const verb of ["train", "evaluate", "register"]) expect((await project.trainyard(verb)).code).toBe(0);
  const { value } = await project.json<Done>("download", "toy@1");
  expect(value.files.map(({ path }) => path)).toEqual(["model.json"]);
  expect(readFileSync(join(project.root, "toy-v1/model.json"))).toEqual(readFileSync(join(project.root, "model.json")));
  const into = join(project.root, "elsewhere");
  const data = readFileSync(join(project.root, "data/train.csv"), "utf8");
  rmSync(join(project.root, "data/train.csv"));
  for (const _again of [1, 2])
    expect((await project.trainyard("download", "toy", "--to", into, "--data")).code).toBe(0);
  expect(readFileSync(join(into, "data/train.csv"), "utf8")).toBe(data);

  writeFileSync(join(into, "model.json"), "mine");
  const refused = await project.trainyard("download", "toy", "--to", into);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("FILE_EXISTS")]);
  expect(readFileSync(join(into, "model.json"), "utf8")).toBe("mine");
  expect((await project.trainyard("withdraw", "toy@1", "--reason", "leaked labels")).code).toBe(0);
  expect((await project.trainyard("download", "toy@1", "--to", "w")).stderr).toContain("was withdrawn: leaked labels");
}, 60_000);

test("where no data was kept, --data says so and what to write", async () => {
  using project = new ToyProject();
  for (const verb of ["train", "evaluate", "register"]) expect((await project.trainyard(verb)).code).toBe(0);
  const none = await project.trainyard("download", "toy@1", "--data");
  expect([none.code, none.stderr]).toEqual([2, expect.stringMatching(/NO_DATA_KEPT[\s\S]*keep: true/)]);
}, 60_000);

test("on GitHub kept data travels with the bundle, is put into the release by the job that may write, and comes back without a clone", async () => {
  ensureBundles();
  await using jobs = await GithubJobs.start(KEEPING);
  const data = Buffer.from(rows({ days: 60, perDay: 1200, seed: 4 })); // above a megabyte: smaller ones share a bundle
  writeFileSync(join(jobs.shared, "data/train.csv"), data);
  const push = await jobs.onPush(jobs.git("rev-parse", "main").trim());
  const said = ({ log }: StepResult) => log.lines.join("\n");
  const bundles: string[] = [];
  for (const seed of ["seed=1", "seed=2"]) {
    const trained = await jobs.uses("train", push, { set: seed });
    expect(trained.conclusion, said(trained)).toBe("success");
    bundles.push(trained.outputs["bundle"] as string);
    const evaluated = await jobs.uses("register", push, {
      bundle: bundles.at(-1) as string,
      override: "true",
      reason: "test",
    });
    expect(evaluated.outputs["registered"], said(evaluated)).toBe("true");
  }
  const hex = createHash("sha256").update(data).digest("hex");
  const assets = jobs.server.state.releases.flatMap((release) => release.assets.map(({ name }) => name));
  expect(
    assets.filter((name) => name.includes(hex)),
    "the second version relies on the first's",
  ).toHaveLength(1);

  using elsewhere = new ToyProject({ commit: false });
  const folder = mkdtempSync(join(tmpdir(), "trainyard-download-"));
  mkdirSync(join(folder, "empty"));
  Object.assign(elsewhere.environment, jobs.server.environment, {
    GITHUB_TOKEN: jobs.server.token({ contents: "read" }),
  });
  const words = ["-C", join(folder, "empty"), "download", "toy@2", "--data", "--to", "v2"];
  const got = await elsewhere.trainyard(...words, "--repository", `${jobs.server.owner}/${jobs.server.name}`);
  expect([got.code, got.stderr]).toEqual([0, expect.any(String)]);
  expect(readFileSync(join(folder, "empty/v2/data/train.csv"))).toEqual(data);
  expect(JSON.parse(readFileSync(join(folder, "empty/v2/model.json"), "utf8"))).toMatchObject({ seed: 2 });
  delete elsewhere.environment["GITHUB_TOKEN"];
  const anonymous = await elsewhere.trainyard(...words, "--repository", "octo/flights");
  expect([anonymous.code, anonymous.stderr]).toEqual([2, expect.stringMatching(/INPUT_MISSING[\s\S]*GITHUB_TOKEN/)]);
  rmSync(folder, { recursive: true });
  expect(jobs.server.violations).toEqual([]);
}, 120_000);
