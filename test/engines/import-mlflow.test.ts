import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect } from "vitest";
import { ToyProject } from "../e2e/toy-project.ts";
import { engineTest } from "./engine-test.ts";
import { MLFLOW } from "./python-engine.ts";

let project: ToyProject;
const stopping: (() => void)[] = [];
beforeEach(() => {
  project = new ToyProject();
});
afterEach(() => {
  for (const stop of stopping.splice(0)) stop();
  project[Symbol.dispose]();
});

/** Registers versions as MLflow's own client does, and prints where they are. */
const MAKE = `
import math, sys, warnings, mlflow
from mlflow import MlflowClient
warnings.simplefilter("ignore")
mlflow.set_tracking_uri(sys.argv[1])
class Echo(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input: list[str]) -> list[str]:
        return model_input
client = MlflowClient()
for number in (1, 2, 3):
    with mlflow.start_run():
        mlflow.log_params({"lr": 0.1 * number, "name": "n%d" % number})
        mlflow.log_metric("auc", 0.5, step=0)
        mlflow.log_metric("auc", 0.6 + number / 10, step=1)
        mlflow.log_metric("bad", math.nan)
        mlflow.log_text("weights %d" % number, "plain/weights.txt")
        run = mlflow.active_run().info.run_id
        mlflow.pyfunc.log_model(name="model", python_model=Echo(), registered_model_name="logged")
    if number == 1:
        client.create_registered_model("Plain Model", tags={"team": "ops"}, description="late or not")
    client.create_model_version("Plain Model", "runs:/%s/plain" % run, run, description="attempt %d" % number)
client.set_registered_model_alias("Plain Model", "Champion", 2)
client.transition_model_version_stage("Plain Model", 3, "Staging")
`;

interface Report {
  readonly written: number;
  readonly facts: readonly { label: string; outcome: string; version: number | null; without: string[] }[];
}
const EXPECTED = [
  "logged version 1 carried 1",
  "logged version 2 carried 2",
  "logged version 3 carried 3",
  "Plain Model noted null",
  "Plain Model version 1 carried 1",
  "Plain Model version 2 carried 2",
  "Plain Model version 3 carried 3",
  "stage Staging carried 3",
  "alias Champion carried 2",
];

async function check(from: string): Promise<void> {
  const { value: first } = await project.json<Report>("import", "mlflow", "--from", from);
  expect(first.facts.map(({ label, outcome, version }) => `${label} ${outcome} ${version}`)).toEqual(EXPECTED);
  expect(first.facts[4]?.without).toEqual(["metric bad is no finite number"]);
  expect((await project.json<Report>("import", "mlflow", "--from", from)).value.written).toBe(0);
  const { value: found } = await project.json<unknown[]>("search", "auc > 0.75 and params.name = n2");
  expect(found).toMatchObject([
    { model: "logged", version: 2 },
    { model: "plain-model", version: 2, aliases: ["champion"] },
  ]);
  const { value: shown } = await project.json<{ files: { path: string }[] }>("show", "plain-model@champion");
  expect(shown.files.map(({ path }) => path)).toEqual(["weights.txt"]);
  expect((await project.trainyard("verify")).code).toBe(0);
}

engineTest(MLFLOW, "what MLflow's client registered in a database stands here", async (bin) => {
  const path = join(project.root, ".home/mlflow.db");
  execFileSync(bin("python"), ["-c", MAKE, `sqlite:///${path}`], {
    cwd: join(project.root, ".home"),
    env: project.environment,
    stdio: "pipe",
  });
  await check(path);
  // The database of `npm test` has the tables and columns that MLflow makes.
  const kept = new DatabaseSync(":memory:");
  kept.exec(readFileSync(join(import.meta.dirname, "../fixtures/mlflow/registry.sql"), "utf8"));
  const real = new DatabaseSync(path, { readOnly: true });
  const columns = (database: DatabaseSync, table: string) =>
    database.prepare("SELECT name, type FROM pragma_table_info(?)").all(table);
  for (const { name } of kept.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all())
    expect(columns(kept, String(name)), String(name)).toEqual(columns(real, String(name)));
  real.close();
});

engineTest(MLFLOW, "what a server has stands here too, its artifacts through its proxy", async (bin) => {
  const home = join(project.root, ".home");
  const port = await freePort();
  const words = ["server", "--port", `${port}`, "--workers", "1", "--backend-store-uri", `sqlite:///${home}/server.db`];
  const server = spawn(bin("mlflow"), [...words, "--artifacts-destination", join(home, "artifacts")], {
    cwd: home,
    env: project.environment,
    stdio: "ignore",
    detached: true,
  });
  stopping.push(() => process.kill(-(server.pid as number), "SIGKILL"));
  const address = `http://127.0.0.1:${port}`;
  await answers(`${address}/health`);
  execFileSync(bin("python"), ["-c", MAKE, address], { cwd: home, env: project.environment, stdio: "pipe" });
  await check(address);
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

async function answers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 240; attempt++) {
    if ((await fetch(url).catch(() => null))?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`${url} does not answer`);
}
