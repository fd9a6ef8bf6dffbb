// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of GitHub's, not of JavaScript's
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Finding } from "../../packages/backends/src/doctor/finding.ts";
import { doctorVerb } from "../../packages/backends/src/verbs/doctor.ts";
import { chooseWorkflows, initVerb } from "../../packages/backends/src/verbs/init.ts";
import { startGithubServer } from "../github-server/start-github-server.ts";
import { ToyProject } from "./toy-project.ts";

interface Report {
  readonly healthy: boolean;
  readonly checks: readonly (Finding & { group: string })[];
}

async function examine(project: ToyProject, ...words: string[]) {
  const { code, value, stderr } = await project.json<Report>("doctor", ...words);
  const of = (id: string) => value.checks.filter((one) => one.id === id);
  return { code, value, stderr, of, statuses: (id: string) => of(id).map(({ status }) => status) };
}

/** A project without a token, whatever the machine that tests has. */
function toy(options: ConstructorParameters<typeof ToyProject>[0] = {}): ToyProject {
  const project = new ToyProject(options);
  for (const name of Object.keys(project.environment))
    if (/^(?:GITHUB|GH)_/.test(name)) delete project.environment[name];
  return project;
}

/** In this process: a start of the command takes longer than all that is looked at. */
async function withWorkflows(project: ToyProject): Promise<void> {
  const fill = { branch: "main", runner: ["self-hosted", "gpu"], deployRunner: null, setUp: [] };
  await initVerb(project.root, { config: null, workflows: chooseWorkflows([], null), fill });
}

async function findings(project: ToyProject, repository?: string): Promise<(id: string) => Finding[]> {
  const groups = await doctorVerb(project.root, { repository }, project.environment);
  return (id) => groups.flatMap((group) => group.findings.filter((one) => one.id === id));
}

function change(project: ToyProject, name: string, from: string | RegExp, to: string): void {
  const path = `.github/workflows/${name}.yml`;
  const text = readFileSync(join(project.root, path), "utf8");
  expect(text).toMatch(from);
  project.write(path, text.replace(from, to));
}

describe("trainyard doctor, here", () => {
  test("a project that is in order is healthy, and what nobody could ask is unknown", async () => {
    using project = toy();
    await withWorkflows(project);
    const { code, value, statuses, of } = await examine(project);
    expect({ code, failed: value.checks.filter(({ status }) => status === "fail") }).toEqual({ code: 0, failed: [] });
    for (const id of ["node", "git", "config", "files", "outputs", "store", "registry", "job-permissions", "injection"])
      expect({ id, statuses: statuses(id) }).toEqual({ id, statuses: ["ok"] });
    expect(statuses("registry-writers")).toEqual(["ok"]);
    expect(statuses("pinned-actions")).toEqual(["ok"]);
    expect(of("repository")).toMatchObject([{ group: "github", status: "unknown" }]);
    expect(statuses("own-runners")).toEqual(["unknown"]);
    const { stdout } = await project.trainyard("doctor");
    expect(stdout).toMatch(/^ {2}warn {5}origin/m);
    expect(stdout).toMatch(/\d+ ok, \d+ to look at, 0 failed, 2 unknown/);
  });

  test("a config that is wrong fails, and the rest is looked at all the same", async () => {
    using project = toy();
    project.write("trainyard.yaml", "models:\n  toy:\n    trian: {}\n");
    const { code, of, statuses } = await examine(project);
    expect(code).toBe(1);
    expect(of("config")).toMatchObject([
      { status: "fail", found: expect.stringContaining("trainyard.yaml:3") as unknown },
    ]);
    expect(statuses("workflows")).toEqual(["warn"]);
  });

  test("outside a project it says so", async () => {
    using project = toy({ commit: false });
    rmSync(join(project.root, "trainyard.yaml"));
    expect((await examine(project)).of("config")).toMatchObject([{ status: "fail" }]);
  });

  test("a missing program, missing data and tracked outputs are named", async () => {
    using project = toy({ commit: false });
    const config = readFileSync(join(project.root, "trainyard.yaml"), "utf8");
    project.write(
      "trainyard.yaml",
      config.replace("node train.mjs", "no-such-program train.mjs").replace("data/train.csv", "data/gone.csv"),
    );
    project.write("model.json", "{}");
    project.git("add", "--force", "model.json");
    const { of } = await examine(project);
    expect(of("commands")[0]).toMatchObject({
      status: "warn",
      found: expect.stringContaining("no-such-program") as unknown,
    });
    expect(of("files")).toMatchObject([{ status: "warn", found: "not here: data/gone.csv" }]);
    expect(of("outputs")).toMatchObject([
      { status: "warn", todo: expect.stringContaining("git rm --cached model.json") as unknown },
    ]);
  });

  test.skipIf(process.getuid?.() === 0)("a store that cannot be written to fails", async () => {
    using project = toy();
    chmodSync(project.root, 0o555);
    try {
      expect((await examine(project)).statuses("store")).toEqual(["fail"]);
    } finally {
      chmodSync(project.root, 0o755);
    }
  });

  test("a registry whose head was changed by hand fails", async () => {
    using project = toy();
    const tree = project.git("write-tree").trim();
    const commit = project.git("commit-tree", tree, "-m", "mine").trim();
    project.git("update-ref", "refs/heads/trainyard/registry", commit);
    expect((await examine(project)).statuses("registry")).toEqual(["fail"]);
  });
});

