// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of GitHub's, not of JavaScript's
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Finding } from "../../packages/backends/src/doctor/finding.ts";
import { doctorVerb } from "../../packages/backends/src/verbs/doctor.ts";
import { chooseWorkflows, initVerb } from "../../packages/backends/src/verbs/init.ts";
import { ToyProject } from "./toy-project.ts";

/** A project without a token, with every workflow that init writes. */
async function toy(): Promise<ToyProject> {
  const project = new ToyProject();
  for (const name of Object.keys(project.environment))
    if (/^(?:GITHUB|GH)_/.test(name)) delete project.environment[name];
  const fill = {
    branch: "main",
    runner: ["self-hosted", "gpu"],
    deployRunner: ["self-hosted", "serving"],
    setUp: [],
  };
  await initVerb(project.root, { config: null, workflows: chooseWorkflows([], null), fill });
  return project;
}

async function findings(project: ToyProject): Promise<readonly Finding[]> {
  const groups = await doctorVerb(project.root, {}, project.environment);
  return groups.flatMap((group) => group.findings);
}

function change(project: ToyProject, path: string, from: string | RegExp, to: string): void {
  const text = readFileSync(join(project.root, path), "utf8");
  expect(text).toMatch(from);
  project.write(path, text.replace(from, to));
}

const NEW = ["action-inputs", "foreign-code", "shared-runner", "credentials", "approval", "retrain-workflow"];

test("what init writes is in order, and says so", async () => {
  using project = await toy();
  const found = await findings(project);
  expect(found.filter(({ status }) => status === "fail")).toEqual([]);
  for (const id of ["action-inputs", "shared-runner", "approval", "retrain-workflow"])
    expect({ id, of: found.filter((one) => one.id === id).map(({ status }) => status) }).toEqual({ id, of: ["ok"] });
});

const template = (name: string) => `.github/workflows/${name}.yml`;
test.each<[string, string, string | RegExp, string, string, Finding["status"], string]>([
  [
    "an input that the action does not have",
    template("model-review"),
    "on-inconclusive: warn",
    "on-inconclusiv: warn",
    "action-inputs",
    "fail",
    "no input on-inconclusiv",
  ],
  [
    "a model that the config does not have",
    template("drift-check"),
    /(actions\/drift-check@v1\n\s+with:\n\s+model: )\$\{\{ matrix.model \}\}/,
    "$1tyo",
    "action-inputs",
    "fail",
    "no model tyo",
  ],
  [
    "an environment that the config does not have",
    template("model-promote"),
    /inputs.environment \|\| 'production'/g,
    "inputs.environment || 'prod'",
    "action-inputs",
    "fail",
    "toy has no environment prod",
  ],
  [
    "a stranger's code beside the repository's token",
    template("model-review"),
    /( {2}pull_request):\n([\s\S]*?persist-credentials: false)/,
    "$1_target:\n$2\n          ref: ${{ github.event.pull_request.head.sha }}",
    "foreign-code",
    "fail",
    "pull_request_target",
  ],
  [
    "a pull request fetched by a command after a comment",
    template("model-promote"),
    'echo "approved"',
    "gh pr checkout 7",
    "foreign-code",
    "fail",
    "issue_comment",
  ],
  [
    "a training on the runner that writes",
    template("model-release"),
    "[self-hosted, gpu]",
    "[self-hosted, serving, gpu]",
    "shared-runner",
    "fail",
    "job train trains",
  ],
  [
    "a token left where the code can read it",
    template("retrain"),
    "          persist-credentials: false # your code could read them\n",
    "          fetch-depth: 0\n",
    "credentials",
    "fail",
    "job train",
  ],
  [
    "a deployment without its approval",
    template("model-promote"),
    "needs: [ask, approve]",
    "needs: [ask]",
    "approval",
    "fail",
    "asks nobody",
  ],
  [
    "labels of one's own without self-hosted",
    template("retrain"),
    /\[self-hosted, gpu\]/,
    "a100-box",
    "own-runners",
    "unknown",
    "retrain.yml",
  ],
  [
    "a deployment into a folder of GitHub's machine",
    template("model-promote"),
    "runs-on: [self-hosted, serving]",
    "runs-on: ubuntu-latest",
    "deploy-runner",
    "fail",
    "gone after the job",
  ],
  [
    "a retraining that takes no event",
    template("retrain"),
    / {6}drift-event:\n.*\n.*\n/,
    "",
    "retrain-workflow",
    "fail",
    "no input drift-event",
  ],
  [
    "a look for drift of nothing",
    "trainyard.yaml",
    /\n {4}drift:[\s\S]*$/,
    "\n",
    "drift-section",
    "warn",
    "no model of trainyard.yaml has a drift: section",
  ],
])("%s is found, with what to do", async (_what, path, from, to, id, status, said) => {
  using project = await toy();
  change(project, path, from, to);
  const found = (await findings(project)).filter((one) => one.id === id && one.status === status);
  expect(found.map((one) => one.found).join("\n")).toContain(said);
  for (const { todo } of found) expect(todo).toBeTruthy();
});

test("a retraining that drift starts and nobody wrote is found, and so is one whose name the step gives", async () => {
  using project = await toy();
  rmSync(join(project.root, template("retrain")));
  const of = async () => (await findings(project)).filter(({ id }) => id === "retrain-workflow");
  expect(await of()).toMatchObject([{ status: "fail", todo: "trainyard init --workflow retrain" }]);
  change(
    project,
    template("drift-check"),
    /(actions\/drift-check@v1\n\s+with:\n)(\s+)/,
    "$1$2retrain-workflow: model-promote.yml\n$2",
  );
  expect(await of()).toMatchObject([
    { status: "fail", found: expect.stringContaining("no input drift-event") as unknown },
  ]);
});

test("a repository that does not use us hears of nothing but a stranger's code", async () => {
  using project = await toy();
  rmSync(join(project.root, ".github"), { recursive: true });
  project.write(
    template("other"),
    "on: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v5\n        with: { ref: '${{ github.head_ref }}' }\n",
  );
  const ids = (await findings(project)).map(({ id }) => id).filter((id) => NEW.includes(id));
  expect(ids).toEqual(["foreign-code"]);
});
