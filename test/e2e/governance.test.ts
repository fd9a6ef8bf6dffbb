import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ToyProject } from "./toy-project.ts";

/** Policy, notes, attestations and batches as a person meets them, on a real repository. */
const project = new ToyProject();
beforeAll(async () => {
  await project.firstVersion();
  for (const words of [
    ["train", "--set", "seed=8"],
    ["evaluate"],
    ["register", "--override", "--reason", "a second one"],
  ])
    await project.trainyard(...words);
}, 60_000);
afterAll(() => project[Symbol.dispose]());

interface Refused {
  readonly error: { readonly code: string; readonly message: string; readonly details: Record<string, unknown> };
}
const refused = async (...words: string[]) => (await project.json<Refused>(...words)).value.error;
const clean = async () => expect(await project.trainyard("verify")).toMatchObject({ code: 0 });

test("a policy is shown in words, holds for aliases and deployments, and names the rule that forbids", async () => {
  expect((await project.trainyard("policy")).stdout).toBe("Everything is allowed: no policy is set.\n");
  project.write(
    "policy.yaml",
    "aliases: [champion, candidate-*, production]\nrules:\n  production:\n    after: [champion]\n    evaluation: {maxAgeDays: 30}\n",
  );
  const set = await project.trainyard("policy", "--set", "policy.yaml", "--reason", "agreed");
  expect(set.code).toBe(0);
  expect(set.stdout).toContain(
    "production        after champion; with a passed evaluation of its bytes, at most 30 days",
  );
  expect((await project.json("policy")).value).toMatchObject({ reason: "agreed", changed: false });

  expect((await refused("alias", "toy@2", "champoin")).details).toMatchObject({
    rule: "only champion, candidate-*, production may be set",
  });
  const early = await refused("deploy", "toy@2", "--environment", "production", "--yes");
  expect(early).toMatchObject({ code: "POLICY_FORBIDS", details: { got: "v2 never did" } });
  await project.trainyard("alias", "toy@2", "champion");
  const unproven = await refused("deploy", "toy@2", "--environment", "production", "--yes");
  expect(unproven).toMatchObject({ code: "POLICY_FORBIDS", details: { got: "v2 passed none" } });
  await clean();
});

test("a policy's file is refused where it is wrong, with the line, and where nobody could follow it", async () => {
  project.write("typo.yaml", "rules:\n  production:\n    afer: [staging]\n");
  expect((await refused("policy", "--set", "typo.yaml", "--reason", "x")).message).toBe(
    'typo.yaml:3:5: rules.production.afer is not a setting. Did you mean "after"?',
  );
  project.write("circle.yaml", "rules: {production: {after: [staging]}, staging: {after: [production]}}\n");
  expect((await refused("policy", "--set", "circle.yaml", "--reason", "x")).message).toContain(
    "production after staging after production is a circle",
  );
  expect((await refused("policy", "--set", "policy.yaml")).code).toBe("INPUT_MISSING");
});