describe("trainyard doctor, the workflows", () => {
  test.each([
    [
      "a job that lacks what register needs",
      "model-release",
      /contents: write #/g,
      "contents: read #",
      "job-permissions",
      "fail",
      "lacks contents: write",
    ],
    [
      "a training beside a token that writes",
      "retrain",
      "contents: read # to check the repository out and",
      "contents: write # and",
      "job-permissions",
      "fail",
      "beside a token that writes: contents",
    ],
    [
      "a job that may more than it needs",
      "model-review",
      "checks: write #",
      "packages: write\n      checks: write #",
      "job-permissions",
      "warn",
      "packages: write",
    ],
    [
      "a job that says nothing",
      "verdict-for-forks",
      / {4}permissions:\n(?: {6}.*\n)+|^permissions: \{\}\n/gm,
      "",
      "job-permissions",
      "warn",
      "says no permissions",
    ],
    [
      "a writer that the next one cancels",
      "retrain",
      /queue: max/g,
      "cancel-in-progress: true",
      "registry-writers",
      "fail",
      "may be cancelled",
    ],
    [
      "a writer without a queue",
      "model-promote",
      "queue: max",
      "cancel-in-progress: false",
      "registry-writers",
      "warn",
      "no queue",
    ],
    [
      "a title in a command",
      "model-promote",
      'echo "approved"',
      'echo "${{ github.event.issue.title || 1 }}"',
      "injection",
      "fail",
      "github.event.issue.title",
    ],
    [
      "a branch's name in a command",
      "model-promote",
      'echo "approved"',
      "echo ${{ format('{0}', github.head_ref) }}",
      "injection",
      "fail",
      "github.head_ref",
    ],
    [
      "an action by its tag",
      "retrain",
      /actions\/checkout@[0-9a-f]{40}/,
      "actions/checkout@v6",
      "pinned-actions",
      "warn",
      "actions/checkout@v6",
    ],
    ["a file that is no workflow", "retrain", /^jobs:[\s\S]*/m, "jobs: [1]\n", "workflows", "fail", "cannot be read"],
  ])("%s is found", async (_what, name, from, to, id, status, said) => {
    using project = toy();
    await withWorkflows(project);
    change(project, name, from, to);
    const of = await findings(project);
    expect(of(id)).toContainEqual(expect.objectContaining({ status, found: expect.stringContaining(said) as unknown }));
    expect(of(id).find((one) => one.status === status)?.todo).toBeTruthy();
  });

  test("a number of an event in a command is no harm", async () => {
    using project = toy();
    await withWorkflows(project);
    change(project, "model-promote", 'echo "approved"', 'echo "${{ github.event.issue.number }}"');
    expect((await findings(project))("injection")).toMatchObject([{ status: "ok" }]);
  });

  test("a schedule that does not agree with the config is found, with the factor", async () => {
    using project = toy();
    const config = readFileSync(join(project.root, "trainyard.yaml"), "utf8").replace(/\n {4}drift:[\s\S]*$/, "\n");
    project.write("trainyard.yaml", `${config}    drift: { current: [logs/now.csv], runs-per-year: 52 }\n`);
    await withWorkflows(project);
    expect((await findings(project))("drift-schedule")).toMatchObject([{ status: "ok" }]);
    change(project, "drift-check", "17 5 * * 1", "17 5 * * *");
    expect((await findings(project))("drift-schedule")).toMatchObject([
      {
        status: "warn",
        found: expect.stringContaining("7.0 times as often") as unknown,
        todo: "Set runs-per-year: 365, or change the schedule.",
      },
    ]);
  });
});

