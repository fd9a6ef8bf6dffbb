import { createHash, randomBytes } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { type GithubServer, startGithubServer } from "../start-github-server.ts";
import { toolkitJob } from "./toolkit-job.ts";

vi.setConfig({ testTimeout: 120_000 }); // each job is a process that loads the libraries anew

let server: GithubServer;
afterEach(async () => {
  const { violations } = server;
  await server.close();
  expect(violations).toEqual([]);
});

async function started() {
  server = await startGithubServer();
  const run = await server.startRun({ event: "push" });
  const variables = (job: string, of = run.id) =>
    server.jobEnvironment({ run: of, job, permissions: { actions: "read" } });
  return { run, variables, train: toolkitJob(variables("train")) };
}

/** A REST client's way to an artifact of whatever run. */
const through = ({ GITHUB_TOKEN }: Record<string, string>, run: number) => ({
  token: GITHUB_TOKEN as string,
  workflowRunId: run,
  repositoryOwner: server.owner,
  repositoryName: server.name,
});

test("two files come back from another job as they went, by id and with the digest that the upload told", async () => {
  const { variables, train } = await started();
  const bytes = randomBytes(9 * 1024 * 1024); // more than one block of 8 MiB
  const files = [train.file("out/model.bin", bytes), train.file("out/record.json", '{"kind":"run"}')];
  const [uploaded] = await train.run({ do: "upload", name: "bytes", files, root: join(train.workspace, "out") });
  const stored = server.state.artifacts[0];
  expect(stored).toMatchObject({ id: uploaded.id, name: "bytes", digest: `sha256:${uploaded.digest}` });
  expect(
    createHash("sha256")
      .update(readFileSync(stored?.file as string))
      .digest("hex"),
  ).toBe(uploaded.digest);
  const blocks = server.calls.filter(({ route }) => route === "/upload/block").length;
  expect(blocks).toBe(2);

  const judge = toolkitJob(variables("evaluate"));
  const path = join(judge.workspace, "in");
  const digest = `sha256:${uploaded.digest}`;
  const [down] = await judge.run({ do: "download", id: uploaded.id, path, digest });
  expect(down).toEqual({ downloadPath: path, digestMismatch: false });
  expect(readFileSync(join(path, "model.bin")).equals(bytes)).toBe(true);
  expect(readFileSync(join(path, "record.json"), "utf8")).toBe('{"kind":"run"}');
});

test("artifacts are listed, got by name and deleted, in their run and from another", async () => {
  const { run, variables, train } = await started();
  const [file, root] = [train.file("a.txt", "a"), train.workspace];
  const [one, two] = await train.run(
    { do: "upload", name: "record", files: [file], root },
    { do: "upload", name: "bytes", files: [file], root, retentionDays: 3 },
  );
  expect(two.id).toBeGreaterThan(one.id);
  const days = (at: string) => Math.round((Date.parse(at) - Date.now()) / 86_400_000);
  expect(server.state.artifacts.map(({ expiresAt }) => days(expiresAt))).toEqual([90, 3]);

  const other = await server.startRun({ event: "workflow_run" });
  const their = variables("verdict", other.id);
  const verdict = toolkitJob(their);
  const by = through(their, run.id);
  const [own, list, got] = await verdict.run({ do: "list" }, { do: "list", by }, { do: "get", name: "bytes", by });
  expect(own).toEqual([]);
  expect(list.map(({ name, digest }: { name: string; digest: string }) => [name, digest]).sort()).toEqual([
    ["bytes", `sha256:${two.digest}`],
    ["record", `sha256:${one.digest}`],
  ]);
  expect(got.id).toBe(two.id);

  const [deleted, left] = await train.run({ do: "delete", name: "record" }, { do: "list" });
  expect([deleted.id, left.map(({ name }: { name: string }) => name)]).toEqual([one.id, ["bytes"]]);
  expect(await train.refusals({ do: "get", name: "record" })).toEqual([
    expect.stringContaining("Artifact not found for name: record"),
  ]);
});

