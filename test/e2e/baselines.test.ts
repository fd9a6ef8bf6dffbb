import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { config, rows, ToyProject } from "./toy-project.ts";

interface Report {
  readonly verdict: string;
  readonly baseline: { readonly label: string; readonly version: number } | null;
  readonly others?: { readonly baseline: { label: string; version: number }; readonly pairing: object }[];
  readonly checks: { readonly id: string; readonly status: string; readonly reason: string | null; rule: string }[];
  readonly wear?: { readonly runs: number; readonly budget: number | null };
  readonly notes: readonly string[];
  readonly method: { readonly level: number };
  readonly pairing: object;
}

/** Trains with this much noise, evaluates, and says what came out. */
async function candidate(project: ToyProject, noise: number, ...words: string[]) {
  const trained = await project.trainyard("train", "--set", `noise=${noise}`);
  expect(trained.code, trained.stderr).toBe(0);
  return project.json<Report>("evaluate", ...words);
}

/** A first version that is bad, live and called staging as well. */
async function aBadFirst(text: string): Promise<ToyProject> {
  const project = new ToyProject({ config: text });
  for (const words of [
    ["train", "--set", "noise=0.5"],
    ["evaluate"],
    ["register"],
    ["deploy", "toy@1", "--environment", "production", "--yes"],
  ]) {
    const ended = await project.trainyard(...words);
    expect(ended.code, ended.stderr).toBe(0);
  }
  return project;
}

test("against several baselines a gate that compares must pass against each", async () => {
  using project = await aBadFirst(config.replace("evaluate:\n", "evaluate:\n      baseline: [production, champion]\n"));
  // A champion that is better than what is live, and never went live.
  expect((await candidate(project, 0.05, "--baseline", "production")).code).toBe(0);
  expect((await project.trainyard("register")).code).toBe(0);
  expect((await project.trainyard("alias", "toy@2", "champion")).code).toBe(0);

  const { value, code } = await candidate(project, 0.3);
  expect(code).toBe(1);
  expect(value).toMatchObject({
    verdict: "fail",
    baseline: { label: "production v1", version: 1 },
    others: [{ baseline: { label: "champion v2", version: 2 } }],
  });
  expect(value.checks.map(({ id, status }) => `${id} ${status}`)).toEqual([
    "log_loss-not-better pass",
    "roc_auc-too-low pass",
    "log_loss-not-better@champion v2 fail",
  ]);
  const { stdout } = await project.trainyard("evaluate");
  expect(stdout).toContain("worse than champion v2");

  // On rows that neither was judged on, the training scores both of them as well.
  project.write("data/fresh.csv", rows({ days: 60, perDay: 40, seed: 5 }));
  const fresh = await project.trainyard("train", "--set", "noise=0.3", "--evaluate-data", "data/fresh.csv");
  expect(fresh.stdout + fresh.stderr).toContain("candidate and production v1 and champion v2");
  const onFresh = await project.json<Report>("evaluate");
  expect(onFresh.value.others?.[0]).toMatchObject({ baseline: { version: 2, scoredBy: "candidate-job" } });
  expect(onFresh.value.others?.[0]?.pairing).toMatchObject({ mode: "paired", rows: 2400 });
  const page = join(project.root, "report.html");
  await project.trainyard("evaluate", "--report", page, "--report", join(project.root, "report.md"));
  expect(readFileSync(page, "utf8")).toContain("Against champion v2");
  expect(readFileSync(join(project.root, "report.md"), "utf8")).toContain("Against champion v2");
}, 120_000);

test("a misspelt name in the list is refused", async () => {
  using project = await aBadFirst(config);
  await project.trainyard("train", "--set", "noise=0.05");
  const { value, code } = await project.json<{ error: { code: string } }>(
    "evaluate",
    "--baseline",
    "production",
    "--baseline",
    "prodution",
  );
  expect({ code, error: value.error.code }).toEqual({ code: 2, error: "BASELINE_UNKNOWN" });
}, 60_000);

test("merge-base is the newest version made from a commit that leads to where the branch left main", async () => {
  using project = await aBadFirst(config);
  // main goes on and releases a second version; a branch that left before it is held against the first.
  project.git("branch", "feature");
  project.write("train.mjs", `${readFileSync(join(project.root, "train.mjs"), "utf8")}// more\n`);
  project.commit("Work on main");
  expect((await candidate(project, 0.1)).code).toBe(0);
  expect((await project.trainyard("register")).code).toBe(0);
  project.git("switch", "-q", "feature");
  project.write("notes.md", "what this branch does");
  project.commit("Work on the branch");
  const branch = await candidate(project, 0, "--baseline", "merge-base");
  expect(branch.value).toMatchObject({ verdict: "pass", baseline: { label: "merge-base v1", version: 1 } });
  project.git("merge", "-q", "-m", "Bring the branch up to date", "main");
  const merged = await candidate(project, 0, "--baseline", "merge-base");
  expect(merged.value.baseline).toMatchObject({ label: "merge-base v2" });
  project.write("trainyard.yaml", config.replace("evaluate:\n", "evaluate:\n      baseline: merge-base\n"));
  project.commit("Compare with what the branch was made from");
  project.write("data/evaluate.csv", rows({ days: 60, perDay: 40, seed: 5 }));
  const fresh = await candidate(project, 0);
  expect(fresh.value).toMatchObject({
    baseline: { label: "merge-base v2", scoredBy: "candidate-job" },
    pairing: { mode: "paired", rows: 2400 },
  });
}, 120_000);

