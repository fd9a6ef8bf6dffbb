import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type GithubServer, startGithubServer } from "../github-server/start-github-server.ts";
import type { ArtifactOutcome, ArtifactStep } from "./artifact-steps.ts";

vi.setConfig({ testTimeout: 120_000 }); // each job is a process that loads the libraries anew

const STEPS = join(import.meta.dirname, "artifact-steps.ts");

let server: GithubServer;
let temp: string;
beforeAll(async () => {
  server = await startGithubServer();
  temp = mkdtempSync(join(tmpdir(), "trainyard-artifacts-"));
});
afterAll(async () => {
  const { violations } = server;
  await server.close();
  expect(violations).toEqual([]);
});

async function jobOf(permissions: Record<string, "read">, run?: number) {
  const id = run ?? (await server.startRun({ event: "push" })).id;
  const variables = server.jobEnvironment({ run: id, job: "train", permissions });
  const [from, to] = [join(temp, "steps.json"), join(temp, "outcomes.json")];
  const act = async (steps: readonly ArtifactStep[], others: Readonly<Record<string, string>> = {}) => {
    writeFileSync(from, JSON.stringify(steps));
    const env = { PATH: process.env.PATH ?? "", HOME: temp, RUNNER_TEMP: temp, ...variables, ...others };
    await promisify(execFile)(process.execPath, ["--conditions=trainyard-source", STEPS, from, to], { env });
    return JSON.parse(readFileSync(to, "utf8")) as ArtifactOutcome[];
  };
  return { run: id, act };
}

function folderWith(text: string): { folder: string; files: string[] } {
  const folder = mkdtempSync(join(temp, "run-"));
  const file = join(folder, "record.json");
  writeFileSync(file, text);
  return { folder, files: [file] };
}

function empty(): string {
  const folder = mkdtempSync(join(temp, "in-"));
  mkdirSync(folder, { recursive: true });
  return folder;
}

test("what is handed on comes down whole; handed on again it is another artifact, and the one before is gone", async () => {
  const { act, run } = await jobOf({ actions: "read" });
  const upload = (text: string) => ({ do: "upload", name: "trainyard-record-m", ...folderWith(text) }) as const;
  const [first, second] = (await act([upload("1"), upload("2")])) as { id: number; digest: string }[];
  expect(server.state.artifacts.filter((one) => one.run === run).map(({ id }) => id)).toEqual([second?.id]);
  const into = empty();
  const down = { do: "download", ...(second as { id: number; digest: string }), folder: into } as const;
  const gone = { ...down, ...(first as { id: number; digest: string }), folder: empty() };
  expect(await act([down, gone])).toEqual([null, expect.objectContaining({ code: "BUNDLE_GONE" })]);
  expect(readdirSync(into)).toEqual(["trainyard-record-m.zip"]); // as it is: nothing is extracted before it is checked
});

test("bytes that changed, were halved or expired, and a token that may not read, are refusals that say so", async () => {
  const { act, run } = await jobOf({ actions: "read" });
  const upload = (name: string) => ({ do: "upload", name, ...folderWith(name) }) as const;
  server.faults.add({ match: { kind: "results", route: /\/upload\/block$/, nth: 3 }, do: "truncated-upload" });
  const [good, swapped, half, old] = (await act([
    upload("good"),
    upload("swapped"),
    upload("half"),
    upload("old"),
  ])) as { id: number; digest: string }[];
  const stored = (at: typeof good) => server.state.artifacts.find(({ id }) => id === at?.id);
  writeFileSync(stored(swapped)?.file as string, readFileSync(stored(good)?.file as string));
  Object.assign(stored(old) ?? {}, { expired: true });
  const download = (at: typeof good) =>
    ({ do: "download", ...(at as { id: number; digest: string }), folder: empty() }) as const;
  const outcomes = await act([download(good), download(swapped), download(half), download(old)]);
  expect(outcomes.map((outcome) => (outcome as { code: string } | null)?.code ?? null)).toEqual([
    null,
    "DIGEST_MISMATCH",
    "DIGEST_MISMATCH",
    "BUNDLE_GONE",
  ]);
  const [forbidden] = await (await jobOf({}, run)).act([download(good)]);
  expect(forbidden).toMatchObject({ code: "GITHUB_FORBIDDEN", details: { permissions: ["actions: read"] } });
});

