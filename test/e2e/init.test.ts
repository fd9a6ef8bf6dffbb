import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type Ask, askFor } from "../../packages/cli/src/init/ask-for.ts";
import { InitInputs } from "../../packages/cli/src/init/inputs.ts";
import { findings } from "../workflows/language-service.ts";
import { templateNames } from "../workflows/workflow.ts";
import { ToyProject } from "./toy-project.ts";

function empty(options: { below?: string } = {}): ToyProject {
  const project = new ToyProject({ commit: false, ...options });
  rmSync(join(project.root, "trainyard.yaml"));
  return project;
}

const workflow = (project: ToyProject, name: string, above = "") =>
  readFileSync(join(project.root, above, ".github/workflows", `${name}.yml`), "utf8");
const written = (project: ToyProject) =>
  existsSync(join(project.root, ".github/workflows"))
    ? readdirSync(join(project.root, ".github/workflows")).sort()
    : [];

describe("trainyard init --workflows", () => {
  test("writes every workflow, filled in, and GitHub's language service finds nothing wrong with them", async () => {
    using project = empty();
    project.write("requirements.txt", "numpy\n");
    const labels = ["--runner", "self-hosted,linux,a100", "--deploy-runner", "serving-box", "--branch", "trunk"];
    const { code, value } = await project.json<{ files: string[] }>("init", "toy", "--workflows", ...labels);
    expect(code).toBe(0);
    expect(value.files).toEqual([
      "trainyard.yaml",
      "trainyard.schema.json",
      ...templateNames.map((name) => `.github/workflows/${name}.yml`),
      ".gitignore",
    ]);
    for (const name of templateNames) {
      const text = workflow(project, name);
      expect(await findings(`.github/workflows/${name}.yml`, text)).toEqual([]);
      expect(text).not.toMatch(/\$default-branch|\bgpu\]|serving\]|data\]|\$cron/);
    }
    expect(workflow(project, "model-release")).toContain("branches: [trunk]");
    const review = parse(workflow(project, "model-review")) as {
      jobs: Record<string, { "runs-on": unknown; steps: { run?: string }[] }>;
    };
    expect(review.jobs["train"]?.["runs-on"]).toEqual(["self-hosted", "linux", "a100"]);
    expect(review.jobs["train-fork"]?.["runs-on"]).toContain(`fromJSON('["self-hosted", "linux", "a100"]')`);
    expect(review.jobs["train"]?.steps.some(({ run }) => run?.includes("--requirement requirements.txt"))).toBe(true);
    const config = parse(readFileSync(join(project.root, "trainyard.yaml"), "utf8")) as {
      models: { toy: { deploy: unknown } };
    };
    expect(config.models.toy.deploy).toMatchObject({ staging: {}, production: { after: "staging" } });
  });

  test("names every file in the way and writes none", async () => {
    using project = empty();
    for (const name of ["retrain", "model-review"]) project.write(`.github/workflows/${name}.yml`, "mine");
    const { code, value } = await project.json<{ error: { code: string; message: string } }>("init", "--workflows");
    expect({ code, refused: value.error.code }).toEqual({ code: 2, refused: "FILE_EXISTS" });
    expect(value.error.message).toContain(".github/workflows/model-review.yml, .github/workflows/retrain.yml");
    expect(written(project)).toEqual(["model-review.yml", "retrain.yml"]);
    expect(existsSync(join(project.root, "trainyard.yaml"))).toBe(false);
  });

  test("adds workflows to a project whose config is there, which stays as it is and says when to look for drift", async () => {
    using project = new ToyProject();
    const before = readFileSync(join(project.root, "trainyard.yaml"), "utf8").replace(/\n {4}drift:[\s\S]*$/, "\n");
    project.write("trainyard.yaml", `${before}    drift: { current: [logs/now.csv], runs-per-year: 365 }\n`);
    const config = readFileSync(join(project.root, "trainyard.yaml"), "utf8");
    const { code, value } = await project.json<{ files: string[] }>("init", "--workflow", "drift-check");
    expect({ code, files: value.files }).toEqual({ code: 0, files: [".github/workflows/drift-check.yml"] });
    expect(readFileSync(join(project.root, "trainyard.yaml"), "utf8")).toBe(config);
    expect(workflow(project, "drift-check")).toContain('cron: "17 5 * * *" # agrees with');
    const { code: again } = await project.json("init", "other", "--workflow", "retrain");
    expect(again).toBe(2);
  });

  test("in a folder below the repository's, they stand where GitHub looks, and say where the project is", async () => {
    using project = empty({ below: "models/toy" });
    project.write("requirements.txt", "numpy\n");
    expect((await project.json("init", "toy", "--workflow", "model-review")).code).toBe(0);
    const text = workflow(project, "model-review", "../..");
    expect(await findings(".github/workflows/model-review.yml", text)).toEqual([]);
    const { jobs } = parse(text) as { jobs: Record<string, { steps: Record<string, unknown>[] }> };
    const steps = Object.values(jobs).flatMap((job) => job.steps);
    for (const step of steps.filter(({ uses }) => String(uses).startsWith("trainyard/")))
      expect(step["with"]).toMatchObject({ "working-directory": "models/toy" });
    for (const step of steps.filter(({ run }) => run !== undefined))
      expect(step["working-directory"]).toBe("models/toy");
  });

  test("where no environment comes first nothing is deployed before the approval, and no permission is left for it", async () => {
    using project = new ToyProject();
    expect((await project.json("init", "--workflow", "model-release", "--workflow", "retrain")).code).toBe(0);
    for (const name of ["model-release", "retrain"]) {
      const text = workflow(project, name);
      expect(await findings(`.github/workflows/${name}.yml`, text)).toEqual([]);
      expect(text).not.toMatch(/actions\/deploy@|deployments: write/);
      expect(text).toContain("actions/register@");
    }
  });

  test("a private repository gets no workflow for strangers", async () => {
    using project = empty();
    expect((await project.json("init", "toy", "--workflows", "--public=false")).code).toBe(0);
    expect(written(project)).not.toContain("verdict-for-forks.yml");
  });

  test.each([
    ["a workflow there is none of", ["--workflow", "model-reviw"], "--workflow", "model-review"],
    ["labels that are code", ["--workflows", "--runner", "x]\n    steps: [{run: id}"], "--runner", "labels"],
    ["a branch that is a pattern", ["--workflows", "--branch", "main, '**'"], "--branch", "letters"],
    [
      "a folder of GitHub's machine as production",
      ["--workflows", "--deploy-runner", "ubuntu-latest"],
      "--deploy-runner",
      "machine of yours",
    ],
    [
      "a training on the machine that writes",
      ["--workflows", "--runner", "gpu", "--deploy-runner", "self-hosted,gpu"],
      "--deploy-runner",
      "trains",
    ],
  ])("%s is refused before anything is written", async (_what, words, input, said) => {
    using project = empty();
    const { code, value } = await project.json<{ error: { details: { input: string }; message: string } }>(
      "init",
      "toy",
      ...words,
    );
    expect({ code, input: value.error.details.input }).toEqual({ code: 2, input });
    expect(value.error.message).toContain(said);
    expect(existsSync(join(project.root, "trainyard.yaml"))).toBe(false);
    expect(written(project)).toEqual([]);
  });
});

