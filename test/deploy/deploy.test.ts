import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  Deployment,
  type DeployPorts,
  type DeploySettings,
  deploy,
  type Policy,
  parseDocument,
  rollback,
  setPolicy,
} from "@trainyard/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DeployWorld, deployWorld, environmentsWith, MODEL, releaseVersion } from "./deploy-world.ts";
import { type Fault, startModelServer } from "./model-server.ts";

let world: DeployWorld;
let server: Awaited<ReturnType<typeof startModelServer>>;
let fault: Fault;

beforeEach(async () => {
  fault = null;
  world = await deployWorld(mkdtempSync(join(tmpdir(), "trainyard-deploy-")));
  server = await startModelServer(world.serving, () => fault);
});
afterEach(async () => {
  await server.close();
  world.close();
  rmSync(world.root, { recursive: true, force: true });
});

const settings = (change: Partial<DeploySettings> = {}): DeploySettings => ({
  model: MODEL,
  environments: environmentsWith(server.url),
  environment: "production",
  which: null,
  reason: null,
  rollback: false,
  ...change,
});
const production = async () => (await world.registry.state(MODEL)).aliases.get("production") ?? null;
const live = async () =>
  (await world.ports.targets.open({ kind: "directory", path: "serving" }).current())?.version ?? null;
const ask = async (x: number) =>
  (await fetch(`${server.url}/predict`, { method: "POST", body: JSON.stringify({ x }) })).json();

test("a version goes live, answers, and alias and event stand in one commit", async () => {
  const v1 = await releaseVersion(world, 3);
  const { outcome, deployment, events } = await deploy(settings(), world.ports);

  expect(outcome).toBe("live");
  expect(await ask(2)).toEqual({ y: 6, digest: v1.rootDigest });
  expect(events.map(({ type }) => type)).toEqual(["deploy.recorded", "alias.set"]);
  expect(new Set(events.map(({ operation }) => operation)).size).toBe(1);
  expect(await production()).toMatchObject({ version: 1, generation: 1 });
  expect(deployment).toMatchObject({
    version: 1,
    previous: null,
    smoke: { status: "passed", served: v1.rootDigest, maxDifference: 0 },
    leadTime: { from: "commit", startedAt: "2001-07-01T10:00:00Z", seconds: 7260 },
    target: { kind: "directory", location: "serving" },
  });
});

test("the deployment is a document in the store, by the digest the event names", async () => {
  await releaseVersion(world, 3);
  const { deployment, events } = await deploy(settings(), world.ports);
  const [event] = events;
  if (event?.type !== "deploy.recorded") throw new Error("the first event records the deployment");
  expect(parseDocument(Deployment, await world.ports.store.text(event.deployment, "it"), "it")).toEqual(deployment);
});

test("a bad model is rolled back within the step, the alias stays, and the attempt is on record", async () => {
  const v1 = await releaseVersion(world, 3);
  await deploy(settings(), world.ports);
  await releaseVersion(world, 4, 5);
  const { outcome, deployment, events } = await deploy(settings(), world.ports);

  expect(outcome).toBe("rolled-back");
  expect(deployment?.smoke).toMatchObject({ status: "failed", maxDifference: 0.5 });
  expect(deployment?.smoke.problem).toBe("/predict: y is 2 instead of 2.5, beyond the tolerance 1e-9");
  expect(deployment?.previous).toEqual({ version: 1, rootDigest: v1.rootDigest });
  expect(events.map(({ type }) => type)).toEqual(["deploy.recorded"]);
  expect(await production()).toMatchObject({ version: 1, generation: 1 });
  expect(await ask(2)).toEqual({ y: 6, digest: v1.rootDigest });
});

test("a first deployment that fails leaves nothing live", async () => {
  await releaseVersion(world, 4, 5);
  expect(await deploy(settings(), world.ports)).toMatchObject({
    outcome: "rolled-back",
    deployment: { previous: null },
  });
  expect(existsSync(join(world.serving, "current"))).toBe(false);
  expect(await production()).toBeNull();
});

