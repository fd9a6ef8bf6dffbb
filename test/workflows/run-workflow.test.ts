import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ToyProject } from "../e2e/toy-project.ts";
import { ensureBundles } from "../runner/bundles.ts";
import { type Forge, type Permissions, runWorkflow } from "./run-workflow.ts";
import { parseWorkflow } from "./workflow.ts";

const temp = mkdtempSync(join(tmpdir(), "trainyard-workflows-"));
beforeAll(ensureBundles, 180_000);
afterAll(() => rmSync(temp, { recursive: true, force: true }));

const WORKFLOW = `
name: a
on: push
permissions: {}
jobs:
  plan:
    runs-on: ubuntu-latest
    permissions: { contents: read }
    outputs: { matrix: "\${{ steps.plan.outputs.matrix }}", any: "\${{ steps.plan.outputs.any }}" }
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
        with: { fetch-depth: 0, persist-credentials: false }
      - id: plan
        uses: trainyard/trainyard/actions/plan@v1
        with: { changed: true, base: "\${{ github.event.before }}" }
  each:
    needs: plan
    if: needs.plan.outputs.any == 'true'
    strategy: { matrix: "\${{ fromJSON(needs.plan.outputs.matrix) }}" }
    runs-on: ubuntu-latest
    outputs: { said: "\${{ steps.say.outputs.said }}" }
    steps:
      - id: say
        env: { MODEL: "\${{ matrix.model }}", WHY: "\${{ matrix.because }}" }
        run: |
          echo "said=$MODEL for $WHY" >> "$GITHUB_OUTPUT"
      - id: fails
        run: false
      - if: steps.fails.outcome == 'success'
        run: exit 99
      - if: failure()
        run: test -z "\${GITHUB_TOKEN+x}"
  skipped: { needs: each, runs-on: ubuntu-latest, steps: [ { run: exit 1 } ] }
  always: { needs: [each, skipped], if: "!cancelled() && needs.each.result == 'failure'", runs-on: ubuntu-latest, steps: [ { run: "true" } ] }
  approve: { environment: "\${{ vars.WHERE }}", runs-on: ubuntu-latest, steps: [ { run: "true" } ] }
`;

test("jobs run as GitHub runs them: needs, if, matrix, outputs, failed steps, approvals, and a token of exactly the job's permissions", async () => {
  using project = new ToyProject();
  const before = project.git("rev-parse", "HEAD").trim();
  project.write("train.mjs", "// changed\n");
  project.commit("A change");
  const granted: Permissions[] = [];
  const forge: Forge = {
    cloneUrl: project.root,
    repository: "octo/toys",
    token: (permissions) => `${granted.push(permissions)}`,
    environment: () => ({}),
  };
  const run = await runWorkflow({
    workflow: parseWorkflow(WORKFLOW),
    forge,
    folder: temp,
    trigger: {
      event: "push",
      payload: { before },
      sha: project.git("rev-parse", "HEAD").trim(),
      ref: "refs/heads/main",
      runId: 1,
    },
    vars: { WHERE: "production" },
    approves: () => false,
  });
  expect(
    Object.fromEntries(Object.entries(run.jobs).map(([id, job]) => [id, [job.result, job.outputs]])),
    run.log,
  ).toEqual({
    plan: ["success", { matrix: '{"include":[{"model":"toy","because":"code"}]}', any: "true" }],
    each: ["failure", { said: "toy for code" }],
    skipped: ["skipped", {}],
    always: ["success", {}],
    approve: ["failure", {}],
  });
  expect(run.jobs["each"]?.legs[0]?.steps.map(({ result }) => result)).toEqual([
    "success",
    "failure",
    "skipped",
    "success",
  ]);
  expect(run.asked).toEqual(["production"]);
  expect(granted[0]).toEqual({ contents: "read" });
  expect(granted[1]).toEqual({});
});

test("a matrix of nothing, and a job that nobody has, are errors as on GitHub", async () => {
  const forge: Forge = { cloneUrl: temp, repository: "o/r", token: () => "", environment: () => ({}) };
  const trigger = { event: "push", payload: {}, sha: "", ref: "refs/heads/main", runId: 1 };
  const one = (job: object) =>
    runWorkflow({
      workflow: { name: "a", on: {}, jobs: { one: { steps: [], ...job } } },
      forge,
      folder: temp,
      trigger,
    });
  await expect(one({ strategy: { matrix: "${{ fromJSON('{\"include\":[]}') }}" } })).rejects.toThrow(
    "at least one vector",
  );
  await expect(one({ needs: "two" })).rejects.toThrow("no job two");
});
