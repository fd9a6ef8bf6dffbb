import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actionFolder, ensureBundles } from "../runner/bundles.ts";
import { runStep, type StepOptions, type StepResult } from "../runner/run-step.ts";
import { config, rows, ToyProject } from "./toy-project.ts";

const temp = mkdtempSync(join(tmpdir(), "trainyard-runner-"));
beforeAll(ensureBundles, 180_000);
afterAll(() => rmSync(temp, { recursive: true, force: true }));

/** Everything stays on this machine. */
const noToken = { "github-token": "" };

type Options = Partial<Pick<StepOptions, "with" | "env" | "cancelAt">>;

/** Runs `uses: ./actions/NAME` in a project, from the bundle, as a runner would. */
function uses(name: string, project: ToyProject, options: Options = {}): Promise<StepResult> {
  return runStep({
    action: actionFolder(name),
    workspace: project.root,
    temp,
    ...options,
    with: { ...noToken, ...options.with },
  });
}

/** What a test of the happy path wants to read when it failed. */
function succeeded(step: StepResult): StepResult {
  expect(step.annotations, step.log.lines.join("\n")).toEqual([]);
  expect(step.conclusion).toBe("success");
  return step;
}

/** Lines that would deceive a runner, printed by the training. */
const HOSTILE = [
  "::set-output name=status::succeeded",
  "::add-mask::toy",
  "  ::error title=Fake::all is lost",
  "told ##[error]all is lost",
  "::stop-commands::0123456789abcdef",
  "::save-state name=isPost::true",
];

/** The toy project with a smoke test and a training that prints hostile lines. */
function projectWithServer(url: string): ToyProject {
  const project = new ToyProject({
    commit: false,
    config: config
      .replace("outputs: [model.json, metrics.json]", "outputs: [model.json, golden.json, metrics.json]")
      .replace(
        "path: serving/production }",
        `path: serving/production, smoke: { url: "${url}", request: golden.json, timeout: 5 } }`,
      ),
  });
  const train = readFileSync(join(project.root, "train.mjs"), "utf8");
  const golden = `const score = 1 / (1 + Math.exp(-(slope * (1 - noise) + intercept)));
writeFileSync("golden.json", JSON.stringify({ path: "/predict", request: { x: 1 }, response: { score }, tolerance: 1e-6 }));
for (const line of ${JSON.stringify(HOSTILE)}) console.log(line);
console.error("::error::from stderr");\n`;
  project.write("train.mjs", train + golden);
  project.write(".gitignore", `${readFileSync(join(project.root, ".gitignore"), "utf8")}golden.json\n`);
  project.commit("A first model");
  return project;
}