const FAULTS: [string, Fault, RegExp][] = [
  ["names another digest", { names: `sha256:${"1".repeat(64)}` }, /did not name sha256:.* it serves sha256:1111/],
  ["redirects", "redirects", /it redirects \(302\) to \/elsewhere, which is not followed/],
  ["never ends its answer", "endless", /longer than 1 MiB/],
  ["answers with something else than JSON", "not-json", /the answer is not JSON/],
  ["does not answer", "silent", /no answer within/],
  ["answers from another version than it names", "wrong-author", /answered by sha256:0000/],
];
test.each(FAULTS)("a server that %s fails the smoke test", async (_what, wrong, problem) => {
  await releaseVersion(world, 3);
  fault = wrong;
  const { outcome, deployment } = await deploy(
    settings({ environments: environmentsWith(server.url, 0.5) }),
    world.ports,
  );
  expect(outcome).toBe("rolled-back");
  expect(deployment?.smoke.problem).toMatch(problem);
  expect(await live()).toBeNull();
});

test("no server at all fails the smoke test within its time", async () => {
  await releaseVersion(world, 3);
  const environments = environmentsWith("http://127.0.0.1:1", 0.3);
  const { outcome, deployment } = await deploy(settings({ environments }), world.ports);
  expect(outcome).toBe("rolled-back");
  expect(deployment?.smoke.problem).toMatch(/within 0.3 s: ECONNREFUSED/);
  expect(deployment?.smoke.seconds).toBeLessThan(2);
});

test("without a smoke test the deployment says so", async () => {
  await releaseVersion(world, 3);
  const { deployment } = await deploy(settings({ environments: environmentsWith(null) }), world.ports);
  expect(deployment).toMatchObject({ outcome: "live", smoke: { status: "not-run" } });
});

test("deploying what is live checks again and records nothing", async () => {
  await releaseVersion(world, 3);
  await deploy(settings(), world.ports);
  const { outcome, events, deployment } = await deploy(settings(), world.ports);
  expect([outcome, events, deployment?.smoke.status]).toEqual(["live", [], "passed"]);
  expect(await production()).toMatchObject({ version: 1, generation: 1 });
});

test("what is live and fails its check stays live, and the failure is on record", async () => {
  await releaseVersion(world, 3);
  await deploy(settings(), world.ports);
  fault = "not-json";
  const { outcome, events } = await deploy(settings(), world.ports);
  expect([outcome, events.length]).toEqual(["failed", 1]);
  expect([await live(), (await production())?.version]).toEqual([1, 1]);
});

test("a damaged file of the live version is repaired by deploying it again", async () => {
  await releaseVersion(world, 3);
  await deploy(settings(), world.ports);
  const folder = join(world.serving, readlinkSync(join(world.serving, "current")));
  writeFileSync(join(folder, "parts/bias.txt"), "changed");
  writeFileSync(join(folder, "stray.bin"), "?");
  await deploy(settings(), world.ports);
  expect(readdirSync(folder).sort()).toEqual(["golden.json", "model.json", "parts", "trainyard.json"]);
  expect(await ask(1)).toMatchObject({ y: 3 });
});

test("rollback goes to the version before, with its reason, and never to one that was left", async () => {
  for (const k of [1, 2, 3]) {
    await releaseVersion(world, k);
    await deploy(settings(), world.ports);
  }
  const back = { ...settings(), which: null, reason: "wrong airports" };
  const first = await rollback(back, world.ports);
  expect(first).toMatchObject({
    outcome: "live",
    deployment: { version: 2, rollback: true, reason: "wrong airports" },
  });
  expect((await rollback(back, world.ports)).deployment?.version).toBe(1);
  await expect(rollback(back, world.ports)).rejects.toMatchObject({ code: "ROLLBACK_NOTHING" });
  expect((await rollback({ ...back, which: { version: 3 } }, world.ports)).deployment?.version).toBe(3);
});

test("a version deployed again is live again: rollback goes to what was live just before it", async () => {
  for (const k of [1, 2]) await releaseVersion(world, k);
  for (const version of [1, 2, 1]) await deploy(settings({ which: { version } }), world.ports);
  const back = { ...settings(), reason: "wrong airports" };
  const { deployment, events } = await rollback(back, world.ports);
  expect(deployment?.version).toBe(2);
  expect(events[0]).toMatchObject({ type: "deploy.recorded", version: 2, rollback: true });
  expect((await rollback(back, world.ports)).deployment?.version).toBe(1);
});

