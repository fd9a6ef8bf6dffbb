import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { repository as repositoryShape } from "../github-server/shapes.ts";
import { type GithubServer, startGithubServer } from "../github-server/start-github-server.ts";
import { toyRepository } from "../workflows/toy-repository.ts";
import { templateText } from "../workflows/workflow.ts";
import { ALL_ON_THIS_MACHINE, NOT_KNOWN_YET, onlyActions } from "./act-runs.ts";
import type { Finding } from "./report.ts";

const MILLISECONDS = 240_000;
const ALL_GRANTS = {
  contents: "write",
  actions: "read",
  deployments: "write",
  checks: "write",
  "pull-requests": "write",
} as const;

/** One run of a template: an event, and what stands on GitHub afterwards. */
interface Scene {
  readonly what: string;
  readonly template: string;
  readonly event: string;
  readonly payload: unknown;
  readonly leaves: string;
}

/**
 * Whole chains of jobs on act, one after the other: they need a GitHub to talk to. act says itself where GitHub is and which run this is, whatever
 * `--env` and a step's `env` say, so a module that node loads first puts the server's addresses in their place. What act cannot do beside: a token for each job with that job's permissions (one
 * token with all of them is given), environments and their approval, `concurrency`, and events that follow from events.
 */
export async function actOnServer(act: string): Promise<Finding[]> {
  const temp = mkdtempSync(join(tmpdir(), "trainyard-act-"));
  const { project } = toyRepository(temp);
  const server = await startGithubServer({ owner: "octo", name: "toys", from: project.root });
  try {
    const git = (...words: string[]) =>
      execFileSync("git", ["-C", project.root, ...words], { encoding: "utf8" }).trim();
    git("remote", "add", "origin", server.bare);
    server.state.collaborators.set("ana", "write");
    const comment = { body: "/promote toy@1 it is `better`; $(touch /tmp/no)", author_association: "MEMBER" };
    const scenes: Scene[] = [
      {
        what: "model-release on a push plans, trains, judges, registers and stages, against our GitHub server",
        template: "model-release",
        event: "push",
        payload: { before: "0".repeat(40), after: git("rev-parse", "HEAD"), ref: "refs/heads/main" },
        leaves: "toy v1, toy v1: deployment to staging; trainyard: success; staging: success",
      },
      {
        what: "model-promote reads a member's comment, asks what that member may do, and deploys",
        template: "model-promote",
        event: "issue_comment",
        payload: {
          action: "created",
          issue: { number: 7, state: "open", pull_request: { url: "…", merged_at: null } },
          comment: { ...comment, id: 1, user: { login: "ana" } },
        },
        leaves:
          "toy v1, toy v1: deployment to staging, toy v1: deployment to production; trainyard: success; staging: success, production: success",
      },
    ];
    const actions = onlyActions(temp);
    const findings: Finding[] = [];
    for (const scene of scenes) {
      const problem = await played(act, scene, { server, project: project.root, temp, actions });
      findings.push({ what: scene.what, problem });
    }
    return findings;
  } finally {
    await server.close();
    project[Symbol.dispose]?.();
    rmSync(temp, { recursive: true, force: true });
  }
}

async function played(
  act: string,
  { template, event, payload, leaves }: Scene,
  at: { server: GithubServer; project: string; temp: string; actions: string },
): Promise<string | null> {
  const { server, temp } = at;
  const headSha = execFileSync("git", ["-C", at.project, "rev-parse", "HEAD"], { encoding: "utf8" }).trim();
  const workflow = `${template}.yml`;
  const run = await server.startRun({ event, headSha, headBranch: "main", workflow });
  const environment = server.jobEnvironment({ run: run.id, job: "release", permissions: ALL_GRANTS });
  const { GITHUB_TOKEN: token = "", ...addresses } = environment;
  const text = templateText(template).replace(NOT_KNOWN_YET, "").replace("$default-branch", "main");
  writeFileSync(join(at.project, ".github/workflows", workflow), text);
  const first = join(temp, "addresses.mjs");
  writeFileSync(first, `Object.assign(process.env, ${JSON.stringify(addresses)});\n`);
  const file = join(temp, "event.json");
  writeFileSync(file, JSON.stringify({ ...(payload as object), repository: repositoryShape(server.world) }));
  const words = [
    ...[event, "-W", `.github/workflows/${workflow}`, "-e", file, ...ALL_ON_THIS_MACHINE],
    ...["--no-cache-server", "--action-offline-mode", "--action-cache-path", join(temp, "cache")],
    ...["--local-repository", `trainyard/trainyard@v1=${at.actions}`, "-s", "GITHUB_TOKEN"],
    ...["--env", "GITHUB_REPOSITORY=octo/toys", "--env", `NODE_OPTIONS=--import=${first}`],
  ];
  const { status, log } = await started(act, words, at.project, token);
  const names = server.state.releases.map(({ name, draft }) => `${name}${draft ? " (draft)" : ""}`).join(", ");
  const checks = server.state.checkRuns.map(({ name, conclusion }) => `${name}: ${conclusion}`).join(", ");
  const live = server.state.deployments.map(
    ({ environment: where, statuses }) => `${where}: ${statuses.at(-1)?.state}`,
  );
  const left = [names, checks, live.join(", ")].join("; ");
  if (status !== 0) return `act ended with ${status}\n${log}`;
  return left === leaves ? null : `it left ${left}; expected was ${leaves}\n${log}`;
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
