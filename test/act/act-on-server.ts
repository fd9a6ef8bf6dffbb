import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { repository as repositoryShape } from "../github-server/shapes.ts";
import { startGithubServer } from "../github-server/start-github-server.ts";
import { toyRepository } from "../workflows/toy-repository.ts";
import { templateText } from "../workflows/workflow.ts";
import { ALL_ON_THIS_MACHINE, NOT_KNOWN_YET, onlyActions } from "./act-runs.ts";
import type { Finding } from "./report.ts";

const WHAT = "model-release on a push plans, trains, judges, registers and stages, against our GitHub server";
const MILLISECONDS = 240_000;

/**
 * A whole chain of jobs on act: it needs a GitHub to talk to. act says itself where GitHub is and which run this is, whatever
 * `--env` and a step's `env` say, so a module that node loads first puts the server's addresses in their place. What act cannot do beside: a token for each job with that job's permissions (one
 * token with all of them is given), environments and their approval, `concurrency`, and events that follow from events.
 */
export async function actOnServer(act: string): Promise<Finding> {
  const temp = mkdtempSync(join(tmpdir(), "trainyard-act-"));
  const { project } = toyRepository(temp);
  const server = await startGithubServer({ owner: "octo", name: "toys", from: project.root });
  try {
    const git = (...words: string[]) =>
      execFileSync("git", ["-C", project.root, ...words], { encoding: "utf8" }).trim();
    const sha = git("rev-parse", "HEAD");
    git("remote", "add", "origin", server.bare);
    const run = await server.startRun({
      event: "push",
      headSha: sha,
      headBranch: "main",
      workflow: "model-release.yml",
    });
    const permissions = {
      contents: "write",
      actions: "read",
      deployments: "write",
      checks: "write",
      "pull-requests": "write",
    } as const;
    const environment = server.jobEnvironment({ run: run.id, job: "release", permissions });
    const { GITHUB_TOKEN: token = "", ...addresses } = environment;
    const template = templateText("model-release").replace(NOT_KNOWN_YET, "").replace("$default-branch", "main");
    writeFileSync(join(project.root, ".github/workflows/model-release.yml"), template);
    const first = join(temp, "addresses.mjs");
    writeFileSync(first, `Object.assign(process.env, ${JSON.stringify(addresses)});\n`);
    const event = join(temp, "event.json");
    const payload = { before: "0".repeat(40), after: sha, ref: "refs/heads/main" };
    writeFileSync(event, JSON.stringify({ ...payload, repository: repositoryShape(server.world) }));
    const words = [
      ...["push", "-W", ".github/workflows/model-release.yml", "-e", event, ...ALL_ON_THIS_MACHINE],
      ...["--no-cache-server", "--action-offline-mode", "--action-cache-path", join(temp, "cache")],
      ...["--local-repository", `trainyard/trainyard@v1=${onlyActions(temp)}`, "-s", "GITHUB_TOKEN"],
      ...["--env", "GITHUB_REPOSITORY=octo/toys", "--env", `NODE_OPTIONS=--import=${first}`],
    ];
    const { status, log } = await started(act, words, project.root, token);
    const names = server.state.releases.map(({ name, draft }) => `${name}${draft ? " (draft)" : ""}`).join(", ");
    const checks = server.state.checkRuns.map(({ name, conclusion }) => `${name}: ${conclusion}`).join(", ");
    const live = server.state.deployments.map(
      ({ environment: where, statuses }) => `${where}: ${statuses.at(-1)?.state}`,
    );
    const left = [names, checks, live.join(", ")].join("; ");
    const expected = "toy v1, toy v1: deployment to staging; trainyard: success; staging: success";
    if (status !== 0) return { what: WHAT, problem: `act ended with ${status}\n${log}` };
    return { what: WHAT, problem: left === expected ? null : `it left ${left}; expected was ${expected}\n${log}` };
  } finally {
    await server.close();
    project[Symbol.dispose]?.();
    rmSync(temp, { recursive: true, force: true });
  }
}

/** Not in step: the server it asks lives in this process. */
function started(
  act: string,
  words: string[],
  cwd: string,
  token: string,
): Promise<{ status: number | null; log: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(act, words, {
      cwd,
      env: {
        ...process.env,
        PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_CONFIG_SYSTEM: "/dev/null",
        GITHUB_TOKEN: token,
      },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: MILLISECONDS,
    });
    let log = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (log += chunk));
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, log }));
  });
}
