import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { config, rows, ToyProject } from "./toy-project.ts";

const project = new ToyProject();
beforeAll(() => project.firstVersion(), 60_000);
afterAll(() => project[Symbol.dispose]());

test("a first version is live, and every fact of it stands on the branch", async () => {
  const { value } = await project.json<{ version: number; aliases: string[]; rootDigest: string }>(
    "show",
    "toy@production",
  );
  expect(value).toMatchObject({ version: 1, aliases: ["production"] });
  const live = JSON.parse(readFileSync(join(project.root, "serving/production/current/trainyard.json"), "utf8")) as {
    digest: string;
  };
  expect(live.digest).toBe(value.rootDigest);
  const { value: events } = await project.json<{ type: string }[]>("history");
  expect(events.map((event) => event.type)).toEqual([
    "registry.created",
    "evaluation.recorded",
    "version.registered",
    "deploy.recorded",
    "alias.set",
  ]);
});

test("the working tree, the index and HEAD are never touched", () => {
  expect(project.git("status", "--porcelain")).toBe("");
  expect(project.git("log", "--oneline", "main").trim().split("\n")).toHaveLength(1);
  expect(project.git("branch", "--list", "--format=%(refname:short)").trim().split("\n").sort()).toEqual([
    "main",
    "trainyard/registry",
  ]);
});

test("a second training with nothing changed makes the same bytes: unchanged, and the version that exists is returned", async () => {
  const first = await project.json<{ inputsDigest: string; rootDigest: string }>("train");
  const { value: report, code } = await project.json<{ unchanged: boolean; verdict: string }>("evaluate");
  expect({ code, ...report }).toMatchObject({ code: 0, unchanged: true, verdict: "pass" });
  const { value: version } = await project.json<{ version: number; rootDigest: string }>("register");
  expect(version).toMatchObject({ version: 1, rootDigest: first.value.rootDigest });
});

test("prose, the config's own text and evaluation rows do not change a run's inputs digest; code does", async () => {
  using other = new ToyProject();
  const digest = async () => (await other.json<{ inputsDigest: string }>("train")).value.inputsDigest;
  const first = await digest();
  other.write("README.md", "what this is");
  other.write("trainyard.yaml", `# why these gates\n${config}`);
  other.write("data/evaluate.csv", rows({ days: 60, perDay: 40, seed: 9 }));
  other.commit("only words");
  expect(await digest()).toBe(first);
  other.write("helper.mjs", "export const one = 1;");
  other.commit("more code");
  expect(await digest()).not.toBe(first);
}, 60_000);

test("a worse candidate is refused with exit 1, its evaluation is recorded, and production stays", async () => {
  await project.json("train", "--set", "noise=1.6");
  const { value: report, code } = await project.json<{
    verdict: string;
    checks: { status: string; subject: string }[];
  }>("evaluate");
  expect(code).toBe(1);
  expect(report.verdict).toBe("fail");
  const register = await project.trainyard("register");
  expect(register.code).toBe(1);
  const { value: events } = await project.json<{ type: string; verdict?: string }[]>("history", "--last", "1");
  expect(events[0]).toMatchObject({ type: "evaluation.recorded", verdict: "fail" });
  expect((await project.json<{ version: number }>("show", "toy@production")).value.version).toBe(1);
});

test("other bytes that score the same are inconclusive: exit 3, and --override with a reason registers it and says so", async () => {
  await project.json("train", "--set", "seed=8");
  const { value: report, code } = await project.json<{ verdict: string }>("evaluate");
  expect({ code, verdict: report.verdict }).toEqual({ code: 3, verdict: "inconclusive" });
  expect((await project.trainyard("register")).code).toBe(3);
  expect((await project.json<{ error: { code: string } }>("register", "--override")).value.error.code).toBe(
    "OVERRIDE_REASON",
  );
  const { value: version } = await project.json<{ version: number; override: { reason: string } }>(
    "register",
    "--override",
    "--reason",
    "needed for a test",
  );
  expect(version).toMatchObject({ version: 2, override: { reason: "needed for a test" } });
});

test("deploying and rolling back move the alias, one generation each", async () => {
  expect((await project.json<{ outcome: string }>("deploy", "toy@2", "--yes")).value.outcome).toBe("live");
  expect((await project.json<{ version: number }>("show", "toy@production")).value.version).toBe(2);
  const back = await project.json<{ version: number; rollback: boolean; reason: string }>(
    "rollback",
    "--reason",
    "it was a test",
    "--yes",
  );
  expect(back.value).toMatchObject({ version: 1, rollback: true, reason: "it was a test" });
  const { value: events } = await project.json<{ type: string; generation?: number }[]>("history");
  expect(events.filter((event) => event.type === "alias.set").map((event) => event.generation)).toEqual([1, 2, 3]);
});

test("current rows like those of the evaluation are quiet; ten times the scale is broken data and stops there", async () => {
  const incoming = (scale: number) => rows({ days: 60, perDay: 40, seed: 3, labels: false, scale });
  project.write("data/incoming/today.csv", incoming(1));
  project.write(
    "data/labels/today.csv",
    rows({ days: 60, perDay: 40, seed: 3 })
      .split("\n")
      .map((line) =>
        line
          .split(",")
          .filter((_, column) => column === 0 || column === 4)
          .join(","),
      )
      .join("\n"),
  );
  await project.json("predict", "toy@production", "--data", "data/incoming/*.csv", "--out", "logs/today.csv");
  const quiet = await project.json<{ verdict: string }>("drift-check");
  expect({ code: quiet.code, verdict: quiet.value.verdict }).toEqual({ code: 0, verdict: "quiet" });

  project.write("data/incoming/today.csv", incoming(1000));
  const before = readdirSync(join(project.root, ".trainyard/runs/toy")).length;
  const broken = await project.json<{ verdict: string; action: string }>("drift-check");
  expect({ code: broken.code, ...broken.value }).toMatchObject({ code: 1, verdict: "data-broken", action: "stopped" });
  expect(readdirSync(join(project.root, ".trainyard/runs/toy"))).toHaveLength(before);
});

test("verify finds nothing wrong, and one changed byte in the store", async () => {
  const whole = await project.trainyard("verify");
  expect(whole.code, whole.stdout).toBe(0);
  const blobs = join(project.root, ".trainyard/store/blobs/sha256");
  const { value } = await project.json<{ files: { digest: string }[] }>("show", "toy@1");
  const hex = (value.files[0]?.digest ?? "").slice(7);
  const file = join(blobs, hex);
  const bytes = readFileSync(file);
  bytes[0] = (bytes[0] as number) ^ 1;
  rmSync(file, { force: true });
  project.write(`.trainyard/store/blobs/sha256/${hex}`, bytes);
  const ended = await project.trainyard("verify");
  expect(ended.code).toBe(1);
  expect(ended.stdout).toContain(hex.slice(0, 12));
  const deploy = await project.json<{ error: { code: string } }>("deploy", "toy@2", "--yes");
  expect(deploy.code).toBe(0); // another version's bytes are whole
});
