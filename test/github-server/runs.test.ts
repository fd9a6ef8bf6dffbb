import { expect, test } from "vitest";
import { serverUnderTest } from "./server-under-test.ts";

const RETRAIN = { ".github/workflows/retrain.yml": "on: { workflow_dispatch: {} }\njobs: {}\n" };

test("a dispatched workflow is a run that waits, found by its id, its workflow and its event", async () => {
  const { ask, server } = await serverUnderTest({ files: RETRAIN });
  const dispatch = { ref: "main", inputs: { model: "flight-delays" } };
  expect((await ask("POST", "/actions/workflows/retrain.yml/dispatches", dispatch)).status).toBe(204);
  const told = await ask("POST", "/actions/workflows/retrain.yml/dispatches", {
    ...dispatch,
    return_run_details: true,
  });
  const id = told.body.workflow_run_id;
  expect((await ask("GET", `/actions/runs/${id}`)).body).toMatchObject({
    status: "queued",
    event: "workflow_dispatch",
  });
  const runs = await ask("GET", "/actions/workflows/retrain.yml/runs?status=queued");
  expect(runs.body.workflow_runs.map((run: { id: number }) => run.id)[0]).toBe(id);
  expect(server.state.dispatches).toHaveLength(2);
  expect(server.state.dispatches[1]).toMatchObject({ workflow: "retrain.yml", inputs: { model: "flight-delays" } });
});

test("a workflow that is nowhere, cannot be dispatched, or was switched off after idle days is refused", async () => {
  const { ask, server } = await serverUnderTest({ files: { ...RETRAIN, ".github/workflows/ci.yml": "on: push\n" } });
  const to = async (name: string, ref = "main") =>
    (await ask("POST", `/actions/workflows/${name}/dispatches`, { ref })).status;
  expect(await to("nothing.yml")).toBe(404);
  expect(await to("ci.yml")).toBe(422);
  expect(await to("retrain.yml", "nowhere")).toBe(422);
  const { workflows } = server.state;
  const retrain = workflows.find(({ path }) => path.endsWith("retrain.yml"));
  if (retrain !== undefined) retrain.state = "disabled_inactivity";
  expect(await to("retrain.yml")).toBe(422);
  expect((await ask("GET", "/actions/workflows/retrain.yml")).body.state).toBe("disabled_inactivity");
});

test("a run that ended is run again as its next attempt, with jobs of its own", async () => {
  const { ask, server } = await serverUnderTest();
  const run = await server.startRun({ event: "push", workflow: "release.yml" });
  run.job("train");
  expect((await ask("POST", `/actions/runs/${run.id}/rerun-failed-jobs`)).status).toBe(403);
  Object.assign(run, { status: "completed", conclusion: "failure" });
  expect((await ask("POST", `/actions/runs/${run.id}/rerun-failed-jobs`)).status).toBe(201);
  expect((await ask("GET", `/actions/runs/${run.id}`)).body).toMatchObject({ run_attempt: 2, status: "queued" });
  expect((await ask("GET", `/actions/runs/${run.id}/jobs`)).body.total_count).toBe(0);
  expect((await ask("GET", `/actions/runs/${run.id}/jobs?filter=all`)).body.total_count).toBe(1);
  expect(server.state.dispatches).toEqual([
    { kind: "rerun", run: run.id, failedOnly: true, by: "github-actions[bot]" },
  ]);
});

test("runs are searched by commit, branch, event, end and the time they were made", async () => {
  const { ask, server } = await serverUnderTest();
  const topic = await server.push("topic", { a: "b" }, "main");
  const old = await server.startRun({ event: "push", createdAt: "2026-01-02T00:00:00Z", conclusion: "success" });
  await server.startRun({ event: "push", headSha: topic, headBranch: "topic", createdAt: "2026-03-02T00:00:00Z" });
  const found = async (query: string) =>
    (await ask("GET", `/actions/runs?${query}`)).body.workflow_runs.map((run: { id: number }) => run.id);
  expect(await found("branch=main")).toEqual([old.id]);
  expect(await found("status=success")).toEqual([old.id]);
  expect(await found("created=%3C2026-02-01")).toEqual([old.id]);
  expect(await found("created=2026-01-01..2026-02-01")).toEqual([old.id]);
  expect(await found(`head_sha=${topic}&event=push`)).toHaveLength(1);
  expect(await found("event=schedule")).toEqual([]);
});

test("a success retires the deployment before it, but not one for production", async () => {
  const { ask, server } = await serverUnderTest();
  const deploy = async (environment: string) => {
    const body = { ref: "main", environment, auto_merge: false, required_contexts: [] };
    const { id } = (await ask("POST", "/deployments", body)).body;
    await ask("POST", `/deployments/${id}/statuses`, { state: "success" });
  };
  for (const environment of ["staging", "staging", "production", "production"]) await deploy(environment);
  const last = server.state.deployments.map(({ environment, statuses }) => [environment, statuses.at(-1)?.state]);
  expect(last).toEqual([
    ["staging", "inactive"],
    ["staging", "success"],
    ["production", "success"],
    ["production", "success"],
  ]);
});

test("a real payload is filled with the things of this server", async () => {
  const { server } = await serverUnderTest();
  const pull = await server.openPullRequest({ head: "topic", fork: "eve/flights", login: "eve", files: { a: "b" } });
  expect(server.payload("pull_request.synchronize", { pull: pull.number })).toMatchObject({
    action: "synchronize",
    number: pull.number,
    repository: { full_name: "octo/flights" },
    pull_request: { head: { sha: pull.head.sha, repo: { full_name: "eve/flights" } }, user: { login: "eve" } },
  });
  const run = await server.startRun({ event: "pull_request", headSha: pull.head.sha, headRepository: "eve/flights" });
  const completed = server.payload(
    "workflow_run.completed",
    { run: run.id },
    { workflow_run: { conclusion: "success" } },
  );
  expect(completed).toMatchObject({
    workflow_run: {
      id: run.id,
      head_sha: pull.head.sha,
      head_repository: { full_name: "eve/flights" },
      conclusion: "success",
    },
  });
  expect(server.payload("schedule")).toMatchObject({ repository: { full_name: "octo/flights" } });
  for (const event of ["workflow_dispatch", "issue_comment.created", "push", "repository_dispatch"])
    expect(server.payload(event)).toHaveProperty("repository");
  expect(() => server.payload("pull_request.nothing")).toThrow("no example");
});
