import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { mlflowFacts } from "@trainyard/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MlflowApi } from "./mlflow-api.ts";
import { readMlflowDatabase } from "./mlflow-database.ts";
import { readMlflowServer, servedFiles } from "./mlflow-server.ts";
import { localFiles, type MlflowSource, placeOf } from "./mlflow-source.ts";

const FIXTURES = join(import.meta.dirname, "../../../../test/fixtures/mlflow");

let folder: string;
const closing: (() => void)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mlflow-"));
});
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await rm(folder, { recursive: true, force: true });
});

/** The database MLflow wrote, its artifacts below a folder of this test. */
async function aDatabase(change = (text: string) => text): Promise<{ path: string; database: DatabaseSync }> {
  const sql = (await readFile(join(FIXTURES, "registry.sql"), "utf8")).replaceAll(
    "file:///mlflow/",
    `file://${folder}/`,
  );
  const path = join(folder, "mlflow.db");
  const database = new DatabaseSync(path);
  closing.push(() => database.isOpen && database.close());
  database.exec(change(sql));
  return { path, database };
}
const digest = (content: string | Buffer) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const keep = async (file: string) => ({ digest: digest(await readFile(file)), size: 1 });

test("models, versions, aliases, stages, tags, parameters and last metrics are read from the database MLflow 3.17.2 writes", async () => {
  const { models } = await readMlflowDatabase((await aDatabase()).path);
  expect(models.map(({ name, description, tags, aliases }) => ({ name, description, tags, aliases }))).toEqual([
    {
      name: "Flight Delays",
      description: "late or not",
      tags: { team: "ops" },
      aliases: [
        { alias: "Champion", version: "2" },
        { alias: "challenger", version: "3" },
      ],
    },
    { name: "other", description: null, tags: {}, aliases: [] },
  ]);
  const versions = models[0]?.versions ?? [];
  expect(versions.map(({ version, stage, description }) => [version, stage, description])).toEqual([
    ["1", "Archived", "attempt 1"],
    ["2", "Production", "attempt 2"],
    ["3", "None", "attempt 3"],
    ["4", "Staging", "attempt 4"],
    ["5", "Deleted_Internal", null],
  ]);
  expect(versions[0]).toMatchObject({
    tags: { checked: "yes" },
    params: [
      { name: "lr", value: "0.1" },
      { name: "depth", value: "3" },
    ],
    metrics: [
      { name: "roc_auc", value: 0.7 },
      { name: "loss", value: 0.5 },
    ],
  });
  expect(versions[1]?.metrics.filter(({ value }) => value === null).map(({ name }) => name)).toEqual([
    "bad",
    "worse",
    "minus",
  ]);
});

test("what it says becomes facts: versions in order, stages and aliases as they are now, what is no number left behind", async () => {
  const { models } = await readMlflowDatabase((await aDatabase()).path);
  const facts = models.flatMap(mlflowFacts);
  expect(facts.map((fact) => `${fact.kind} ${fact.label}${fact.kind === "alias" ? ` → ${fact.to}` : ""}`)).toEqual([
    "note Flight Delays",
    "version Flight Delays version 1",
    "version Flight Delays version 2",
    "version Flight Delays version 3",
    "version Flight Delays version 4",
    "note Flight Delays version 5",
    "alias stage Archived → 1",
    "alias stage Staging → 4",
    "alias stage Production → 2",
    "alias alias Champion → 2",
    "alias alias challenger → 3",
  ]);
  expect(facts[2]).toMatchObject({
    version: {
      commit: "2".repeat(40),
      params: { lr: 0.2 },
      metrics: [{ name: "roc_auc", value: 0.71 }],
      left: ["metric bad is no finite number", "metric worse is no finite number", "metric minus is no finite number"],
    },
  });
});

test("files are those of the run's folder; a link in it, a folder that is gone and another machine's place are said", async () => {
  const read = await readMlflowDatabase((await aDatabase()).path);
  const source = read.models[0]?.versions[0]?.source ?? null;
  const place = placeOf(source, read.places) ?? "";
  expect(place).toMatch(/^file:.*\/artifacts\/model$/);
  const home = place.slice("file://".length);
  expect(await localFiles(place, folder, keep)).toEqual({ missing: `${home} is not there` });
  await mkdir(join(home, "sub"), { recursive: true });
  await writeFile(join(home, "MLmodel"), "flavors");
  await writeFile(join(home, "sub/w.bin"), "w");
  expect(await localFiles(place, folder, keep)).toEqual({
    files: [
      { path: "MLmodel", size: 1, digest: digest("flavors") },
      { path: "sub/w.bin", size: 1, digest: digest("w") },
    ],
  });
  await symlink("/etc/passwd", join(home, "sub/link"));
  expect(await localFiles(place, folder, keep)).toEqual({ missing: "sub/link in it is a symlink" });
  expect(await localFiles("s3://user:secret@bucket/model", folder, keep)).toEqual({
    missing: "s3://bucket/model is not on this machine",
  });
  expect(placeOf("runs:/nobody/model", read.places)).toBeNull();
});

