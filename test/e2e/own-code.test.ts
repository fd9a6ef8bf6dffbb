import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EvaluationReport, type RunRecord } from "@trainyard/core";
import { expect, test } from "vitest";
import { startTrainyard, ToyProject } from "./toy-project.ts";

const MINUTES = 4 * 60_000;

/** The model's file in another format, which the predict script of the commit alone reads. */
function changeFormat(project: ToyProject, predict = ""): void {
  const read = (name: string) => readFileSync(join(project.root, name), "utf8");
  project.write(
    "train.mjs",
    read("train.mjs").replace(
      /writeFileSync\("model.json".*\n/,
      'writeFileSync("model.json", "slope=" + slope * (1 - noise) + "\\nintercept=" + intercept + "\\n");\n',
    ),
  );
  project.write(
    "predict.mjs",
    `${predict}${read("predict.mjs").replace(
      /const model = .*\n/,
      `const text = readFileSync(join(process.env.TRAINYARD_MODEL_DIR, "model.json"), "utf8");
if (!text.startsWith("slope=")) throw new Error("the model is not in the new format");
const model = Object.fromEntries(text.trim().split("\\n").map((line) => line.split("=").map((part, i) => (i === 0 ? part : Number(part)))));
`,
    )}`,
  );
}

const left = (project: ToyProject) => {
  const folder = join(project.root, ".trainyard/checkouts");
  return existsSync(folder) ? readdirSync(folder) : [];
};
const state = (project: ToyProject) =>
  [
    ["status", "--porcelain"],
    ["worktree", "list"],
    ["stash", "list"],
  ].map((words) => project.git(...words));

test(
  "a baseline that the candidate's predict cannot read is scored with the code of its own commit, and the report says so",
  async () => {
    using project = new ToyProject();
    await project.firstVersion();
    const first = project.git("rev-parse", "HEAD").trim();
    changeFormat(project);
    project.commit("Write the model as text");
    const before = state(project);

    const { value: record } = await project.json<RunRecord>("train", "--set", "noise=0.01");
    expect(record.status).toBe("succeeded");
    const { candidate, baseline, baselineProblem } = record.predictions ?? {};
    expect(candidate?.code).toBeUndefined();
    expect(baseline).toMatchObject({ of: "production v1", rows: 2400, code: { commit: first } });
    expect(baseline?.seconds).toBeGreaterThan(0);
    expect(baselineProblem).toBe(
      `production v1 was scored with its own code of commit ${first.slice(0, 7)}, as the candidate's predict cannot read it: Error: the model is not in the new format`,
    );
    expect(state(project)).toEqual(before);
    expect(left(project)).toEqual([]);

    const { value } = await project.json("evaluate");
    const report = EvaluationReport.parse(value);
    expect(report.pairing).toMatchObject({ mode: "paired", rows: 2400 });
    expect(report.notes).toContain(`P${baselineProblem?.slice(1)}.`);

    const code = report.changes.find(({ what, name }) => what === "code" && name === "code");
    expect(code?.lines).toEqual({
      added: 4,
      removed: 2,
      files: [
        { path: "predict.mjs", added: 3, removed: 1 },
        { path: "train.mjs", added: 1, removed: 1 },
      ],
      more: 0,
      uncommitted: 0,
    });
    expect(report.footprint?.bytes.baseline).toBeGreaterThan(0);
    expect(report.footprint?.scoring).toMatchObject({
      rows: 2400,
      candidate: candidate?.seconds,
      baseline: baseline?.seconds,
    });
    const { stdout } = await project.trainyard("evaluate");
    expect(stdout).toMatch(/changed {2}1 parameter, 6 lines of code\n {2}model {4}\d+ B, was \d+ B/);
  },
  MINUTES,
);

test(
  "rows the baseline never saw are compared too, once its own code has scored them",
  async () => {
    using project = new ToyProject();
    await project.firstVersion();
    changeFormat(project);
    project.commit("Write the model as text");
    await project.trainyard("train", "--set", "noise=0.01");
    const text = readFileSync(join(project.root, "data/evaluate.csv"), "utf8");
    project.write("data/later.csv", text.replace(/^(\d)/gm, "9$1"));
    const { value: record } = await project.json<RunRecord>(
      "train",
      "--only",
      "predict",
      "--evaluate-data",
      "data/later.csv",
    );
    expect(record.predictions?.baseline?.code?.commit).toBe(project.git("rev-parse", "HEAD~1").trim());
    const { value } = await project.json("evaluate");
    expect(EvaluationReport.parse(value).baseline?.scoredBy).toBe("candidate-job");
  },
  MINUTES,
);

test(
  "where neither code reads the baseline, both reasons are said and its stored scores are compared",
  async () => {
    using project = new ToyProject();
    project.write(
      "predict.mjs",
      `import { existsSync } from "node:fs";
if (existsSync("${join(project.root, "broken")}")) throw new Error("the old library is gone");
${readFileSync(join(project.root, "predict.mjs"), "utf8")}`,
    );
    project.commit("Depend on a library");
    await project.firstVersion();
    const first = project.git("rev-parse", "HEAD").trim();
    changeFormat(project);
    project.write(".gitignore", `${readFileSync(join(project.root, ".gitignore"), "utf8")}broken\n`);
    project.write(
      "predict.mjs",
      readFileSync(join(project.root, "predict.mjs"), "utf8").replace(/^if \(existsSync.*\n/m, ""),
    );
    project.commit("Write the model as text");
    project.write("broken", "");
    const { value: record } = await project.json<RunRecord>("train", "--set", "noise=0.01");
    expect(record.predictions).toMatchObject({
      baseline: null,
      baselineProblem: `production v1 could not be scored with this code: Error: the model is not in the new format; nor with its own code of commit ${first.slice(0, 7)}: Error: the old library is gone`,
    });
    expect(left(project)).toEqual([]);
    const { value } = await project.json("evaluate");
    const report = EvaluationReport.parse(value);
    expect(report.baseline?.scoredBy).toBe("stored");
    expect(report.notes.join("\n")).toContain("nor with its own code of commit");
  },
  MINUTES,
);

test(
  "a shallow clone that lacks the baseline's commit says so, and fetches nothing",
  async () => {
    using project = new ToyProject();
    await project.firstVersion();
    const first = project.git("rev-parse", "HEAD").trim();
    changeFormat(project);
    project.commit("Write the model as text");
    const clone = mkdtempSync(join(tmpdir(), "trainyard-shallow-"));
    try {
      execFileSync("git", ["clone", "-q", "--depth", "1", `file://${project.root}`, clone], {
        env: project.environment,
      });
      execFileSync("git", ["-C", clone, "fetch", "-q", "origin", "trainyard/registry:trainyard/registry"], {
        env: project.environment,
      });
      execFileSync("git", ["-C", clone, "remote", "remove", "origin"], { env: project.environment });
      for (const path of ["data", ".trainyard"])
        execFileSync("cp", ["-R", join(project.root, path), join(clone, path)]);
      const { value: record } = await project.json<RunRecord>("-C", clone, "train", "--set", "noise=0.01");
      expect(record.predictions).toMatchObject({
        baseline: null,
        baselineProblem: expect.stringContaining(
          `its own code of commit ${first.slice(0, 7)} is not in this clone (a checkout with fetch-depth: 0 has every commit)`,
        ),
      });
    } finally {
      rmSync(clone, { recursive: true, force: true });
    }
  },
  MINUTES,
);

test(
  "Ctrl-C while its own code scores leaves no folder behind, and kill -9 one that the next run removes",
  async () => {
    using project = new ToyProject();
    project.write(
      "predict.mjs",
      `import { existsSync as there, writeFileSync as note } from "node:fs";
if (there("${join(project.root, ".home/slow")}")) {
  note("${join(project.root, ".home/scoring")}", "");
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}
${readFileSync(join(project.root, "predict.mjs"), "utf8")}`,
    );
    project.commit("Be slow when asked");
    await project.firstVersion();
    changeFormat(project);
    project.write(
      "predict.mjs",
      readFileSync(join(project.root, "predict.mjs"), "utf8").replace(/^if \(there[\s\S]*?^}\n/m, ""),
    );
    project.commit("Write the model as text");
    project.write(".home/slow", "");
    const interrupted = async (signal: NodeJS.Signals) => {
      rmSync(join(project.root, ".home/scoring"), { force: true });
      return startTrainyard(project, ["train", "--set", "noise=0.01"], async (child) => {
        for (let i = 0; i < 600 && !existsSync(join(project.root, ".home/scoring")); i++) await sleep(50);
        child.kill(signal);
      });
    };
    await interrupted("SIGINT");
    expect(left(project)).toEqual([]);
    await interrupted("SIGKILL");
    expect(left(project)).toHaveLength(1);
    rmSync(join(project.root, ".home/slow"));
    const { value } = await project.json<{ error: { details: { pid: number } } }>("train");
    process.kill(-value.error.details.pid, "SIGKILL");
    const { value: record } = await project.json<RunRecord>("train", "--set", "noise=0.01");
    expect(record.predictions?.baseline?.code).toBeDefined();
    expect(left(project)).toEqual([]);
  },
  MINUTES,
);