test("a batch does everything in one commit, and names the line that cannot be done", async () => {
  const head = () => project.git("rev-parse", "trainyard/registry").trim();
  const before = head();
  const lines = [
    { op: "note", model: "toy", version: 2, text: "going out" },
    { op: "alias", model: "toy", alias: "candidate-a", version: 2, expected: null },
    { op: "alias", model: "toy", alias: "prod", version: 1 },
  ].map((line) => JSON.stringify(line));
  project.write("batch.jsonl", `${lines.join("\n")}\n`);
  const { message, details } = await refused("transact", "batch.jsonl");
  expect(details).toMatchObject({ line: 3, code: "POLICY_FORBIDS" });
  expect(message).toMatch(/^Line 3: The registry's policy forbids toy@prod on v1.*Nothing of the batch was written\.$/);
  expect(head()).toBe(before);

  const piped = trainyardWith(`${lines.slice(0, 2).join("\n")}\n`, "transact", "-");
  expect(piped.stderr).toBe("");
  expect(piped.stdout).toContain("2 operations in one commit.");
  expect(project.git("rev-parse", "trainyard/registry^").trim()).toBe(before);
  await clean();
});

test("an alias is taken from the version that is named, and from no other", async () => {
  await project.trainyard("alias", "toy@1", "candidate-b");
  const other = await refused("alias", "toy@2", "candidate-b", "--remove");
  expect(other).toMatchObject({
    code: "ALIAS_MOVED",
    message: "toy@candidate-b: expected v2, found v1. Nothing was written.",
  });
  expect((await refused("alias", "toy@1", "candidate-b", "--remove", "--expected", "none")).code).toBe("ALIAS_MOVED");
  expect((await project.trainyard("alias", "toy", "candidate-b", "--remove")).code).toBe(0);
});

test("where the config does not have a model, what it was deployed to is still moved by deploying alone", async () => {
  const own = readFileSync(join(project.root, "trainyard.yaml"), "utf8");
  project.write("trainyard.yaml", own.replace("toy:", "other:"));
  const move = JSON.stringify({ op: "alias", model: "toy", alias: "production", version: 2 });
  project.write("move.jsonl", move);
  expect((await refused("alias", "toy@2", "production")).code).toBe("ALIAS_IS_ENVIRONMENT");
  expect((await refused("transact", "move.jsonl")).details).toMatchObject({ line: 1, code: "ALIAS_IS_ENVIRONMENT" });
  expect((await project.trainyard("alias", "toy@2", "candidate-c")).code).toBe(0);
  project.write("trainyard.yaml", own);
});

test("an environment that the config does not have any more is still moved by deploying alone", async () => {
  const own = readFileSync(join(project.root, "trainyard.yaml"), "utf8");
  project.write("trainyard.yaml", own.replace("production:", "live:"));
  const move = JSON.stringify({ op: "alias", model: "toy", alias: "production", version: 2 });
  project.write("move.jsonl", move);
  expect((await refused("alias", "toy@2", "production")).code).toBe("ALIAS_IS_ENVIRONMENT");
  expect((await refused("transact", "move.jsonl")).details).toMatchObject({ line: 1, code: "ALIAS_IS_ENVIRONMENT" });
  project.write("trainyard.yaml", own);
});

test("the history of one version is asked for by its name, and that of a model nobody knows is refused", async () => {
  const { value } = await project.json<{ type: string }[]>("history", "toy@production", "--last", "1");
  expect(value).toMatchObject([{ type: "alias.removed" }]);
  expect((await refused("history", "toi")).code).toBe("MODEL_UNKNOWN");
});

test("a note stands in the history of its version", async () => {
  expect((await project.trainyard("note", "toy@production", "customer A asked")).stdout).toMatch(
    /^Noted on toy v1 \(event \d+\)\.\n$/,
  );
  expect((await project.trainyard("history", "--last", "1")).stdout).toContain("note on v1: customer A asked");
  expect((await refused("note", "toy@9", "x")).code).toBe("VERSION_UNKNOWN");
  expect((await refused("note", "toi", "x")).code).toBe("MODEL_UNKNOWN");
});

test("an attestation of the version's bytes is kept, shown, verified and never garbage; one of others is refused", async () => {
  const { rootDigest } = (await project.json<{ rootDigest: string }>("show", "toy@1")).value;
  const statement = (sha256: string) => ({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: "toy", digest: { sha256 } }],
    predicateType: "https://model_signing/signature/v1.0",
    predicate: {},
  });
  const bundle = (sha256: string) => ({
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    verificationMaterial: {},
    dsseEnvelope: {
      payloadType: "application/vnd.in-toto+json",
      payload: Buffer.from(JSON.stringify(statement(sha256))).toString("base64"),
      signatures: [{ sig: "MEUCIQ==" }],
    },
  });
  project.write("other.json", JSON.stringify(bundle("0".repeat(64))));
  expect((await refused("attest", "toy@1", "--file", "other.json")).details).toMatchObject({ expected: rootDigest });
  project.write("bundle.json", JSON.stringify(bundle(rootDigest.slice(7))));
  expect((await refused("attest", "toy@2", "--file", "bundle.json")).code).toBe("ATTESTATION_OTHER");
  const attached = await project.json<{ digest: string }>("attest", "toy@1", "--file", "bundle.json");
  expect(attached).toMatchObject({ code: 0, value: { changed: true, form: "Sigstore bundle" } });
  expect((await project.json("attest", "toy@1", "--file", "bundle.json")).value).toMatchObject({ changed: false });
  expect((await project.trainyard("show", "toy@1")).stdout).toContain(
    "attested    https://model_signing/signature/v1.0",
  );
  expect((await project.trainyard("gc")).stdout).toContain("Nothing to remove");
  await clean();
  const blob = join(project.root, ".trainyard/store/blobs/sha256", attached.value.digest.slice(7));
  expect(JSON.parse(readFileSync(blob, "utf8"))).toEqual(bundle(rootDigest.slice(7)));
  spawnSync("rm", ["-f", blob]);
  const lost = await project.trainyard("verify");
  expect(lost.code).toBe(1);
  expect(lost.stdout).toMatch(
    new RegExp(`${attached.value.digest}: toy v1: attestation \\(event \\d+\\): the store's bytes are missing`),
  );
});

const bin = fileURLToPath(new URL("../../packages/cli/bin/trainyard.mjs", import.meta.url));
function trainyardWith(input: string, ...words: string[]) {
  return spawnSync(process.execPath, [bin, "-C", project.root, ...words], {
    input,
    encoding: "utf8",
    env: project.environment,
  });
}
