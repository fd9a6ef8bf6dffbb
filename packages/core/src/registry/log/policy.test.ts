import { createHash } from "node:crypto";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { verifyRegistry } from "../../register/bytes/verify-registry.ts";
import { changeAlias } from "../../register/change/alias.ts";
import { aDigest, aVersion, memoryBackend } from "../../testing/index.ts";
import { DAY } from "../../time.ts";
import { fits } from "../fold/policy-rules.ts";
import { rootDigest } from "../fold/root-digest.ts";
import type { Registry } from "../read/registry.ts";
import { openRegistry } from "../write/open-registry.ts";
import { type EventBody, registrationOf } from "./event.ts";
import { Policy } from "./policy.ts";

const sha256 = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const model = "churn";

let backend: ReturnType<typeof memoryBackend>;
let registry: Registry;
beforeEach(() => {
  backend = memoryBackend(sha256);
  registry = openRegistry(backend);
});

const write = (...events: EventBody[]) => registry.transactAll([model], () => ({ events, result: null }));
const allow = (policy: Policy | null) => write({ type: "policy.set", policy, reason: "agreed" });
const filesOf = (version: number) => [{ path: "model.onnx", size: 1, digest: aDigest(String(version)) }];
const evaluate = (version: number, report: string, verdict: "pass" | "fail" = "pass") =>
  write({
    type: "evaluation.recorded",
    model,
    run: "r",
    report: aDigest(report),
    rootDigest: rootDigest(filesOf(version), sha256),
    verdict,
    rows: 9,
    baseline: null,
    decidedBy: null,
  });
const registerVersion = (version: number, override: string | null = null) =>
  registry.transact(model, () => {
    const root = rootDigest(filesOf(version), sha256);
    const by = override === null ? null : { reason: override, by: "ana" };
    const made = aVersion({ model, version, rootDigest: root, files: filesOf(version), override: by });
    return { events: [registrationOf(made)], result: null };
  });
const move = (alias: string, version: number | null) =>
  changeAlias({ model, alias, version, reason: null, environments: [] }, { registry });
const forbidden = (details: object) =>
  expect.objectContaining({ code: "POLICY_FORBIDS", details: expect.objectContaining(details) });
const findings = async () => (await verifyRegistry(backend, { blobs: false })).findings;