test("rolling back before anything was deployed is refused", async () => {
  await releaseVersion(world, 1);
  const attempt = rollback({ ...settings(), reason: "why not" }, world.ports);
  await expect(attempt).rejects.toMatchObject({ code: "ROLLBACK_NOTHING" });
});

test("an unknown environment is refused with the nearest one", async () => {
  await releaseVersion(world, 1);
  const attempt = deploy(settings({ environment: "prodution" }), world.ports);
  await expect(attempt).rejects.toMatchObject({ code: "ENVIRONMENT_UNKNOWN", details: { nearest: "production" } });
});

test("a version goes to an environment only after the one it must have been live in", async () => {
  await releaseVersion(world, 1);
  const later = settings({ environment: "later" });
  await expect(deploy(later, world.ports)).rejects.toMatchObject({ code: "ENVIRONMENT_ORDER" });
  await deploy(settings(), world.ports);
  expect((await deploy(later, world.ports)).outcome).toBe("live");
});

test("what the policy forbids is refused before the target is touched, and again when it came while deploying", async () => {
  await releaseVersion(world, 3);
  await deploy(settings(), world.ports);
  await releaseVersion(world, 5);
  const allow = (policy: Policy) => setPolicy({ policy, reason: "agreed" }, world);
  await allow({ rules: { production: { evaluation: {} } } });
  const forbidden = expect.objectContaining({ code: "POLICY_FORBIDS" });
  await expect(deploy(settings(), world.ports)).rejects.toEqual(forbidden);
  expect(readdirSync(join(world.serving, "versions"))).toHaveLength(1);

  await allow({});
  const stage = world.ports.targets.open.bind(world.ports.targets);
  const late = { open: (where: Parameters<typeof stage>[0]) => withSwitch(stage(where), () => allow({ aliases: [] })) };
  await expect(deploy(settings(), { ...world.ports, targets: late })).rejects.toEqual(forbidden);
  expect(await live()).toBe(1);
  expect(await ask(2)).toMatchObject({ y: 6 });
  expect(await production()).toMatchObject({ version: 1 });
});

test("a rollback is held to the policy, and no evaluation is too old for it", async () => {
  await releaseVersion(world, 3);
  await deploy(settings(), world.ports);
  const v2 = await releaseVersion(world, 5);
  const judged = {
    type: "evaluation.recorded",
    model: MODEL,
    run: "r",
    report: `sha256:${"1".repeat(64)}`,
    rootDigest: v2.rootDigest,
    verdict: "pass",
    rows: 9,
    baseline: null,
    decidedBy: null,
  } as const;
  await world.registry.transact(MODEL, () => ({ events: [judged], result: null }));
  await setPolicy({ policy: { rules: { production: { evaluation: { maxAgeDays: 1 } } } }, reason: "agreed" }, world);
  await deploy(settings(), world.ports);
  await expect(rollback({ ...settings(), reason: "late answers" }, world.ports)).rejects.toMatchObject({
    code: "POLICY_FORBIDS", // v1 never passed an evaluation
    details: { got: "v1 passed none" },
  });
  await setPolicy({ policy: {}, reason: "in a hurry" }, world);
  await rollback({ ...settings(), reason: "late answers" }, world.ports);
  await setPolicy({ policy: { rules: { production: { evaluation: { maxAgeDays: 1 } } } }, reason: "agreed" }, world);
  world.clock.pass(30 * 86_400);
  expect((await deploy(settings({ which: { version: 2 } }), world.ports)).outcome).toBe("live");
  expect(await production()).toMatchObject({ version: 2 });
});

test("a withdrawn version is refused", async () => {
  await releaseVersion(world, 1);
  await world.registry.transact(MODEL, () => ({
    events: [{ type: "version.withdrawn", model: MODEL, version: 1, reason: "leak" }],
    result: null,
  }));
  const attempt = deploy(settings({ which: { version: 1 } }), world.ports);
  await expect(attempt).rejects.toMatchObject({ code: "VERSION_WITHDRAWN", details: { reason: "leak" } });
});

