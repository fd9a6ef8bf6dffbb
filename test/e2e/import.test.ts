import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ToyProject } from "./toy-project.ts";

const project = new ToyProject();
afterAll(() => project[Symbol.dispose]());

interface Report {
  readonly written: number;
  readonly facts: readonly { label: string; outcome: string; version: number | null; why: string | null }[];
}
const importing = async (...words: string[]) => (await project.json<Report>("import", ...words)).value;

beforeAll(() => {
  const tag = (name: string, ...words: string[]) => project.git("tag", "-a", name, "-m", `About ${name}`, ...words);
  project.write("artifacts.yaml", "toy:\n  path: weights.json\n  labels: [small]\n");
  project.write("weights.json", "{}\n");
  project.commit("First weights");
  tag("toy@v1.0.0");
  project.git("commit", "--allow-empty", "-m", "Nothing new");
  tag("toy@v1.0.1");
  tag("toy@1.2.3");
  project.write("weights.json", '{"slope":2}\n');
  project.commit("Second weights");
  tag("toy@v2.0.0");
  tag("toy#staging#1");
  tag("toy#production#2");
  project.git("tag", "toy@v3.0.0");
  tag("gone@v1.0.0");
});

test("import gto makes versions of a repository's tags, once, and says what it could not carry over", async () => {
  const dry = await project.trainyard("import", "gto", "--dry-run");
  expect(dry.stdout).toContain("2 versions, 1 alias move,");
  expect(dry.stdout).toMatch(/^toy@1\.2\.3 +not carried +GTO does not read such a tag/m);
  expect((await project.json("list")).value).toEqual([]);
  const first = await importing("gto");
  expect(first.facts.map(({ label, outcome, version }) => `${label} ${outcome} ${version}`)).toEqual([
    "toy@v3.0.0 noted null",
    "toy@v1.0.0 carried 1",
    "toy@v1.0.1 same 1",
    "toy@v2.0.0 carried 2",
    "toy#staging#1 carried 2",
    "toy#production#2 left 2",
    "gone@v1.0.0 left null",
  ]);
  expect(first.facts.map(({ why }) => why)).toEqual([
    "it is a lightweight tag: nobody knows who made it, or when",
    null,
    "its bytes are those of v1",
    null,
    null,
    '"production" is an environment: its alias is moved only by deploying',
    "neither artifacts.yaml nor dvc.yaml of its commit says where its files are",
  ]);
  const names = async (name: string) => (await project.json("resolve", `toy@${name}`)).value;
  expect(await names("gto:v1.0.1")).toMatchObject({ version: 1 });
  expect(await names("v1.0.1")).toMatchObject({ version: 1 });
  const second = await importing("gto");
  expect(second.written).toBe(0);
  expect((await project.trainyard("verify")).code).toBe(0);
});