describe("trainyard doctor, on GitHub", () => {
  const ADMIN = { administration: "read", actions: "read", contents: "read" } as const;

  test("settings are read and told; what a token may not read is unknown, and no call writes", async () => {
    await using server = await startGithubServer();
    using project = toy();
    await withWorkflows(project);
    Object.assign(project.environment, server.environment, { GITHUB_TOKEN: server.token(ADMIN) });
    const words = ["--repository", `${server.owner}/${server.name}`];
    const { of, statuses, code } = await examine(project, ...words);
    expect(code).toBe(0);
    expect(of("repository")).toMatchObject([
      { status: "ok", found: expect.stringContaining("octo/flights") as unknown },
    ]);
    expect(statuses("default-permissions")).toEqual(["ok"]);
    expect(of("required-check")).toMatchObject([{ status: "warn" }]);
    expect(of("registry-protection")).toMatchObject([
      { status: "warn", found: expect.stringContaining("deletion") as unknown },
    ]);
    expect(of("registry-on-github")).toMatchObject([
      { status: "ok", found: expect.stringContaining("not there yet") as unknown },
    ]);
    expect(of("releases")).toMatchObject([{ status: "ok" }]);
    expect(of("immutable-releases")).toMatchObject([
      { status: "ok", found: expect.stringContaining("off") as unknown },
    ]);
    expect(of("environments")).toMatchObject([
      { status: "warn", found: expect.stringContaining("production") as unknown },
    ]);
    expect(server.calls.filter(({ method, kind }) => kind === "rest" && method !== "GET")).toEqual([]);

    project.environment["GITHUB_TOKEN"] = server.token({});
    const poor = await examine(project, ...words);
    expect(poor.code).toBe(0);
    for (const id of ["default-permissions", "environments", "registry-on-github", "immutable-releases"])
      expect({ id, statuses: poor.statuses(id) }).toEqual({ id, statuses: ["unknown"] });
    project.environment["GITHUB_TOKEN"] = "ghs_wrong";
    expect((await examine(project, ...words)).statuses("repository")).toEqual(["unknown"]);
  });

  test("whether a stranger's pull request may reach the machines that train is asked where anybody may see them", async () => {
    await using server = await startGithubServer();
    using project = toy();
    await withWorkflows(project);
    Object.assign(project.environment, server.environment, { GITHUB_TOKEN: server.token(ADMIN) });
    const asked = async () => (await findings(project, "octo/flights"))("own-runners");
    expect(await asked()).toMatchObject([{ status: "ok", found: "the repository is private" }]);
    server.state.open = true;
    expect(await asked()).toMatchObject([
      {
        status: "fail",
        found: expect.stringContaining("approval: first time contributors") as unknown,
        todo: expect.stringContaining("Require approval for all external contributors") as unknown,
      },
    ]);
    server.state.approvalPolicy = "all_external_contributors";
    expect(await asked()).toMatchObject([{ status: "ok" }]);
    project.environment["GITHUB_TOKEN"] = server.token({ contents: "read", actions: "read" });
    expect(await asked()).toMatchObject([
      { status: "unknown", found: expect.stringContaining("could not be read") as unknown },
    ]);
    expect(server.violations).toEqual([]);
  });

  test("labels that no runner has, or none that is online, are named", async () => {
    await using server = await startGithubServer();
    using project = toy();
    await withWorkflows(project);
    Object.assign(project.environment, server.environment, { GITHUB_TOKEN: server.token(ADMIN) });
    const asked = async () => (await findings(project, "octo/flights"))("runners");
    expect(await asked()).toMatchObject([
      { status: "warn", found: expect.stringContaining("no runner [self-hosted, gpu]") as unknown },
    ]);
    server.state.runners.push({
      name: "one",
      labels: ["self-hosted", "Linux", "GPU", "data", "serving"],
      online: false,
    });
    expect(await asked()).toMatchObject([
      { status: "warn", found: expect.stringMatching(/gpu\].* is online/) as unknown },
    ]);
    server.state.runners.push({
      name: "two",
      labels: ["self-hosted", "Linux", "GPU", "data", "serving"],
      online: true,
    });
    expect(await asked()).toMatchObject([{ status: "ok" }]);
    expect(server.violations).toEqual([]);
  });

  test("a schedule that GitHub switched off fails", async () => {
    await using server = await startGithubServer();
    using project = toy();
    await withWorkflows(project);
    server.state.workflows.push({
      id: 7,
      name: "drift-check",
      path: ".github/workflows/drift-check.yml",
      state: "disabled_inactivity",
    } as never);
    Object.assign(project.environment, server.environment, { GH_TOKEN: server.token(ADMIN) });
    const { code, of } = await examine(project, "--repository", "octo/flights");
    expect(of("schedule")).toMatchObject([
      { status: "fail", todo: expect.stringContaining("gh workflow enable drift-check.yml") as unknown },
    ]);
    expect(code).toBe(1);
  });

  test("a GitHub that does not answer is unknown, and no token goes to another host", async () => {
    using project = toy();
    project.git("remote", "add", "origin", "https://gitlab.example/octo/flights.git");
    project.environment["GITHUB_TOKEN"] = "ghs_secret";
    const elsewhere = await examine(project);
    expect(elsewhere.of("repository")).toMatchObject([
      { status: "unknown", found: "origin is no repository on GitHub" },
    ]);
    Object.assign(project.environment, { GITHUB_API_URL: "http://127.0.0.1:9", TRAINYARD_GITHUB_PACE: "0" });
    const silent = await examine(project, "--repository", "octo/flights");
    expect(silent.of("repository")).toMatchObject([{ status: "unknown" }]);
    expect(JSON.stringify(silent.value)).not.toContain("ghs_secret");
  });
});

