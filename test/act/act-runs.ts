import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { ToyProject } from "../e2e/toy-project.ts";
import { ensureBundles } from "../runner/bundles.ts";
import { templateNames, templateText } from "../workflows/workflow.ts";
import { ROOT } from "./lint.ts";
import type { Finding } from "./report.ts";

/** Keys of GitHub's newest schema that act 0.2.89 refuses to read. */
export const NOT_KNOWN_YET = /^ *(?:queue: max|deployment: false)\b.*\n/gm;
export const ALL_ON_THIS_MACHINE = ["ubuntu-latest", "self-hosted", "gpu", "serving", "data"].flatMap((label) => [
  "-P",
  `${label}=-self-hosted`,
]);
/** A job of the toy project takes seconds. */
const RUN_MILLISECONDS = 120_000;

interface ActRun {
  readonly what: string;
  readonly event: string;
  readonly template: string;
  readonly job: string;
  readonly payload: (commits: { base: string; head: string }) => unknown;
  /** A line that must appear. */
  readonly says: string;
}

const RUNS: readonly ActRun[] = [
  {
    what: "model-review on a pull request plans and trains",
    event: "pull_request",
    template: "model-review",
    job: "train",
    payload: ({ base, head }) => ({
      pull_request: {
        number: 7,
        base: { sha: base, ref: "main", repo: { full_name: "octo/toys" } },
        head: { sha: head, ref: "work", repo: { full_name: "octo/toys" } },
      },
    }),
    says: "set-output:: status=succeeded",
  },
  {
    what: "model-release on a push plans and trains",
    event: "push",
    template: "model-release",
    job: "train",
    payload: ({ base, head }) => ({ before: base, after: head, ref: "refs/heads/main" }),
    says: "set-output:: status=succeeded",
  },
  {
    what: "retrain by hand trains with the parameters it is given",
    event: "workflow_dispatch",
    template: "retrain",
    job: "train",
    payload: () => ({ inputs: { model: "toy", set: "noise=0.2", reason: "by hand" } }),
    says: "set-output:: status=succeeded",
  },
  {
    what: "drift-check finds what is watched",
    event: "workflow_dispatch",
    template: "drift-check",
    job: "plan",
    payload: () => ({}),
    says: 'set-output:: matrix={"include":[{"model":"toy","because":"all"}]}',
  },
];

/** Runs the templates on nektos/act, without containers: a runner that nobody here wrote. */
export function actRuns(act: string): Finding[] {
  ensureBundles();
  using project = new ToyProject({ commit: false });
  const temp = mkdtempSync(join(tmpdir(), "trainyard-act-"));
  try {
    const commits = branchWithChange(project, temp);
    const actions = onlyActions(temp);
    return RUNS.map((run) => ({ what: run.what, problem: runOne(act, run, { project, temp, actions, commits }) }));
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

/** A toy project on a branch that changes a parameter, with the templates as its workflows; origin is a folder. */
function branchWithChange(project: ToyProject, temp: string): { base: string; head: string } {
  project.write(".gitignore", ".home/\n.trainyard/\n"); // a runner has the data: here it is committed
  for (const name of templateNames)
    project.write(`.github/workflows/${name}.yml`, templateText(name).replace(NOT_KNOWN_YET, ""));
  project.commit("A first model");
  const base = project.git("rev-parse", "HEAD").trim();
  project.git("switch", "-q", "-c", "work");
  project.write("params.yaml", "noise: 0.1\nseed: 7\n");
  project.commit("A change");
  const origin = join(temp, "octo", "toys.git");
  execFileSync("git", ["clone", "-q", "--bare", project.root, origin]);
  project.git("remote", "add", "origin", origin);
  return { base, head: project.git("rev-parse", "HEAD").trim() };
}

/** What the published repository is to a workflow. act copies the folder for each step, so nothing else is in it. */
export function onlyActions(temp: string): string {
  const folder = join(temp, "actions-repository");
  for (const file of globSync(["actions/*/action.yml", "actions/dist/**"], { cwd: ROOT })) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    if (!file.endsWith("dist")) cpSync(join(ROOT, file), join(folder, file), { recursive: true });
  }
  return folder;
}

function runOne(
  act: string,
  { event, template, job, payload, says }: ActRun,
  at: { project: ToyProject; temp: string; actions: string; commits: { base: string; head: string } },
): string | null {
  const file = join(at.temp, "event.json");
  writeFileSync(file, JSON.stringify(payload(at.commits)));
  const { status, stdout, stderr } = spawnSync(
    act,
    [
      event,
      ...["-W", `.github/workflows/${template}.yml`, "-j", job, "-e", file, ...ALL_ON_THIS_MACHINE],
      ...["--no-cache-server", "--action-offline-mode", "--action-cache-path", join(at.temp, "cache")],
      ...["--local-repository", `trainyard/trainyard@v1=${at.actions}`, "-s", "GITHUB_TOKEN="],
      ...["--env", "GITHUB_REPOSITORY=octo/toys"],
    ],
    {
      cwd: at.project.root,
      env: { ...at.project.environment, PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter) },
      encoding: "utf8",
      timeout: RUN_MILLISECONDS,
    },
  );
  const log = `${stdout}${stderr}`;
  if (status !== 0) return `act ended with ${status}\n${log}`;
  return log.includes(says) ? null : `act did not print ${JSON.stringify(says)}\n${log}`;
}