test("a name is taken once in an attempt of a run, and again in the next attempt", async () => {
  const { run, variables, train } = await started();
  const step = { do: "upload", name: "record", files: [train.file("a.txt", "a")], root: train.workspace } as const;
  const [first] = await train.run(step);
  const another = toolkitJob(variables("evaluate"));
  const theirs = { ...step, files: [another.file("b.txt", "b")], root: another.workspace };
  expect(await another.refusals(theirs)).toEqual([
    expect.stringContaining("(409) Conflict: an artifact with this name already exists on the workflow run"),
  ]);
  run.attempt = 2;
  const again = toolkitJob(variables("train"));
  const [second, latest, all] = await again.run(
    { ...step, files: [again.file("a.txt", "A")], root: again.workspace },
    { do: "list", latest: true },
    { do: "list" },
  );
  expect(second.id).toBeGreaterThan(first.id);
  expect(latest.map(({ id }: { id: number }) => id)).toEqual([second.id]);
  expect(all.length).toBe(2);
});

test("bytes that are not what the upload told are flagged, and nothing more: who downloads has to refuse them", async () => {
  const { variables, train } = await started();
  server.faults.add({ match: { kind: "results", route: /upload\/block$/, nth: 3 }, do: "truncated-upload" });
  const upload = (name: string, text: string) =>
    ({ do: "upload", name, files: [train.file(`${name}.txt`, text)], root: train.workspace }) as const;
  const uploaded = await train.run(upload("record", "good"), upload("other", "evil"), upload("half", "whole"));
  const [record, other] = server.state.artifacts;
  writeFileSync(record?.file as string, readFileSync(other?.file as string)); // somebody swaps the bytes that are stored
  const judge = toolkitJob(variables("evaluate"));
  const download = (at: number, whole: boolean) => {
    const { id, digest } = uploaded[at];
    return { do: "download", id, digest: `sha256:${digest}`, path: join(judge.workspace, `${at}`), whole } as const;
  };
  const downloads = await judge.run(download(0, false), download(1, false), download(2, true));
  expect(downloads.map(({ digestMismatch }) => digestMismatch)).toEqual([true, false, true]);
  expect(readFileSync(join(judge.workspace, "0/other.txt"), "utf8")).toBe("evil"); // and there it lies already
});

test("an artifact whose days are over is listed no more and cannot be had, by either way", async () => {
  const { run, variables, train } = await started();
  const files = [train.file("a.txt", "a")];
  const [up] = await train.run({ do: "upload", name: "bytes", files, root: train.workspace, retentionDays: 1 });
  server.world.skew = 2 * 86_400;
  const their = variables("release");
  const release = toolkitJob(their);
  const path = join(release.workspace, "in");
  const [list] = await release.run({ do: "list" });
  expect(list).toEqual([]);
  const [inside, outside] = await release.refusals(
    { do: "download", id: up.id, path },
    { do: "download", id: up.id, path, by: through(their, run.id) },
  );
  expect(inside).toContain("No artifacts found for ID");
  expect(outside).toContain("Artifact has expired");
});

test("what is uploaded without a zip comes back under its own name", async () => {
  const { train } = await started();
  const files = [train.file("report ü.html", "<p>")];
  const [up] = await train.run({ do: "upload", name: "", files, root: train.workspace, skipArchive: true });
  rmSync(files[0] as string);
  const path = join(train.workspace, "in");
  await train.run({ do: "download", id: up.id, path, digest: `sha256:${up.digest}` });
  expect(readFileSync(join(path, "report ü.html"), "utf8")).toBe("<p>");
});

test("outside github.com, a data residency host and the loopback the library refuses", async () => {
  const { variables } = await started();
  const job = toolkitJob({ ...variables("train"), GITHUB_SERVER_URL: "https://github.example.org" });
  const [refused] = await job.refusals({ do: "list" });
  expect(refused).toContain("not currently supported on GHES");
  expect(server.calls).toEqual([]);
});