test("an imported version is listed, shown and found; it is deployed, and says what it lacks", async () => {
  const { stdout } = await project.trainyard("show", "toy@gto:v2.0.0");
  expect(stdout).toMatch(/^toy v2 {3}staging$/m);
  expect(stdout).toMatch(/imported +gto toy v2\.0\.0, made .* by Ana, commit [0-9a-f]{7}$/m);
  expect(stdout).toMatch(/not there +a run's record, an evaluation, a verdict: gto has none$/m);
  expect(stdout).toMatch(/labels: \["small"\]$/m);
  const { value: found } = await project.json<{ version: number; verdict: unknown }[]>("search", "origin = v1.0.0");
  expect(found).toMatchObject([{ version: 1, verdict: null, run: null }]);
  expect((await project.trainyard("list", "toy")).stdout).toMatch(/v1 .*gto toy v1\.0\.0/);
  expect((await project.trainyard("diff", "toy@1", "toy@2")).stdout).toContain("was imported (gto toy v1.0.0)");
  const deployed = await project.json("deploy", "toy@gto:v2.0.0", "--environment", "production", "--yes");
  expect(deployed.value).toMatchObject({ outcome: "live", version: 2, leadTime: { from: "commit" } });
});

test("as a baseline without scores it is refused like any other, and judged where the candidate is the first to be scored", async () => {
  await project.trainyard("train");
  expect((await project.json("evaluate")).value).toMatchObject({ error: { code: "BASELINE_UNSCORED" } });
  expect((await project.trainyard("evaluate", "--baseline", "none")).code).toBe(0);
});

test("one whose bytes were lost is not deployed, and comes back with restore", async () => {
  const { value: shown } = await project.json<{ files: { digest: string }[] }>("show", "toy@1");
  const blob = `.trainyard/store/blobs/sha256/${shown.files[0]?.digest.slice("sha256:".length)}`;
  rmSync(join(project.root, blob));
  const refused = await project.json("deploy", "toy@1", "--environment", "production", "--yes");
  expect(refused.value).toMatchObject({ error: { code: "BLOB_MISSING" } });
  project.write("elsewhere/weights.json", "{}\n");
  expect((await project.trainyard("restore", "--from", "elsewhere")).code).toBe(0);
  expect((await project.trainyard("verify")).code).toBe(0);
});

test("import mlflow reads the database MLflow wrote: versions, aliases and stages, once", async () => {
  const sql = readFileSync(join(import.meta.dirname, "../fixtures/mlflow/registry.sql"), "utf8");
  const path = join(project.root, ".home/mlflow.db");
  const database = new DatabaseSync(path);
  database.exec(sql.replaceAll("file:///mlflow/", `file://${project.root}/.home/`));
  const runs = database.prepare("SELECT artifact_uri FROM runs ORDER BY start_time").all();
  for (const [index, { artifact_uri: uri }] of runs.entries())
    project.write(`${String(uri).slice(`file://${project.root}/`.length)}/model/model.pkl`, `weights ${index >> 1}`);
  const first = await importing("mlflow", "--from", path);
  expect(first.facts.map(({ label, outcome, version }) => `${label} ${outcome} ${version}`)).toEqual([
    "Flight Delays noted null",
    "Flight Delays version 1 carried 1",
    "Flight Delays version 2 same 1",
    "Flight Delays version 3 carried 2",
    "Flight Delays version 4 same 2",
    "Flight Delays version 5 noted null",
    "stage Archived carried 1",
    "stage Staging carried 2",
    "stage Production carried 1",
    "alias Champion carried 1",
    "alias challenger carried 2",
  ]);
  expect((await importing("mlflow", "--from", path)).written).toBe(0);
  database.exec("UPDATE registered_model_aliases SET version = 3 WHERE alias = 'Champion'");
  database.exec("DELETE FROM registered_model_aliases WHERE alias = 'challenger'");
  database.close();
  expect((await importing("mlflow", "--from", path)).written).toBe(2);
  const { value: found } = await project.json<unknown[]>(
    "search",
    "roc_auc >= 0.7 and params.lr = 0.1 and origin = mlflow",
  );
  expect(found).toMatchObject([{ model: "flight-delays", version: 1, aliases: ["archived", "production"] }]);
  expect((await project.json("import", "mlflow", "--from", "trainyard.yaml")).value).toMatchObject({
    error: { code: "IMPORT_SOURCE" },
  });
});

test("import dvc makes a version of an artifact that dvc.yaml declares, with its metrics", async () => {
  project.write("dvc.yaml", "metrics: [scores.json]\nartifacts:\n  lateness: {path: late.bin, desc: late or not}\n");
  project.write("scores.json", '{"auc": 0.75, "loss": NaN}');
  project.write("late.bin", "late");
  project.commit("Declare an artifact");
  const first = await project.json<Report & { facts: { without: string[] }[] }>("import", "dvc");
  expect(first.value.facts).toMatchObject([
    { outcome: "carried", version: 1, without: ["metric loss is no finite number"] },
  ]);
  expect((await importing("dvc", "--all-commits")).written).toBe(0);
  const identity = first.value.facts[0]?.label.split(" ")[1];
  expect((await project.trainyard("show", `lateness@dvc:${identity}`)).stdout).toMatch(/auc 0\.7500/);
  expect((await project.trainyard("verify")).code).toBe(0);
});

test("a place that is not there, an address nobody reads, a flag of another system and a place with nothing in it are said", async () => {
  const says = async (...words: string[]) =>
    (await project.json<{ error: { code: string } }>("import", ...words)).value.error.code;
  expect(await says("dvc", "--from", "nope")).toBe("FILE_NOT_FOUND");
  expect(await says("mlflow", "--from", "postgresql://host/db")).toBe("IMPORT_SOURCE");
  expect(await says("gto", "--all-commits")).toBe("INPUT_INVALID");
  const empty = new ToyProject();
  expect((await empty.trainyard("import", "dvc")).stdout).toMatch(/^Nothing of DVC here/);
  empty[Symbol.dispose]();
});

test("an import moves nothing that a model outside the config has live", async () => {
  const config = readFileSync(join(project.root, "trainyard.yaml"), "utf8");
  project.write("trainyard.yaml", config.replace(/^ {2}toy:$/m, "  other:"));
  project.git("tag", "-a", "toy#production#3", "-m", "Elsewhere", "toy@v1.0.0^{}");
  const { facts } = await importing("gto");
  expect(facts.find(({ label }) => label === "toy#production#3")).toMatchObject({
    outcome: "left",
    why: '"production" is an environment: its alias is moved only by deploying',
  });
  expect((await project.trainyard("resolve", "toy@production")).stdout).toContain("toy@2");
  project.write("trainyard.yaml", config);
});