describe("trainyard doctor --live", () => {
  const made = (server: Awaited<ReturnType<typeof startGithubServer>>) =>
    server.calls.filter(({ kind, method }) => kind === "upload" || (kind === "rest" && method !== "GET"));

  test("reads only, unless told to write; then what was made is gone", async () => {
    await using server = await startGithubServer();
    using project = toy();
    Object.assign(project.environment, server.environment, { GITHUB_TOKEN: server.token({ contents: "write" }) });
    const words = ["--repository", "octo/flights", "--live"];
    const reading = await examine(project, ...words);
    expect([...reading.statuses("live-rest"), ...reading.statuses("live-graphql")]).toEqual(["ok", "ok"]);
    expect(made(server)).toEqual([]);
    const writing = await examine(project, ...words, "--write");
    for (const id of ["live-commit", "live-commit-removed", "live-release", "live-release-removed"])
      expect(writing.of(id)).toMatchObject([{ id, status: "ok" }]);
    expect((await server.world.git.refs("refs/heads/")).map(({ ref }) => ref)).toEqual(["refs/heads/main"]);
    expect(server.state.releases).toEqual([]);
  });

  test("a token that may not write fails and leaves nothing behind; an upload that breaks takes its draft away", async () => {
    await using server = await startGithubServer();
    using project = toy();
    const live = { write: true, issue: null };
    const of = async (token: string) => {
      const environment = { ...project.environment, ...server.environment, GITHUB_TOKEN: token };
      const groups = await doctorVerb(project.root, { repository: "octo/flights", live }, environment);
      return groups.flatMap(({ findings: all }) => all.filter(({ id }) => id.startsWith("live-")));
    };
    const reader = await of(server.token({ contents: "read" }));
    expect(reader.filter(({ status }) => status === "fail").map(({ id }) => id)).toEqual([
      "live-commit",
      "live-release",
    ]);
    server.faults.add({ match: { kind: "upload", nth: 1 }, do: "502-after" } as never);
    const broken = await of(server.token({ contents: "write" }));
    expect(broken.find(({ id }) => id === "live-release")?.status).toBe("unknown");
    expect(server.state.releases).toEqual([]);
  });

  test("with --issue it comments and takes the comment back; an issue that is not there fails", async () => {
    await using server = await startGithubServer();
    using project = toy();
    const { number } = await server.openPullRequest({ head: "talk", title: "Talk", files: { "a.txt": "a\n" } });
    Object.assign(project.environment, server.environment, {
      GITHUB_TOKEN: server.token({ contents: "read", pull_requests: "write", issues: "write" }),
    });
    const words = ["--repository", "octo/flights", "--live", "--write"];
    const there = await examine(project, ...words, "--issue", String(number));
    expect([...there.statuses("live-comment"), ...there.statuses("live-comment-removed")]).toEqual(["ok", "ok"]);
    expect(server.state.comments).toEqual([]);
    const none = await examine(project, ...words, "--issue", "999");
    expect(none.of("live-comment")).toMatchObject([{ status: "fail" }]);
    expect(none.code).toBe(1);
  });

  test("--write alone is refused", async () => {
    using project = toy();
    expect((await project.json("doctor", "--write")).code).toBe(2);
  });
});