test("a branch that left before there was any version has no merge-base to be held against", async () => {
  using project = new ToyProject();
  project.git("branch", "early");
  project.write("more.mjs", "export {};");
  project.commit("The commit that is released");
  await project.firstVersion();
  project.git("switch", "-q", "early");
  const { value, code } = await project.json<{ error: { code: string; message: string } }>("train");
  expect({ code, value }).toMatchObject({ code: 0 });
  const judged = await project.json<{ error: { code: string; message: string } }>(
    "evaluate",
    "--baseline",
    "merge-base",
  );
  expect(judged).toMatchObject({ code: 2, value: { error: { code: "MERGE_BASE_MISSING" } } });
}, 60_000);

test("rows that judge one run after the other wear out, and a budget ends it", async () => {
  using project = await aBadFirst(config.replace("evaluate:\n", "evaluate:\n      reuse-budget: 3\n"));
  const second = await candidate(project, 0.1);
  expect(second.value).toMatchObject({ verdict: "pass", wear: { runs: 2, budget: 3 } });
  expect(second.value.method.level).toBeCloseTo(1 - 0.05 / 3, 12);
  const again = await project.json<Report>("evaluate");
  expect(again.value.wear?.runs, "the same run judged again is no other try").toBe(2);
  expect((await candidate(project, 0.09)).value).toMatchObject({ verdict: "pass", wear: { runs: 3 } });
  const worn = await candidate(project, 0.08);
  expect(worn.code).toBe(3);
  expect(worn.value.checks.at(-1)).toMatchObject({
    id: "evaluation-set-worn",
    status: "inconclusive",
    reason: "these rows have judged 4 runs, and evaluate.reuse-budget is 3: judge on fresh rows",
  });
  project.write("data/fresh.csv", rows({ days: 60, perDay: 40, seed: 5 }));
  const trained = await project.trainyard("train", "--set", "noise=0.07", "--evaluate-data", "data/fresh.csv");
  expect(trained.code).toBe(0);
  expect((await project.json<Report>("evaluate")).value.wear).toEqual({ runs: 1, budget: 3 });
}, 120_000);

test("what the registry recorded wears the rows too, for a clone that has none of those runs", async () => {
  using project = await aBadFirst(config);
  await candidate(project, 0.1);
  await project.trainyard("register");
  rmSync(join(project.root, ".trainyard/runs"), { recursive: true });
  expect((await candidate(project, 0.05)).value.wear).toEqual({ runs: 3, budget: null });
}, 60_000);

test("a baseline of long ago is said to be old", async () => {
  using project = await aBadFirst(config);
  project.environment["TRAINYARD_NOW"] = new Date(Date.now() + 200 * 86_400_000).toISOString();
  const { value } = await candidate(project, 0.1);
  expect(value.notes).toContain(
    "production v1 was registered 200 days ago (evaluate.stale-after: 180d): what it is held against may be out of date.",
  );
}, 60_000);

test("several files are baselines too", async () => {
  using project = new ToyProject();
  const csv = (blur: number) => {
    const lines = ["id,y_true,y_score"];
    for (let row = 0; row < 2000; row++) {
      const hidden = ((row * 7919) % 2000) / 2000;
      const truth = (row * 104_729) % 2000 < hidden * 2000 ? 1 : 0;
      lines.push(`${row},${truth},${((hidden + blur * 0.5) / (1 + blur)).toFixed(4)}`);
    }
    return `${lines.join("\n")}\n`;
  };
  writeFileSync(join(project.root, "new.csv"), csv(0.2));
  writeFileSync(join(project.root, "old.csv"), csv(1));
  writeFileSync(join(project.root, "best.csv"), csv(0));
  const { value } = await project.json<Report>(
    ...["evaluate", "--candidate", "new.csv", "--baseline", "old.csv", "--baseline", "best.csv"],
  );
  expect(value.baseline?.label).toBe("old.csv");
  expect(value.others?.map(({ baseline }) => baseline.label)).toEqual(["best.csv"]);
  expect(value.checks.map(({ id }) => id)).toEqual(["log_loss-worse", "log_loss-worse@best.csv"]);
}, 60_000);