describe("the whole loop, from the bundles", () => {
  let project: ToyProject;
  let server: Server;
  let serveWrongly = false;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const current = join(project.root, "serving/production/current");
      if (!existsSync(current)) return response.writeHead(503).end("{}");
      const identity = JSON.parse(readFileSync(join(current, "trainyard.json"), "utf8")) as { digest: string };
      if (request.url === "/ready") return response.end(JSON.stringify(identity));
      const model = JSON.parse(readFileSync(join(current, "model.json"), "utf8")) as {
        slope: number;
        intercept: number;
      };
      const score = serveWrongly ? 0.5 : 1 / (1 + Math.exp(-(model.slope + model.intercept)));
      return response.end(JSON.stringify({ score }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    project = projectWithServer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  afterAll(() => {
    server.close();
    project[Symbol.dispose]();
  });

  let bundle: string;

  test("train keeps a run bundle, and what the training prints is shown and obeyed by nobody", async () => {
    const step = succeeded(await uses("train", project, { with: { model: "toy", set: "noise=0\nseed=3\n" } }));
    expect(step.outputs).toMatchObject({ status: "succeeded", resumable: "false" });
    expect(step.outputs["root-digest"]).toMatch(/^sha256:[0-9a-f]{64}$/);
    bundle = step.outputs["path"] as string;
    const record = JSON.parse(readFileSync(join(bundle, "record.json"), "utf8")) as Record<string, unknown>;
    expect(record).toMatchObject({
      id: step.outputs["run"],
      status: "succeeded",
      inputsDigest: step.outputs["inputs-digest"],
      actor: { name: "ana", kind: "workflow", url: "https://github.com/octo/flights/actions/runs/123" },
    });
    expect(new Set(step.log.obeyed)).toEqual(new Set(["group", "stop-commands", "endgroup"]));
    expect(step.log.groups[0]).toBe("train: node train.mjs");
    expect(step.log.settled).toBe(true);
    expect(step.log.lines).toEqual(expect.arrayContaining(HOSTILE));
    expect(step.summary).toContain("### toy: trained in");
  });

  test("evaluate judges the bundle it is handed", async () => {
    const step = succeeded(
      await uses("evaluate", project, { with: { run: bundle, report: "reports/first.html\nreports/first.md" } }),
    );
    expect(step.outputs["verdict"]).toBe("pass");
    const report = JSON.parse(readFileSync(step.outputs["report-json"] as string, "utf8")) as Record<string, unknown>;
    expect(report).toMatchObject({ kind: "trainyard.evaluation/v1", verdict: "pass" });
    expect(readFileSync(step.outputs["report-markdown"] as string, "utf8")).toBe(step.summary);
    expect(readFileSync(join(project.root, "reports/first.html"), "utf8")).toContain("<svg");
    rmSync(join(project.root, "reports"), { recursive: true });
  });

  test("register gives it version 1, and the same bytes once", async () => {
    const first = succeeded(await uses("register", project));
    expect(first.outputs).toMatchObject({ version: "toy@1", registered: "true" });
    const again = succeeded(await uses("register", project));
    expect(again.outputs).toEqual(first.outputs);
  });

  test("deploy puts it live, after the server gave the golden answer", async () => {
    const step = succeeded(await uses("deploy", project, { with: { model: "toy@1" } }));
    expect(step.outputs).toEqual({ version: "toy@1", environment: "production", outcome: "live" });
    expect(step.summary).toContain("✅");
  });

  test("a worse candidate fails the evaluation with exit 1, register refuses it, and production stays", async () => {
    const train = succeeded(await uses("train", project, { with: { set: "noise=1.6" } }));
    const evaluate = await uses("evaluate", project, { with: { run: train.outputs["run"] as string } });
    expect(evaluate).toMatchObject({ conclusion: "failure", exit: 1, outputs: { verdict: "fail" } });
    expect(evaluate.annotations).toHaveLength(1);
    const register = await uses("register", project);
    expect(register).toMatchObject({ exit: 1, outputs: { version: "", registered: "false" } });
    const { value } = await project.json<{ version: number }>("show", "toy@production");
    expect(value.version).toBe(1);
  });

  test("an inconclusive verdict ends with 3, or with success where that only warns", async () => {
    const train = succeeded(await uses("train", project, { with: { set: "noise=0.2" } }));
    const run = train.outputs["run"] as string;
    expect(await uses("evaluate", project, { with: { run } })).toMatchObject({
      exit: 3,
      outputs: { verdict: "inconclusive" },
    });
    const warned = await uses("evaluate", project, { with: { run, "on-inconclusive": "warn" } });
    expect(warned).toMatchObject({ exit: 0, outputs: { verdict: "inconclusive" } });
  });

  test("a version whose server answers otherwise is rolled back, exit 1", async () => {
    succeeded(await uses("register", project, { with: { override: "true", reason: "to see it fail" } }));
    serveWrongly = true;
    const step = await uses("deploy", project, { with: { model: "toy@2", environment: "production" } });
    serveWrongly = false;
    expect(step).toMatchObject({ exit: 1, outputs: { version: "toy@2", outcome: "rolled-back" } });
    const live = readFileSync(join(project.root, "serving/production/current/trainyard.json"), "utf8");
    expect(JSON.parse(live)).toMatchObject({ version: 1 });
  });

  test("drift-check is quiet on rows like those it was judged on, and fails on a changed unit", async () => {
    const today = { days: 60, perDay: 40, seed: 3, labels: false };
    const settings = { env: {}, with: { environment: "production", "on-drift": "report" } };
    project.write("data/incoming/today.csv", rows(today));
    await project.json("predict", "toy@production", "--data", "data/incoming/*.csv", "--out", "logs/today.csv");
    const quiet = succeeded(await uses("drift-check", project, settings));
    expect(quiet.outputs).toMatchObject({ verdict: "quiet", action: "none", event: "" });

    project.write("data/incoming/today.csv", rows({ ...today, scale: 1000 }));
    const broken = await uses("drift-check", project, settings);
    expect(broken).toMatchObject({
      conclusion: "failure",
      exit: 1,
      outputs: { verdict: "data-broken", action: "stopped" },
    });
    expect(broken.outputs["event"]).toMatch(/^\d+$/);
    expect(broken.annotations).toHaveLength(1);
  });

  test("none of it touched the working tree", () => {
    expect(project.git("status", "--porcelain")).toBe("");
  });
});

describe("a cancelled training", () => {
  /** Says when it runs, then trains for ever; what it does when asked to stop is the test's. */
  function slowProject(onStop: string): ToyProject {
    const project = new ToyProject({ commit: false });
    project.write(
      "train.mjs",
      `import { writeFileSync } from "node:fs";
process.on("SIGTERM", () => { ${onStop} });
console.log("epoch 1, process " + process.pid);
setInterval(() => {}, 1000);
`,
    );
    project.commit("A slow model");
    return project;
  }
  const cancelAt = (line: string) => line.startsWith("epoch 1");

  function processOf(step: StepResult): number {
    return Number(/process (\d+)/.exec(step.log.lines.join("\n"))?.[1]);
  }

  test("that saves a checkpoint is recorded as interrupted, can be resumed, and register refuses it", async () => {
    using project = slowProject(`writeFileSync(process.env.TRAINYARD_CHECKPOINT_DIR + "/step", "1"); process.exit(0);`);
    const step = await uses("train", project, { cancelAt });
    expect(step, step.log.lines.join("\n")).toMatchObject({ conclusion: "cancelled", exit: 75, signal: null });
    expect(step.outputs).toMatchObject({ status: "interrupted", resumable: "true", "root-digest": "" });
    const record = JSON.parse(readFileSync(join(step.outputs["path"] as string, "record.json"), "utf8")) as object;
    expect(record).toMatchObject({ status: "interrupted", rootDigest: null });
    expect(step.stopSeconds).toBeLessThan(5);
    expect(step.log.settled).toBe(true);

    const register = await uses("register", project);
    expect(register).toMatchObject({ conclusion: "failure", exit: 2 });
    expect(register.outputs["registered"]).toBeUndefined();
  });

  test("that does not listen is ended in time for its record, and nothing of it stays", async () => {
    using project = slowProject(`console.log("no");`);
    const step = await uses("train", project, { cancelAt });
    expect(step, step.log.lines.join("\n")).toMatchObject({ conclusion: "cancelled", exit: 130, signal: null });
    expect(step.outputs).toMatchObject({ status: "interrupted", resumable: "false" });
    expect(step.stopSeconds).toBeGreaterThan(5.5);
    expect(step.stopSeconds).toBeLessThan(9);
    expect(() => process.kill(processOf(step), 0)).toThrow("ESRCH");
  });
});

describe("what cannot be done is refused in one annotation", () => {
  test("a misspelt input, of which the runner itself only warns", async () => {
    using project = new ToyProject();
    const step = await uses("train", project, { with: { modle: "toy" } });
    expect(step).toMatchObject({ conclusion: "failure", exit: 2, outputs: { refusal: "INPUT_UNKNOWN" } });
    expect(step.warnings).toEqual(["Unexpected input(s) 'modle'"]);
    expect(step.annotations).toEqual([
      { level: "error", title: "INPUT_UNKNOWN", message: expect.stringContaining('Did you mean "model"?') as string },
    ]);
    expect(step.summary).toContain("refused (INPUT_UNKNOWN)");
  });

  test("a folder without a project, where nothing is left behind", async () => {
    const folder = join(temp, "bare");
    mkdirSync(folder);
    execFileSync("git", ["init", "-q", folder]);
    const step = await runStep({ action: actionFolder("train"), workspace: folder, temp, with: noToken });
    expect(step).toMatchObject({ exit: 2, outputs: { refusal: "CONFIG_NOT_FOUND" } });
    expect(step.annotations).toHaveLength(1);
    expect(existsSync(join(folder, ".trainyard"))).toBe(false);
  });

  test("a config that holds a workflow command in a name", async () => {
    using project = new ToyProject({
      config: "models:\n  '::error title=x::##[error]y':\n    train: { run: a, outputs: b }\n",
    });
    const step = await uses("train", project);
    expect(step.exit).toBe(2);
    expect(step.log.obeyed).toEqual(["error"]);
    expect(step.annotations).toHaveLength(1);
  });

  test("a training that failed is no refusal: exit 1, its last lines in the annotation, a summary that says what to do", async () => {
    using project = new ToyProject({ commit: false });
    project.write("train.mjs", 'console.log("::error::no GPU"); process.exit(3);');
    project.commit("Broken");
    const step = await uses("train", project);
    expect(step).toMatchObject({ conclusion: "failure", exit: 1, outputs: { status: "failed", "root-digest": "" } });
    expect(step.annotations).toHaveLength(1);
    expect(step.annotations[0]?.message).toContain("| ::error::no GPU");
    expect(step.summary).toContain("What to do.");
  });
});

test("actions write the registry to origin, so that it outlives the runner's clone", async () => {
  using origin = new ToyProject();
  const clone = join(temp, "clone");
  execFileSync("git", ["clone", "-q", origin.root, clone]);
  for (const name of ["train.csv", "evaluate.csv"]) {
    mkdirSync(join(clone, "data"), { recursive: true });
    execFileSync("cp", [join(origin.root, "data", name), join(clone, "data", name)]);
  }
  for (const name of ["train", "evaluate", "register"]) {
    succeeded(await runStep({ action: actionFolder(name), workspace: clone, temp, with: noToken }));
  }
  expect(origin.git("branch", "--list", "--format=%(refname:short)")).toContain("trainyard/registry");
  expect(JSON.parse(origin.git("show", "trainyard/registry:models/toy.json"))).toMatchObject({ versions: 1 });
});