test("a smoke request that is not among the files is refused before anything changes", async () => {
  await releaseVersion(world, 1);
  const environments = environmentsWith(server.url);
  const { smoke } = environments["production"] ?? {};
  if (smoke !== undefined) smoke.request = "other.json";
  await expect(deploy(settings({ environments }), world.ports)).rejects.toMatchObject({
    code: "SMOKE_REQUEST_MISSING",
  });
  expect(existsSync(world.serving)).toBe(false);
});

test("a store blob that was changed is refused, and nothing is half staged", async () => {
  const { files } = await releaseVersion(world, 1);
  const digest = files.find(({ path }) => path === "model.json")?.digest.slice(7) ?? "";
  writeFileSync(join(world.root, ".trainyard/store/blobs/sha256", digest), '{"k":9}');
  await expect(deploy(settings(), world.ports)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
  expect(readdirSync(world.serving)).toEqual(["versions"]);
  expect(readdirSync(join(world.serving, "versions"))).toEqual([]);
});

test("a stop before the switch changes nothing; after it, the deployment is rolled back", async () => {
  await releaseVersion(world, 1);
  await deploy(settings(), world.ports);
  await releaseVersion(world, 2);
  const before = (await world.registry.events(MODEL)).length;
  expect(await deploy(settings({ stopped: () => true }), world.ports)).toMatchObject({ outcome: "stopped" });
  expect([await live(), (await world.registry.events(MODEL)).length]).toEqual([1, before]);

  fault = "silent";
  const stop = performance.now() + 400;
  const environments = environmentsWith(server.url, 20);
  const late = await deploy(settings({ environments, stopped: () => performance.now() > stop }), world.ports);
  expect(late).toMatchObject({ outcome: "rolled-back", deployment: { smoke: { problem: "stopped on request" } } });
  expect(performance.now() - stop).toBeLessThan(3000);
  expect(await live()).toBe(1);
});

test("when the registry cannot be written, the target goes back and the error is told", async () => {
  await releaseVersion(world, 1);
  await deploy(settings(), world.ports);
  await releaseVersion(world, 2);
  const registry = { ...world.registry, transact: () => Promise.reject(new Error("the disk is gone")) };
  await expect(deploy(settings(), { ...world.ports, registry })).rejects.toThrow("the disk is gone");
  expect([await live(), (await production())?.version]).toEqual([1, 1]);
});

test("of two deployments at once one goes on and the other is refused", async () => {
  await releaseVersion(world, 1);
  const outcomes = await Promise.allSettled([deploy(settings(), world.ports), deploy(settings(), world.ports)]);
  const codes = outcomes.map((outcome) =>
    outcome.status === "fulfilled" ? outcome.value.outcome : outcome.reason.code,
  );
  expect(codes.sort()).toEqual(["TARGET_BUSY", "live"]);
});

const dieAt = (moment: "staged" | "activated") => {
  const script = fileURLToPath(new URL("./deploy-and-die.ts", import.meta.url));
  const words = ["--conditions=trainyard-source", script, world.root, moment];
  const { signal, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  expect(signal, stderr).toBe("SIGKILL");
};

test("killed between staging and the switch, the old version stays live and the next deployment goes through", async () => {
  await releaseVersion(world, 1);
  await deploy(settings(), world.ports);
  await releaseVersion(world, 2);
  dieAt("staged");
  expect(await live()).toBe(1);
  expect(await deploy(settings(), world.ports)).toMatchObject({
    outcome: "live",
    deployment: { previous: { version: 1 } },
  });
  expect((await production())?.version).toBe(2);
});

test("killed after the switch, the next deployment says so and what it goes back to is what the registry knows", async () => {
  await releaseVersion(world, 1);
  await deploy(settings(), world.ports);
  await releaseVersion(world, 2);
  dieAt("activated");
  expect([await live(), (await production())?.version]).toEqual([2, 1]);

  await releaseVersion(world, 4, 5); // fails its smoke test
  expect((await deploy(settings(), world.ports)).outcome).toBe("rolled-back");
  expect(world.progress.lines.join("\n")).toContain("the target shows v2, the registry says v1");
  expect([await live(), (await production())?.version]).toEqual([1, 1]);
});

test("killed after the switch, deploying the same version again ends what was begun", async () => {
  await releaseVersion(world, 1);
  dieAt("activated");
  expect([await live(), await production()]).toEqual([1, null]);
  expect(await deploy(settings(), world.ports)).toMatchObject({ outcome: "live", deployment: { previous: null } });
  expect(await production()).toMatchObject({ version: 1, generation: 1 });
});

test("killed after the switch, a rollback goes to what the registry says is live", async () => {
  await releaseVersion(world, 1);
  await deploy(settings(), world.ports);
  await releaseVersion(world, 2);
  dieAt("activated");
  const { deployment, events } = await rollback({ ...settings(), reason: "lost runner" }, world.ports);
  expect([deployment?.version, events.map(({ type }) => type)]).toEqual([1, ["deploy.recorded"]]);
  expect(await live()).toBe(1);
});

test.each([
  ["a file of somebody else", (folder: string) => writeFileSync(join(folder, "notes.txt"), "")],
  ["a current that is a folder", (folder: string) => mkdirSync(join(folder, "current"))],
  ["a current that leads elsewhere", (folder: string) => symlinkSync("../elsewhere", join(folder, "current"))],
  ["versions with other names", (folder: string) => mkdirSync(join(folder, "versions/v1"), { recursive: true })],
])("a target with %s is refused and left alone", async (_what, spoil) => {
  await releaseVersion(world, 1);
  mkdirSync(world.serving);
  spoil(world.serving);
  const before = readdirSync(world.serving, { recursive: true });
  await expect(deploy(settings(), world.ports)).rejects.toMatchObject({ code: "TARGET_FOREIGN" });
  expect(readdirSync(world.serving, { recursive: true })).toEqual(before);
});

test("a folder that serves another model is refused", async () => {
  await releaseVersion(world, 1);
  await deploy(settings(), world.ports);
  const note = join(world.serving, "current/trainyard.json");
  const { rootDigest } = await world.registry.manifest(MODEL, 1);
  writeFileSync(note, JSON.stringify({ model: "other", version: 1, digest: rootDigest }));
  await expect(deploy(settings(), world.ports)).rejects.toMatchObject({ code: "TARGET_FOREIGN" });
});

test("drift that asked for a retraining starts the clock of the version that answers it, and of no later one", async () => {
  await releaseVersion(world, 1);
  await deploy(settings(), world.ports);
  await world.registry.transact(MODEL, () => ({
    events: [
      {
        type: "drift.detected",
        model: MODEL,
        version: 1,
        verdict: "drift",
        report: `sha256:${"a".repeat(64)}`,
        retrain: true,
        summary: "",
      },
    ],
    result: null,
  }));
  await releaseVersion(world, 2);
  const answer = await deploy(settings(), world.ports);
  expect(answer.deployment?.leadTime).toMatchObject({ from: "drift", seconds: 60 });
  await releaseVersion(world, 3);
  expect((await deploy(settings(), world.ports)).deployment?.leadTime?.from).toBe("commit");
});

test("putting a version live again later does not make its way there longer", async () => {
  await releaseVersion(world, 1);
  const first = (await deploy(settings(), world.ports)).deployment?.leadTime;
  await releaseVersion(world, 2);
  await deploy(settings(), world.ports);
  expect((await deploy(settings({ which: { version: 1 } }), world.ports)).deployment?.leadTime).toEqual(first);
});

type Target = ReturnType<DeployPorts["targets"]["open"]>;

/** A target during whose switch something else happens. */
function withSwitch(target: Target, meanwhile: () => Promise<unknown>): Target {
  return Object.assign(Object.create(target) as Target, {
    lock: () => target.lock(),
    current: () => target.current(),
    stage: (...words: Parameters<Target["stage"]>) => target.stage(...words),
    async activate(digest: Parameters<Target["activate"]>[0]) {
      await meanwhile();
      await target.activate(digest);
    },
    probe: (...words: Parameters<Target["probe"]>) => target.probe(...words),
    prune: (...words: Parameters<Target["prune"]>) => target.prune(...words),
  });
}