describe("the questions of init", () => {
  const found = {
    name: "churn",
    run: "python train.py",
    params: null,
    data: ["data/train.csv"],
    evaluateData: null,
    predict: null,
    setUp: [],
    branch: "main",
    onGithub: true,
    configIsThere: false,
  };
  const none = InitInputs.parse({});

  /** Answers in turn, then as one who presses Enter. */
  function person(...answers: (string | null)[]): { ask: Ask; asked: string[] } {
    const asked: string[] = [];
    const ask = async (question: string) => {
      asked.push(question);
      return answers.length > 0 ? (answers.shift() as string | null) : "";
    };
    return { ask, asked };
  }

  test("Enter takes what was found", async () => {
    const { ask, asked } = person();
    expect(await askFor(ask, none, found, false)).toMatchObject({
      model: "churn",
      task: "binary",
      run: "python train.py",
      data: ["data/train.csv"],
      output: ["model.onnx"],
      workflows: true,
      branch: "main",
      runner: "self-hosted,gpu",
      public: true,
    });
    expect(asked).toHaveLength(10);
  });

  test("what a flag says is not asked, and about a config that is there nothing is", async () => {
    const { ask, asked } = person("n");
    await askFor(ask, none, { ...found, configIsThere: true }, true);
    expect(asked).toEqual(["Write workflows for GitHub Actions (y, n) [y]: "]);
  });

  test("an answer that cannot be taken is asked for again, three times; an end of the input is an end", async () => {
    const { ask, asked } = person("No Name!", "churn-2");
    expect((await askFor(ask, none, found, false)).model).toBe("churn-2");
    expect(asked[1]).toContain("No Name!");
    await expect(askFor(person("A", "B", "C").ask, none, found, false)).rejects.toMatchObject({
      code: "INPUT_INVALID",
    });
    const kind = person("churn", "binari");
    await askFor(kind.ask, none, found, false);
    expect(kind.asked[2]).toContain("--task must be one of binary,");
    expect(kind.asked[2]).not.toContain("Invalid option");
    expect(await askFor(person(null).ask, none, found, false)).toMatchObject({ model: "churn" });
  });
});
