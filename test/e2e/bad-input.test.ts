import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { config, run, startTrainyard, ToyProject } from "./toy-project.ts";

type Refused = { error: { code: string; message: string; hint: string } };

/** What a command line is refused with, and how it exits. */
async function refused(project: ToyProject, ...words: string[]): Promise<{ exit: number } & Refused["error"]> {
  const { value, code } = await project.json<Refused>(...words);
  return { exit: code, ...value.error };
}

/** Resolves once the training of a project has printed a line. */
async function training(project: ToyProject, line: string): Promise<void> {
  const runs = join(project.root, ".trainyard/runs/toy");
  for (;;) {
    const ids = existsSync(runs) ? readdirSync(runs) : [];
    const logs = ids.map((id) => join(runs, id, "log.txt")).filter((log) => existsSync(log));
    if (logs.some((log) => readFileSync(log, "utf8").includes(line))) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("the config", () => {
  const broken: readonly (readonly [what: string, from: string, to: string, code: string, says: string])[] = [
    ["a misspelt key", "gates:", "gate:", "CONFIG_UNKNOWN_KEY", '"gates"'],
    ["a wrong task", "task: binary", "task: binaer", "CONFIG_INVALID", "task"],
    ["a gate without a limit", "min: 0.6", "goal: maximize", "CONFIG_INVALID", "exactly one of"],
    ["bad YAML", "models:", "models: [", "CONFIG_SYNTAX", "trainyard.yaml"],
    ["an output out of the project", "model.json, metrics.json", "../model.json", "PATH_OUTSIDE", "../model.json"],
  ];
  test.each(broken)("%s is refused at its place", async (_what, from, to, code, says) => {
    using project = new ToyProject({ config: config.replace(from, to) });
    const error = await refused(project, "train");
    expect(error).toMatchObject({ exit: 2, code });
    expect(`${error.message} ${error.hint}`).toContain(says);
  });
});

test("a misspelt flag, command or model is refused with the nearest right name", async () => {
  using project = new ToyProject();
  expect((await project.trainyard("-v")).stderr).toContain('Did you mean "--version"?');
  expect((await project.trainyard("note", "toy", "two", "words")).stderr).toContain('"words" is a word too many');
  expect((await project.trainyard("search")).stderr).toContain("EXPRESSION is missing");
  expect((await project.trainyard("trian")).stderr).toContain('Did you mean "train"?');
  expect((await project.trainyard("train", "--evaluate-dat", "x")).stderr).toContain('Did you mean "--evaluate-data"?');
  expect((await project.trainyard("train", "tou")).stderr).toContain('Did you mean "toy"?');
});

test("a flag that would do nothing is refused", async () => {
  using project = new ToyProject();
  const scoring = await refused(project, "train", "--only", "predict", "--set", "noise=1");
  expect([scoring.code, scoring.message]).toEqual(["INPUT_UNUSED", "--set does nothing with --only."]);
  const training = await refused(project, "train", "--run", "7f3a");
  expect([training.code, training.message]).toEqual(["INPUT_UNUSED", "--run does nothing without --only."]);
});

test("a command that does not exist is named, and nothing is recorded as trained", async () => {
  using project = new ToyProject({ config: config.replace("run: node train.mjs", "run: nodee train.mjs") });
  const ended = await project.trainyard("train");
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain("COMMAND_NOT_FOUND");
});

test("code that git does not know is said before the training, and such a run is not registered; outputs in git are no code", async () => {
  using project = new ToyProject();
  project.write(".gitignore", ".home/\ndata/\n");
  project.write("model.json", "{}");
  project.write("metrics.json", "{}");
  project.commit("Outputs are tracked, predictions and serving are not ignored");
  project.write("serving/production/leftover", "");
  project.write("predictions.csv", "");
  project.write("logs/today.csv", "");
  project.write("__pycache__/helper.pyc", "");
  const clean = await project.json<{ code: { uncommitted: string[] } }>("train");
  expect({ exit: clean.code, uncommitted: clean.value.code.uncommitted }).toEqual({ exit: 0, uncommitted: [] });
  expect(project.git("status", "--porcelain")).toContain(" M model.json");

  project.write("lib/helper.mjs", "export const slope = 1;\n");
  const train = await project.trainyard("train");
  expect(train.code).toBe(0);
  expect(train.stderr.indexOf("Not committed: lib/helper.mjs")).toBeGreaterThan(-1);
  expect(train.stdout).toContain("may be compared, never registered");
  await project.trainyard("evaluate");
  expect(await refused(project, "register")).toMatchObject({ exit: 2, code: "RUN_UNCOMMITTED" });
});

describe("a scoring that fails does not cost the training", () => {
  const broken: readonly (readonly [what: string, predict: string, says: string])[] = [
    ["ends with an error", "process.exit(3)", "exit code 3"],
    ["writes no predictions", "", "its predictions"],
    [
      "writes predictions that are no table",
      'require("node:fs").writeFileSync(process.env.TRAINYARD_PREDICTIONS, "id,y\\n1,2,3\\n")',
      "predictions of candidate",
    ],
  ];
  test.each(broken)("when predict %s, it is repaired and the run scored again", async (_what, predict, says) => {
    using project = new ToyProject({ config: config.replace("node predict.mjs", "node broken.cjs") });
    project.write("broken.cjs", predict);
    project.commit("A broken predict");
    type Run = { id: string; status: string; rootDigest: string | null; failure: { message: string } | null };
    const failed = await project.json<Run>("train");
    expect({ exit: failed.code, ...failed.value }).toMatchObject({ exit: 1, status: "failed", rootDigest: null });
    expect(failed.value.failure?.message).toContain(says);
    const repair = `trainyard train toy --only predict --run ${failed.value.id}`;
    expect(await refused(project, "evaluate")).toMatchObject({
      code: "RUN_UNFINISHED",
      hint: expect.stringContaining(repair),
    });

    const still = await project.trainyard("train", "--only", "predict");
    expect(still.code).toBe(1);
    expect(still.stdout).toContain(repair);

    project.write("broken.cjs", 'import("./predict.mjs")');
    project.commit("A sound predict");
    const again = await project.json<Run & { profiles: Record<string, unknown> }>(
      "train",
      "--only",
      "predict",
      "--run",
      failed.value.id,
    );
    expect({ exit: again.code, ...again.value }).toMatchObject({ exit: 0, status: "succeeded", failure: null });
    expect(again.value.rootDigest).toMatch(/^sha256:/);
    expect(Object.values(again.value.profiles)).not.toContain(null);
    const next = `trainyard evaluate --run ${failed.value.id}`;
    const scored = await project.trainyard("train", "--only", "predict", "--run", failed.value.id);
    expect(scored.stdout).toContain(`next: ${next}\n`);
    expect((await project.trainyard(...next.split(" ").slice(1))).code).toBe(0);
    expect((await project.trainyard("register")).code).toBe(0);
  });
});

test("exit 0 without the declared output is a failed run, exit 1", async () => {
  using project = new ToyProject({
    config: config.replace("[model.json, metrics.json]", "[model.json, weights.bin, metrics.json]"),
  });
  const ended = await project.json<{ status: string; failure: { class: string; message: string } }>("train");
  expect(ended).toMatchObject({ code: 1, value: { status: "failed", failure: { class: "outputs-missing" } } });
  expect(ended.value.failure.message).toContain("weights.bin");
});

test("an output left by an earlier run never counts, and is there again when the run failed", async () => {
  using project = new ToyProject();
  project.write("train.mjs", `import { writeFileSync } from "node:fs"; writeFileSync("metrics.json", "{}");`);
  project.commit("forgets its model");
  project.write("model.json", "of an earlier run");
  const ended = await project.json<{ status: string; failure: { class: string; message: string } }>("train");
  expect(ended).toMatchObject({ code: 1, value: { status: "failed", failure: { class: "outputs-missing" } } });
  expect(ended.value.failure.message).toContain("model.json");
  expect(readFileSync(join(project.root, "model.json"), "utf8")).toBe("of an earlier run");
});

test("a declared pattern that matches nothing fails the run as a missing file does", async () => {
  using project = new ToyProject({
    config: config.replace("[model.json, metrics.json]", '["models/*.json", metrics.json]'),
  });
  const ended = await project.json<{ status: string; failure: { class: string } }>("train");
  expect(ended).toMatchObject({ code: 1, value: { status: "failed", failure: { class: "outputs-missing" } } });
});

test("an output that is a symlink out of the project is refused", async () => {
  using project = new ToyProject();
  project.write(
    "train.mjs",
    `import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"; symlinkSync("/etc/hostname", "model.json"); writeFileSync("metrics.json", "{}");`,
  );
  project.commit("link");
  const ended = await project.json<Refused>("train");
  expect(ended.code).toBe(2);
  expect(ended.value.error.code).toBe("OUTPUT_LINK");
});

test("a NaN in the judged metric fails the run; a diverged training is not a damaged file", async () => {
  using project = new ToyProject({ config: config.replace("      predict: node predict.mjs\n", "") });
  project.write(
    "train.mjs",
    `import { writeFileSync } from "node:fs"; writeFileSync("model.json", "{}"); writeFileSync("metrics.json", '{"log_loss": NaN, "roc_auc": 0.7}');`,
  );
  project.commit("diverge");
  const ended = await project.json<{ status: string; failure: { class: string } }>("train");
  expect(ended).toMatchObject({ code: 1, value: { status: "failed", failure: { class: "metric-invalid" } } });
});

test("metrics.json alone is judged, and marked as points only", async () => {
  using project = new ToyProject({
    config: config
      .replace("      predict: node predict.mjs\n", "")
      .replace("- { metric: log_loss, improve-by: 0 }\n        ", ""),
  });
  project.write(
    "train.mjs",
    `import { writeFileSync } from "node:fs"; writeFileSync("model.json", "{}"); writeFileSync("metrics.json", '{"roc_auc": 0.7}');`,
  );
  project.commit("metrics");
  expect((await project.trainyard("train")).code).toBe(0);
  const { value } = await project.json<{ pointOnly: boolean; metrics: { name: string }[] }>("evaluate");
  expect(value).toMatchObject({ pointOnly: true });
});

describe("predictions that cannot be judged are refused", () => {
  const bad: readonly (readonly [what: string, text: string, code: string])[] = [
    ["duplicate ids", "id,y_true,y_score\n1,0,0.2\n1,1,0.8\n", "ID_DUPLICATE"],
    ["a NaN score", "id,y_true,y_score\n1,0,NaN\n2,1,0.8\n", "VALUE_NOT_FINITE"],
    ["no labels", "id,y_score\n1,0.2\n2,0.8\n", "LABELS_MISSING"],
    ["no score", "id,y_true\n1,0\n2,1\n", "COLUMNS_MISSING"],
    ["one class", "id,y_true,y_score\n1,1,0.2\n2,1,0.8\n", "ONE_CLASS"],
    ["an empty file", "", "TABLE_EMPTY"],
    ["ragged lines", "id,y_true,y_score\n1,0,0.2\n2,1\n", "TABLE_RAGGED"],
    ["logits", "id,y_true,y_score\n1,0,-3.2\n2,1,4.8\n", "SCORE_RANGE"],
  ];
  test.each(bad)("%s", async (_what, text, code) => {
    using project = new ToyProject();
    writeFileSync(join(project.root, "new.csv"), text);
    const { value, code: exit } = await project.json<Refused>(
      "evaluate",
      "--candidate",
      "new.csv",
      "--baseline",
      "none",
    );
    expect({ exit, code: value.error.code }).toEqual({ exit: 2, code });
  });

  test("a truncated Parquet file", async () => {
    using project = new ToyProject();
    project.write("new.parquet", Buffer.from("PAR1\u0000\u0000\u0000broken"));
    const { value } = await project.json<Refused>("evaluate", "--candidate", "new.parquet", "--baseline", "none");
    expect(value.error.code).toBe("TABLE_TRUNCATED");
  });
});

test("a BOM and CRLF line ends are no obstacle", async () => {
  using project = new ToyProject();
  const lines = Array.from({ length: 400 }, (_, id) => `${id},${id % 2},${((id * 37) % 100) / 100}`);
  writeFileSync(join(project.root, "new.csv"), `\ufeffid,y_true,y_score\r\n${lines.join("\r\n")}\r\n`);
  const ended = await project.json<{ candidate: { predictions: { rows: number } } }>(
    "evaluate",
    "--candidate",
    "new.csv",
    "--baseline",
    "none",
  );
  expect(ended.value.candidate.predictions.rows).toBe(400);
});

describe("git", () => {
  test("a project that is no repository", async () => {
    using project = new ToyProject();
    execFileSync("rm", ["-rf", join(project.root, ".git")]);
    project.environment["GIT_CEILING_DIRECTORIES"] = join(project.root, "..");
    expect((await project.trainyard("train")).stderr).toContain("NO_REPOSITORY");
  });

  test("a repository without commits", async () => {
    using project = new ToyProject({ commit: false });
    expect((await project.trainyard("train")).stderr).toContain("NO_COMMIT");
  });

  test("no git on PATH", async () => {
    using project = new ToyProject();
    project.environment["PATH"] = "/nonexistent";
    const ended = await project.trainyard("train");
    expect(ended.stderr).toContain("GIT_MISSING");
    expect(ended.code).toBe(2);
  });

  test("a dirty working tree may be compared, never registered", async () => {
    using project = new ToyProject();
    project.write("train.mjs", `${execFileSync("cat", [join(project.root, "train.mjs")])}\n// changed\n`);
    expect((await project.trainyard("train")).code).toBe(0);
    expect((await project.trainyard("evaluate")).code).toBe(0);
    const { value, code } = await project.json<Refused>("register");
    expect({ code, error: value.error.code }).toEqual({ code: 2, error: "RUN_UNCOMMITTED" });
    expect(value.error.message).toContain("train.mjs");
  });

  test("gates that were eased after the training and not committed register nothing without an override", async () => {
    using project = new ToyProject({ below: "ml" });
    await project.firstVersion();
    expect((await project.trainyard("train", "--set", "noise=0.8")).code).toBe(0);
    expect((await project.trainyard("evaluate")).code).toBe(1);
    project.write("trainyard.yaml", config.replace("log_loss, improve-by: 0", "log_loss, margin: 9"));
    const { value: report, code } = await project.json<{ verdict: string; notes: string[] }>("evaluate");
    expect({ code, verdict: report.verdict, note: report.notes[0] }).toMatchObject({
      code: 0,
      verdict: "pass",
      note: expect.stringContaining("trainyard.yaml"),
    });
    const refused = await project.json<Refused>("register");
    expect({ code: refused.code, error: refused.value.error }).toMatchObject({
      code: 2,
      error: { code: "RUN_UNCOMMITTED", details: { files: ["trainyard.yaml"] } },
    });
    const forced = await project.json("register", "--override", "--reason", "a trial");
    expect(forced.value).toMatchObject({ version: 2, override: { reason: "a trial" } });
  }, 60_000);

  test("a failed gate is not lifted by judging against no baseline", async () => {
    using project = new ToyProject();
    await project.firstVersion();
    expect((await project.trainyard("train", "--set", "noise=0.8")).code).toBe(0);
    expect((await project.trainyard("evaluate", "--baseline", "none")).code).toBe(0);
    const ended = await project.trainyard("register");
    expect(ended.code).toBe(3);
    expect(ended.stdout).toContain("judged against none; production is v1");
  }, 60_000);

  test("a registry branch that somebody edited by hand is named, and nothing is written on it", async () => {
    using project = new ToyProject();
    await project.firstVersion();
    const tree = join(project.root, ".edit");
    project.git("worktree", "add", "-q", tree, "trainyard/registry");
    execFileSync(
      "sh",
      ["-c", "sed -i 's/\"version\":1/\"version\":7/' $(find events -name '*.json') && git commit -qam edit"],
      { cwd: tree, env: project.environment },
    );
    project.git("worktree", "remove", "--force", tree);
    const head = project.git("rev-parse", "trainyard/registry");
    const ended = await project.trainyard("verify");
    expect(ended.code).not.toBe(0);
    const show = await project.json<Refused>("show", "toy@1");
    expect(show.value.error.code).toBe("REGISTRY_DAMAGED");
    expect(project.git("rev-parse", "trainyard/registry")).toBe(head);
  }, 60_000);
});

test("two trainings at once: one runs, the other is refused and says who holds the model", async () => {
  using project = new ToyProject();
  project.write(
    "train.mjs",
    `await new Promise((done) => setTimeout(done, 3000));\n${execFileSync("cat", [join(project.root, "train.mjs")])}`,
  );
  project.commit("slow");
  const [a, b] = await Promise.all([project.trainyard("train"), project.trainyard("train")]);
  expect([a.code, b.code].sort()).toEqual([0, 2]);
  expect(`${a.stderr}${b.stderr}`).toContain("RUN_BUSY");
}, 60_000);

test("Ctrl-C: the training hears SIGTERM, the run is interrupted whatever its exit code, and register refuses it", async () => {
  using project = new ToyProject();
  project.write(
    "train.mjs",
    `import { writeFileSync } from "node:fs";
process.on("SIGTERM", () => { writeFileSync("model.json", "{}"); writeFileSync("metrics.json", "{}"); writeFileSync(process.env.TRAINYARD_CHECKPOINT_DIR + "/last", "half"); process.exit(0); });
console.log("started"); setInterval(() => {}, 1000);`,
  );
  project.commit("endless");
  const ended = await startTrainyard(project, ["train", "--json"], async (child) => {
    await training(project, "started");
    child.kill("SIGINT");
  });
  expect(ended.code).toBe(75);
  const record = JSON.parse(ended.stdout) as { status: string; id: string };
  expect(record.status).toBe("interrupted");
  const { value } = await project.json<Refused>("register", "--run", record.id);
  expect(value.error.code).toMatch(/RUN_UNFINISHED|EVALUATION_MISSING/);
}, 60_000);

test("kill -9 in the middle of a training: what still runs is named before it can write over the next run", async () => {
  using project = new ToyProject();
  project.write("train.mjs", `console.log("started"); await new Promise((done) => setTimeout(done, 30000));`);
  project.commit("slow");
  await startTrainyard(project, ["train"], async (child) => {
    await training(project, "started");
    child.kill("SIGKILL");
  });
  const { value, code } = await project.json<Refused & { error: { details: { pid: number } } }>("train");
  expect({ code, refused: value.error.code }).toEqual({ code: 2, refused: "RUN_LEFT_BEHIND" });
  process.kill(-value.error.details.pid, "SIGKILL");
  project.git("checkout", "-q", "HEAD~1", "--", "train.mjs");
  project.commit("fast again");
  expect((await project.json<{ status: string }>("train")).value.status).toBe("succeeded");
  expect((await project.trainyard("evaluate")).code).toBe(0);
}, 60_000);

test("a command that prints a lot is survived, and its log is bounded", async () => {
  using project = new ToyProject();
  project.write(
    "noisy.mjs",
    `const line = "x".repeat(1023) + "\\n"; const block = line.repeat(1024); let n = 0; const go = () => { while (n++ < 200) if (!process.stdout.write(block)) return process.stdout.once("drain", go); }; go();`,
  );
  project.write("trainyard.yaml", config.replace("run: node train.mjs", "run: node noisy.mjs && node train.mjs"));
  project.commit("noisy");
  const ended = await project.json<{ status: string; log: { size: number } }>("train");
  expect(ended.value.status).toBe("succeeded");
  expect(ended.value.log.size).toBeLessThan(150 * 1024 * 1024);
}, 90_000);

test("names with a newline or `..` are refused before anything happens", async () => {
  using project = new ToyProject();
  for (const name of ["../toy", "toy\n", "TOY", "toy@..", "toy@v0"]) {
    const { value, code } = await project.json<Refused>("show", name);
    expect({ name, code }).toEqual({ name, code: 2 });
    expect(value.error.code).toMatch(/REFERENCE_INVALID|MODEL_UNKNOWN|ALIAS_UNKNOWN|VERSION_UNKNOWN|REGISTRY_EMPTY/);
  }
});

test("help is there for every command, and an unknown one exits 2", async () => {
  using project = new ToyProject();
  const overview = await project.trainyard("--help");
  expect(overview.code).toBe(0);
  for (const name of [
    "train",
    "evaluate",
    "register",
    "deploy",
    "rollback",
    "drift-check",
    "list",
    "show",
    "history",
    "alias",
    "profile",
    "verify",
    "init",
    "predict",
    "withdraw",
  ]) {
    expect(overview.stdout).toContain(`  ${name}`);
    expect((await project.trainyard(name, "--help")).stdout).toContain(`Usage: trainyard ${name}`);
  }
}, 60_000);

test("a symlink to the project folder changes nothing", async () => {
  using project = new ToyProject();
  const link = `${project.root}-link`;
  symlinkSync(project.root, link);
  try {
    const ended = await run(
      process.execPath,
      [join(import.meta.dirname, "../../packages/cli/bin/trainyard.mjs"), "-C", link, "train"],
      project.environment,
    );
    expect(ended.code).toBe(0);
  } finally {
    execFileSync("rm", [link]);
  }
});