test("what a server that runs has not written back yet (its WAL) is read too, and its database is left as it is", async () => {
  const { path, database } = await aDatabase(
    (sql) => `PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; ${sql}`,
  );
  database.exec(`INSERT INTO registered_models (name, workspace) VALUES ('late', 'default')`);
  const before = digest(await readFile(path));
  expect((await readMlflowDatabase(path)).models.map(({ name }) => name)).toContain("late");
  expect(digest(await readFile(path))).toBe(before);
});

test("an older MLflow's database, without workspaces, aliases or metrics of runs, is read as far as it goes", async () => {
  const path = join(folder, "old.db");
  const database = new DatabaseSync(path);
  database.exec(`CREATE TABLE registered_models (name, creation_time, description); CREATE TABLE model_versions (name, version, current_stage, source);
    INSERT INTO registered_models VALUES ('churn', 1, NULL); INSERT INTO model_versions VALUES ('churn', 1, 'Production', './mlruns/0/x')`);
  database.close();
  const { models } = await readMlflowDatabase(path);
  expect(models).toMatchObject([
    { name: "churn", aliases: [], versions: [{ version: "1", stage: "Production", metrics: [] }] },
  ]);
});

test("a file that is missing, foreign, cut short, a folder, a link or locked is refused with a code, and a hostile text stays text", async () => {
  const { path, database } = await aDatabase();
  database.exec(
    `UPDATE registered_models SET description = x'00ff'; UPDATE model_versions SET description = char(10) || '# x' WHERE version = 1`,
  );
  const [model] = (await readMlflowDatabase(path)).models;
  expect(model?.description).toBeNull();
  const whole = await readFile(path);
  const foreign = join(folder, "foreign.db");
  new DatabaseSync(foreign).exec("CREATE TABLE t (a)");
  await writeFile(join(folder, "cut.db"), whole.subarray(0, whole.length - 9000));
  await writeFile(join(folder, "text.db"), "hello");
  await writeFile(join(folder, "empty.db"), "");
  await symlink(path, join(folder, "link.db"));
  for (const name of ["none.db", "foreign.db", "cut.db", "text.db", "empty.db", "link.db", "."])
    await expect(readMlflowDatabase(join(folder, name)), name).rejects.toMatchObject({ code: "IMPORT_SOURCE" });
  database.exec("BEGIN EXCLUSIVE");
  await expect(readMlflowDatabase(path)).rejects.toMatchObject({
    code: "IMPORT_SOURCE",
    details: { problem: "another process holds it locked" },
  });
}, 20_000);

test("a database that may not be written, in a folder that may not, is read", async () => {
  const { path, database } = await aDatabase();
  database.close();
  await chmod(path, 0o444);
  await chmod(folder, 0o555);
  try {
    expect((await readMlflowDatabase(path)).models).toHaveLength(2);
  } finally {
    await chmod(folder, 0o755);
  }
});

interface Played {
  readonly address: string;
  readonly asked: { readonly url: string; readonly headers: IncomingHttpHeaders }[];
}