test("a lost answer leaves a name that nothing has; run again, the run hands on", async () => {
  const first = await jobOf({ actions: "read" });
  server.faults.add({ match: { kind: "results", route: "CreateArtifact" }, do: "502-after" });
  const upload = { do: "upload", name: "m", ...folderWith("1") } as const;
  expect(await first.act([upload])).toMatchObject([{ code: "SERVICE_UNREACHABLE" }]);
  const run = server.state.runs.find(({ id }) => id === first.run);
  Object.assign(run ?? {}, { attempt: 2 });
  const [done] = await (await jobOf({ actions: "read" }, first.run)).act([upload]);
  expect(server.state.artifacts.filter((one) => one.run === first.run)).toMatchObject([
    { ...(done as object), attempt: 2 },
  ]);
});

test("a server of GitHub Enterprise has no such artifacts, and is not asked", async () => {
  const { act } = await jobOf({ actions: "read" });
  const asked = server.calls.length;
  const upload = { do: "upload", name: "m", ...folderWith("1") } as const;
  const download = { do: "download", id: 1, digest: `sha256:${"0".repeat(64)}`, folder: empty() } as const;
  const outcomes = await act([upload, download], { GITHUB_SERVER_URL: "https://github.example.org" });
  expect(outcomes).toEqual([
    expect.objectContaining({ code: "ARTIFACTS_UNAVAILABLE" }),
    expect.objectContaining({ code: "ARTIFACTS_UNAVAILABLE" }),
  ]);
  expect(server.calls.length).toBe(asked);
});

test("an answer that breaks off in the middle is asked for again, of artifacts and of caches: nothing waits for ever", async () => {
  const { run, act } = await jobOf({ actions: "read" });
  server.faults.clear();
  server.faults.fired.length = 0;
  const broken = (route: RegExp) =>
    server.faults.add({ match: { kind: "results", route, nth: 1 }, do: "drop-answer-at 20" });
  for (const method of ["ListArtifacts", "CreateArtifact", "FinalizeArtifact"]) broken(new RegExp(`/${method}$`));
  const upload = { do: "upload", name: "broken", ...folderWith("1") } as const;
  const [first] = await act([upload]);
  if (first !== null && typeof first === "object" && "code" in first) {
    expect(first.code, "CreateArtifact was done, and is refused when it is asked for again").toBe(
      "SERVICE_UNREACHABLE",
    );
    Object.assign(server.state.runs.find(({ id }) => id === run) ?? {}, { attempt: 2 });
    await (await jobOf({ actions: "read" }, run)).act([upload]);
  }
  expect(server.state.artifacts.filter((one) => one.run === run)).toHaveLength(1);
  for (const method of ["FinalizeCacheEntryUpload", "GetCacheEntryDownloadURL"]) broken(new RegExp(`/${method}$`));
  const { folder } = folderWith("checkpoint");
  await act([{ do: "cache", folder, key: "k" }]);
  rmSync(join(folder, "record.json"));
  expect(await act([{ do: "restore", folder, key: "k" }])).toEqual(["k"]);
  expect(readFileSync(join(folder, "record.json"), "utf8")).toBe("checkpoint");
  expect(server.faults.fired).toHaveLength(5);
});

test("a cache that fails keeps nothing, brings nothing, and is no failure", async () => {
  const { act } = await jobOf({ actions: "read" });
  const { folder } = folderWith("checkpoint");
  server.faults.clear();
  server.faults.add({ match: { kind: "results", route: /\/CreateCacheEntry$/, nth: 1 }, do: "unauthorized" });
  expect(await act([{ do: "cache", folder, key: "never" }])).toEqual([false]);
  expect(await act([{ do: "restore", folder, key: "never" }])).toEqual([null]);
  expect(await act([{ do: "cache", folder, key: "damaged" }])).toEqual([true]);
  const entry = server.state.caches.find(({ key }) => key === "damaged");
  writeFileSync(entry?.file as string, "no archive");
  expect(await act([{ do: "restore", folder, key: "damaged" }])).toEqual([null]);
  expect(readFileSync(join(folder, "record.json"), "utf8")).toBe("checkpoint");
});