describe("a policy", () => {
  beforeEach(async () => {
    await registerVersion(1);
    await registerVersion(2);
  });

  test("names the aliases that may be set; taking away is never forbidden", async () => {
    await move("prod", 1);
    await allow({ aliases: ["champion", "candidate-*"] });
    await expect(move("prod", 2)).rejects.toEqual(forbidden({ rule: "only champion, candidate-* may be set" }));
    expect((await move("candidate-a", 2)).changed).toBe(true);
    expect((await move("prod", null)).changed).toBe(true);
    expect(await findings()).toEqual([]);
  });

  test("asks where a version was before, in the order of the log", async () => {
    await allow({ rules: { production: { after: ["staging"] } } });
    await expect(move("production", 1)).rejects.toEqual(forbidden({ got: "v1 never did" }));
    await move("staging", 1);
    await move("staging", 2);
    expect((await move("production", 1)).changed).toBe(true);
    expect(await findings()).toEqual([]);
  });

  test("asks for an evaluation of these very bytes, and how old it may be", async () => {
    await allow({ rules: { production: { evaluation: { maxAgeDays: 30 } } } });
    await evaluate(2, "a");
    await evaluate(1, "b", "fail");
    await expect(move("production", 1)).rejects.toEqual(forbidden({ got: "v1 passed none" }));
    await backend.clock.sleep(31 * DAY);
    await expect(move("production", 2)).rejects.toEqual(
      forbidden({ got: expect.stringContaining("31.0 days old by the clocks of those who wrote") }),
    );
    await evaluate(2, "c");
    expect((await move("production", 2)).changed).toBe(true);
    expect(await findings()).toEqual([]);
  });

  test("lets a version come back to where it was, however old its evaluation", async () => {
    await allow({ rules: { production: { evaluation: { maxAgeDays: 30 } } } });
    await evaluate(1, "a");
    await move("production", 1);
    await backend.clock.sleep(90 * DAY);
    await evaluate(2, "b");
    await move("production", 2);
    expect((await move("production", 1)).changed).toBe(true);
  });

  test("asks for attestations by their predicate type", async () => {
    await allow({ rules: { production: { attestations: ["https://slsa.dev/provenance/v1"] } } });
    await expect(move("production", 1)).rejects.toEqual(forbidden({ got: "v1 has none" }));
    const attested = (predicateType: string) =>
      write({
        type: "attestation.attached",
        model,
        version: 1,
        predicateType,
        digest: sha256(predicateType),
        subject: rootDigest(filesOf(1), sha256),
      });
    await attested("https://model_signing/signature/v1.0");
    await expect(move("production", 1)).rejects.toEqual(forbidden({ got: expect.stringContaining("model_signing") }));
    await attested("https://slsa.dev/provenance/v1");
    expect((await move("production", 1)).changed).toBe(true);
  });

  test("forbids overridden verdicts, where it says so", async () => {
    await registerVersion(3, "it must go out");
    await allow({ overrides: false });
    await expect(registerVersion(4, "again")).rejects.toEqual(forbidden({ rule: "no verdict is overridden" }));
    await registerVersion(4);
    expect(await findings()).toEqual([]);
  });

  test("of a model replaces what is said for all, entry by entry", async () => {
    await allow({
      aliases: ["champion"],
      rules: { champion: { after: ["staging"] } },
      models: { [model]: { aliases: ["champion", "dev"], rules: { champion: {} } }, constructor: {} },
    });
    expect((await move("dev", 1)).changed).toBe(true);
    expect((await move("champion", 1)).changed).toBe(true);
  });

  test("leaves what stands, applies from then on, and holds in the commit that sets it", async () => {
    await move("prod", 1);
    await allow({ aliases: [] });
    expect((await registry.state(model)).aliases.get("prod")?.version).toBe(1);
    await expect(move("prod", 2)).rejects.toEqual(forbidden({ rule: "only no alias at all may be set" }));
    await allow(null);
    expect((await move("prod", 2)).changed).toBe(true);
    const both = write(
      { type: "policy.set", policy: { aliases: [] }, reason: "x" },
      { type: "alias.set", model, alias: "prod", from: 2, to: 1, generation: 3, reason: null },
    );
    await expect(both).rejects.toEqual(forbidden({ what: "churn@prod on v1" }));
    expect((await registry.policy())?.policy).toBe(null);
    expect(await findings()).toEqual([]);
  });

  test("a move that the policy of its time forbids is named as the first bad event", async () => {
    await allow({ rules: { production: { after: ["staging"] } } });
    // Somebody writes with a client that asks nobody.
    const careless = openRegistry({ ...backend, branch: withoutPolicy(backend.branch) });
    await careless.transact(model, () => ({
      events: [{ type: "alias.set", model, alias: "production", from: null, to: 1, generation: 1, reason: null }],
      result: null,
    }));
    const [first] = await findings();
    expect(first).toEqual({
      where: "event 5",
      seq: 5,
      problem:
        "the policy forbade churn@production on v1: a version must have held staging before production; v1 never did",
    });
  });
});

/** A branch that says nobody ever set a policy. */
function withoutPolicy(branch: (typeof backend)["branch"]): (typeof backend)["branch"] {
  return Object.assign(Object.create(branch) as typeof branch, {
    head: branch.head.bind(branch),
    list: branch.list.bind(branch),
    log: branch.log.bind(branch),
    commit: branch.commit.bind(branch),
    read: async (revision: string, paths: readonly string[]) =>
      new Map([
        ...(await branch.read(revision, paths)),
        ...(paths.includes("policy.json") ? [["policy.json", '{"policy":null,"sinceSeq":1}\n'] as const] : []),
      ]),
  });
}

test("a policy that is not what its event says is damage", async () => {
  await allow({ aliases: ["a"] });
  const message = (await backend.branch.log((await backend.branch.head()) as string, 1))[0]?.message as string;
  backend.branch.edit(new Map([["policy.json", '{"policy":{"aliases":["a","b"]},"sinceSeq":2}\n']]), message);
  await expect(registry.policy()).rejects.toMatchObject({ code: "REGISTRY_DAMAGED" });
  expect(await findings()).toContainEqual({
    where: "policy.json",
    seq: null,
    problem: "it says other things than the log",
  });
});

test("rules nobody here knows are not passed over", () => {
  expect(Policy.safeParse({ rules: { production: { approvals: 2 } } }).success).toBe(false);
});

test("a pattern fits as the same text with * for anything would, and takes no time", () => {
  const letters = fc.array(fc.constantFrom("a", "b", "-", "."), { maxLength: 8 }).map((parts) => parts.join(""));
  const pattern = fc.array(fc.constantFrom("a", "b", "-", ".", "*"), { maxLength: 8 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(pattern, letters, (one, alias) => {
      const slow = new RegExp(`^${one.replace(/[.-]/g, "\\$&").replace(/\*/g, ".*")}$`);
      expect(fits(one, alias)).toBe(slow.test(alias));
    }),
  );
  expect(fits(`${"*a".repeat(31)}b`, "a".repeat(63))).toBe(false);
});