/** A server that gives the answers a real one gave, by address; what it has no answer to is 404. */
async function playing(change: (answers: Record<string, unknown>) => void = () => {}, status = 200): Promise<Played> {
  const { answers } = JSON.parse(await readFile(join(FIXTURES, "server.json"), "utf8")) as {
    answers: Record<string, unknown>;
  };
  change(answers);
  const asked: Played["asked"] = [];
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://x");
    url.searchParams.sort();
    const name = `${decodeURIComponent(url.pathname).slice(1)}${url.search}`;
    asked.push({ url: name, headers: request.headers });
    const answer = answers[name] as { text?: string } | string | undefined;
    const text = typeof answer === "string" ? answer : (answer?.text ?? JSON.stringify(answer));
    response.writeHead(status !== 200 ? status : answer === undefined ? 404 : 200, { location: "http://elsewhere/" });
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
const readServer = (api: MlflowApi): Promise<MlflowSource> => readMlflowServer(api, () => {});

test("a server's answers say what its database says, and its proxy hands out the files", async () => {
  const { address, asked } = await playing();
  const api = new MlflowApi(address, { MLFLOW_TRACKING_TOKEN: "s3cret" });
  const { models, places } = await readServer(api);
  expect(
    models.map(({ name, aliases, versions }) => [name, aliases.length, versions.map(({ version }) => version)]),
  ).toEqual([
    ["Flight Delays", 2, ["1", "2", "3", "4"]],
    ["other", 0, []],
    ["logged", 0, ["1"]],
  ]);
  expect(models[0]?.versions[1]?.metrics.filter(({ value }) => value === null)).toHaveLength(3);
  for (const [model, version, expected] of [
    [0, 0, ["MLmodel", "model.pkl"]],
    [2, 0, ["MLmodel", "conda.yaml", "python_env.yaml", "python_model.pkl", "requirements.txt"]],
  ] as const) {
    const source = models[model]?.versions[version]?.source ?? null;
    const found = await servedFiles(api, { place: placeOf(source, places), source }, keep);
    expect("files" in found ? found.files.map(({ path }) => path) : found).toEqual(expected);
  }
  expect(asked.every(({ headers }) => headers.authorization === "Bearer s3cret")).toBe(true);
});

test("pages are followed to the last, and one that leads to itself ends", async () => {
  const list = "api/2.0/mlflow/registered-models/search?max_results=100";
  const { address } = await playing((answers) => {
    const all = (answers[list] as { registered_models: unknown[] }).registered_models;
    answers[list] = { registered_models: all.slice(0, 1), next_page_token: "two" };
    answers[`${list}&page_token=two`] = { registered_models: all.slice(1), next_page_token: "two" };
  });
  expect((await readServer(new MlflowApi(address, {}))).models).toHaveLength(3);
});

test("a model whose name has both kinds of quotes is said to be left, and the others are read", async () => {
  const list = "api/2.0/mlflow/registered-models/search?max_results=100";
  const { address, asked } = await playing((answers) => {
    const all = (answers[list] as { registered_models: { name: string }[] }).registered_models;
    answers[list] = { registered_models: [{ ...all[0], name: `it's "new"` }, ...all.slice(1)] };
  });
  const { models, left } = await readServer(new MlflowApi(address, {}));
  expect(models).toHaveLength(2);
  expect(left).toEqual([{ name: `it's "new"`, why: expect.stringContaining("both kinds of quotes") }]);
  expect(asked.some(({ url }) => decodeURIComponent(url).includes("new"))).toBe(false);
});

test.each([
  [401, "IMPORT_SOURCE"],
  [404, "IMPORT_SOURCE"],
  [302, "IMPORT_SOURCE"],
  [503, "SERVICE_UNREACHABLE"],
])("a server that answers %i is refused with %s, the password never told", async (status, code) => {
  const { address, asked } = await playing(() => {}, status);
  const api = new MlflowApi(address.replace("//", "//ana:s3cret@"), {});
  const error = await readServer(api).catch((one: unknown) => one);
  expect(error).toMatchObject({ code });
  expect(JSON.stringify([error, (error as Error).message])).not.toContain("s3cret");
  expect(asked).toHaveLength(1);
});

test("a server that answers with a page, or is away, is refused", async () => {
  const { address } = await playing((answers) => {
    answers["api/2.0/mlflow/registered-models/search?max_results=100"] = "<html>";
  });
  await expect(readServer(new MlflowApi(address, {}))).rejects.toMatchObject({ code: "IMPORT_SOURCE" });
  await expect(readServer(new MlflowApi("http://127.0.0.1:1", {}))).rejects.toMatchObject({
    code: "SERVICE_UNREACHABLE",
  });
  expect(() => new MlflowApi("http://", {})).toThrow(expect.objectContaining({ code: "IMPORT_SOURCE" }));
});

test("a server elsewhere cannot make files of this machine a model, nor name files outside of a version", async () => {
  const { address } = await playing((answers) => {
    answers["api/2.0/mlflow-artifacts/artifacts?path=evil"] = { files: [{ path: "../../etc/passwd", is_dir: false }] };
    answers["api/2.0/mlflow-artifacts/artifacts?path=round"] = { files: [{ path: "", is_dir: true }] };
  });
  expect(new MlflowApi("http://models.example.com", {}).isLocal).toBe(false);
  const api = new MlflowApi(address, {});
  for (const [place, problem] of [
    ["mlflow-artifacts:/evil", /names a file "\.\.\/\.\.\/etc/],
    ["mlflow-artifacts:/round", /circles|names a file/],
    ["file:///etc", /does not hand out/],
  ] as const)
    expect(await servedFiles(api, { place, source: null }, keep)).toEqual({ missing: expect.stringMatching(problem) });
});
