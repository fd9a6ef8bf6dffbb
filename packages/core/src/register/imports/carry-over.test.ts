import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { parseReference, resolve } from "../../registry/read/reference.ts";
import { openRegistry } from "../../registry/write/open-registry.ts";
import { memoryBackend } from "../../testing/index.ts";
import { neededBy } from "../bytes/needed.ts";
import { verifyRegistry } from "../bytes/verify-registry.ts";
import { changeAlias } from "../change/alias.ts";
import { setPolicy } from "../change/set-policy.ts";
import { withdraw } from "../change/withdraw.ts";
import { diff } from "../look/diff.ts";
import { parseQuery } from "../look/query.ts";
import { search } from "../look/search.ts";
import { carryOver } from "./carry-over.ts";
import type { UpstreamFact, UpstreamVersion } from "./upstream.ts";

const sha256 = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const model = "churn";

function aVersionThere(version: string, change: Partial<UpstreamVersion> = {}): UpstreamFact {
  return {
    kind: "version",
    key: `mlflow churn ${version}`,
    label: `churn ${version}`,
    words: `version ${version} was made`,
    problem: null,
    version: {
      origin: { system: "mlflow", name: "churn", version, id: null, at: "2001-01-01T00:00:00Z", by: "bob" },
      commit: null,
      description: "about it",
      params: { lr: 0.1 },
      metrics: [{ name: "roc_auc", value: 0.7 }],
      facts: { team: "ops" },
      left: [],
      ...change,
    },
  };
}
const anAlias = (key: string, alias: string, to: string | null, tense: "then" | "now" = "then"): UpstreamFact => ({
  kind: "alias",
  key: `mlflow churn ${key}`,
  label: key,
  words: `${alias} is ${to}`,
  problem: null,
  alias,
  to,
  tense,
});

/** A registry, and a place elsewhere whose bytes are named by version. */
function world(bytes: Record<string, string> = { "1": "one", "2": "two", "3": "three" }) {
  const backend = memoryBackend(sha256);
  const registry = openRegistry(backend);
  const ports = {
    ...backend,
    registry,
    async bytesOf({ origin }: UpstreamVersion) {
      const text = bytes[origin.version];
      if (text === undefined) return { missing: "nobody has them" };
      return { files: [{ path: "m.pkl", ...(await backend.store.put({ text })) }] };
    },
  };
  const carry = (facts: readonly UpstreamFact[], dry = false, environments: string[] = []) =>
    carryOver({ model, facts, from: "a server", environments, dry }, ports);
  const aliases = async () =>
    Object.fromEntries([...(await registry.state(model)).aliases].map(([alias, { version }]) => [alias, version]));
  return { backend, registry, ports, carry, aliases, bytes };
}
const outcomes = ({ facts }: { facts: readonly { outcome: string; version: number | null }[] }) =>
  facts.map(({ outcome, version }) => `${outcome} ${version}`);

test("a dry run writes nothing, the first import everything, the second nothing, the third what is new", async () => {
  const { carry, backend, aliases } = world();
  const facts = [aVersionThere("1"), aVersionThere("2"), anAlias("a1", "prod", "1"), anAlias("a2", "prod", "2")];
  expect(outcomes(await carry(facts, true))).toEqual(["carried 1", "carried 2", "carried 1", "carried 2"]);
  expect(await backend.branch.head()).toBeNull();
  expect((await carry(facts)).written).toBe(4);
  const head = await backend.branch.head();
  expect(outcomes(await carry(facts))).toEqual(["known 1", "known 2", "known 1", "known 2"]);
  expect(await backend.branch.head()).toBe(head);
  const more = [...facts, aVersionThere("3"), anAlias("a3", "prod", "3")];
  expect((await carry(more)).written).toBe(2);
  expect(await aliases()).toEqual({ prod: 3 });
  expect((await verifyRegistry(backend)).findings).toEqual([]);
});

test("of importers at once every fact is written once", async () => {
  const { carry, registry } = world();
  const facts = [aVersionThere("1"), aVersionThere("2"), anAlias("a1", "prod", "2")];
  const done = await Promise.all([carry(facts), carry(facts), carry(facts)]);
  expect(done.reduce((sum, { written }) => sum + written, 0)).toBe(3);
  expect((await registry.state(model)).versions).toHaveLength(2);
});

test("equal bytes are one version: the second name leads to it too, and its aliases", async () => {
  const { carry, aliases, registry } = world({ "1": "same", "2": "same" });
  const named = (version: string) => ({
    ...aVersionThere(version),
    key: `mlflow churn version ${version} run-${version}`,
  });
  const facts = [named("1"), named("2"), anAlias("a", "prod", "2")];
  const done = await carry(facts);
  expect(outcomes(done)).toEqual(["carried 1", "same 1", "carried 1"]);
  expect(done.facts[1]?.why).toBe("its bytes are those of v1");
  expect(await aliases()).toEqual({ prod: 1 });
  expect(await resolve(registry, parseReference("churn@mlflow:2"))).toMatchObject({ version: 1 });
  await expect(resolve(registry, parseReference("churn@mlflow:3"))).rejects.toMatchObject({ code: "VERSION_UNKNOWN" });
  await expect(resolve(registry, parseReference("churn@gto:2"))).rejects.toMatchObject({ code: "VERSION_UNKNOWN" });
  expect((await carry(facts)).written).toBe(0);
});

test("what has no bytes is a note, and so is its alias; both follow when the bytes are there, and nothing moves back", async () => {
  const { carry, aliases, bytes, registry } = world({ "2": "two" });
  const facts = [
    aVersionThere("1"),
    aVersionThere("2"),
    anAlias("a1", "prod", "1"),
    anAlias("b1", "old", "1"),
    anAlias("a2", "prod", "2"),
  ];
  const done = await carry(facts);
  expect(outcomes(done)).toEqual(["left null", "carried 1", "left null", "left null", "carried 1"]);
  expect(done.facts[0]?.why).toBe("nobody has them");
  expect((await registry.events(model)).filter(({ type }) => type === "note")).toHaveLength(3);
  expect((await carry(facts)).written).toBe(0);
  bytes["1"] = "one";
  expect(outcomes(await carry(facts))).toEqual(["carried 2", "known 1", "left 2", "carried 2", "known 1"]);
  expect(await aliases()).toEqual({ prod: 1, old: 2 });
  expect((await carry(facts)).written).toBe(0);
});

test("what was moved here since stays, until the other registry moves it again", async () => {
  const { carry, aliases, registry } = world();
  const facts = [aVersionThere("1"), aVersionThere("2"), aVersionThere("3"), anAlias("a1", "prod", "1")];
  await carry(facts);
  await changeAlias({ model, alias: "prod", version: 2, reason: null, environments: [] }, { registry });
  expect((await carry(facts)).written).toBe(0);
  expect(await aliases()).toEqual({ prod: 2 });
  await carry([...facts, anAlias("a2", "prod", "3")]);
  expect(await aliases()).toEqual({ prod: 3 });
});

test("of a registry without a history, an alias that comes back to where it was is moved again", async () => {
  const { carry, aliases } = world();
  const now = (to: string | null) => [
    aVersionThere("1"),
    aVersionThere("2"),
    anAlias(`alias champion ${to}`, "champion", to, "now"),
  ];
  for (const to of ["1", "2", "1", null, "2"]) {
    expect((await carry(now(to))).written).toBeGreaterThan(0);
    expect(await aliases()).toEqual({ champion: to === null ? null : Number(to) });
    expect((await carry(now(to))).written).toBe(0);
  }
});

test("environments, odd names and withdrawn versions are left, each with its reason", async () => {
  const { carry, registry } = world();
  await carry([aVersionThere("1")]);
  await withdraw({ model, version: 1, reason: "bad data", environments: [] }, { registry });
  const facts = [
    aVersionThere("1"),
    aVersionThere("2"),
    anAlias("a", "production", "2"),
    anAlias("b", "latest", "2"),
    anAlias("c", "../etc\n# x", "2"),
    anAlias("d", "Prod", "2"),
    anAlias("e", "prod", "2"),
    anAlias("f", "old", "1"),
    anAlias("g", "gone", "9"),
    anAlias("h".repeat(3000), "far", "2"),
  ];
  const done = await carry(facts, false, ["production"]);
  expect(done.facts.map(({ why }) => why)).toEqual([
    null,
    null,
    '"production" is an environment: its alias is moved only by deploying',
    '"latest" cannot be an alias here',
    expect.stringContaining("cannot be an alias here"),
    null,
    'it would be prod here, as "Prod" is already',
    "churn v1 was withdrawn: bad data",
    "version 9 is not here",
    "its name is too long",
  ]);
  expect((await carry(facts, false, ["production"])).written).toBe(0);
});

test("a version withdrawn there is withdrawn here, its aliases with it; one that others share is not", async () => {
  const gone: UpstreamFact = {
    kind: "withdrawn",
    key: "mlflow churn 1!",
    label: "1!",
    words: "taken back",
    problem: null,
    version: "1",
  };
  const { carry, aliases, registry } = world();
  const facts = [aVersionThere("1"), anAlias("a", "prod", "1"), gone];
  await carry(facts);
  expect((await registry.state(model)).versions[0]?.withdrawn).toContain("taken back");
  expect(await aliases()).toEqual({ prod: null });
  expect((await carry(facts)).written).toBe(0);
  const shared = world({ "1": "same", "2": "same" });
  const done = await shared.carry([aVersionThere("1"), aVersionThere("2"), gone]);
  expect(done.facts[2]?.why).toBe("v1 is also 2");
});

test("an imported version is found by its name there, by its metrics and parameters, and is compared with others", async () => {
  const { carry, backend, registry } = world();
  await carry([
    aVersionThere("1"),
    aVersionThere("2", { params: { lr: 0.2 }, metrics: [{ name: "roc_auc", value: 0.8 }] }),
  ]);
  expect((await resolve(registry, parseReference("churn@mlflow:2"))).version).toBe(2);
  await expect(resolve(registry, parseReference("churn@mlflow:9"))).rejects.toMatchObject({ code: "VERSION_UNKNOWN" });
  const find = async (query: string) =>
    (await search(parseQuery(query), [model], backend)).found.map(({ version }) => version);
  expect(await find("roc_auc > 0.75")).toEqual([2]);
  expect(await find("params.lr = 0.1 and origin = mlflow")).toEqual([1]);
  expect(await find("verdict = pass")).toEqual([]);
  const told = await diff({ from: parseReference("churn@1"), to: parseReference("churn@2") }, { registry, ...backend });
  expect(told.metrics[0]?.difference?.value).toBeCloseTo(0.1);
  expect(told.changes).toContainEqual({ what: "param", name: "lr", from: "0.1", to: "0.2" });
  expect(told.notes[0]).toContain("was imported");
  const { required, unread } = await neededBy(backend);
  expect(unread).toEqual([]);
  expect([...required.values()].map(({ what }) => what)).toContain("churn v1: import record");
});

test("a hostile version stays text: thousands of files, long names, Markdown, and what does not fit into a manifest", async () => {
  const { carry, backend, registry, ports } = world();
  const many = Array.from({ length: 300 }, (_, index) => ({ path: `f${index}`, size: 1, digest: sha256(`${index}`) }));
  for (const { path } of many) await backend.store.put({ text: path.slice(1) });
  const hostile = aVersionThere("1", {
    description: "<script>alert(1)</script>\n# Title | x",
    facts: { "[x](javascript:1)": "`a`" },
    params: { long: "x".repeat(5000) },
  });
  const done = await carryOver(
    { model, facts: [hostile], from: "x", environments: [], dry: false },
    { ...ports, bytesOf: async () => ({ files: many }) },
  );
  expect(outcomes(done)).toEqual(["carried 1"]);
  const manifest = await registry.manifest(model, 1);
  expect(manifest.files).toEqual([]);
  expect(await backend.store.text(manifest.card, "card")).not.toMatch(/<script>|^# Title|[^\\]\]\(javascript/m);
  expect((await search(parseQuery("roc_auc > 0"), [model], backend)).found).toHaveLength(1);
  const huge = aVersionThere("2", {
    origin: { system: "mlflow", name: "n".repeat(5000), version: "2", id: null, at: null, by: null },
  });
  expect((await carry([huge])).facts[0]?.why).toContain("no room");
});

test("each fact is decided on what those before it leave, as a change made by hand would be", async () => {
  const { carry, registry } = world();
  const policy = { rules: { champion: { after: ["staging"] } } };
  const gone: UpstreamFact = {
    kind: "withdrawn",
    key: "mlflow churn 1!",
    label: "1!",
    words: "taken back",
    problem: null,
    version: "1",
  };
  await setPolicy({ policy, reason: "in order" }, { registry });
  const facts = [
    aVersionThere("1"),
    anAlias("a1", "champion", "1"), // not yet
    anAlias("b1", "staging", "1"),
    anAlias("a2", "champion", "1"),
    anAlias("b2", "staging", null),
    anAlias("b3", "staging", "1"),
    gone,
    anAlias("b4", "staging", null), // the withdrawal took it along
    anAlias("c1", "old", "1"),
  ];
  const { facts: rows } = await carry(facts);
  expect(outcomes({ facts: rows })).toEqual([
    "carried 1",
    "left 1",
    "carried 1",
    "carried 1",
    "carried null",
    "carried 1",
    "carried 1",
    "noted null",
    "left null",
  ]);
  expect(rows[1]?.why).toContain("a version must have held staging before champion");
  const moves = (await registry.events(model)).flatMap((event) =>
    "generation" in event ? [`${event.alias} ${event.generation}`] : [],
  );
  expect(moves).toEqual(["staging 1", "champion 1", "staging 2", "staging 3", "staging 4", "champion 2"]);
});

test("a version that is live here is not withdrawn, and one whose aliases are gone is", async () => {
  const { carry, registry } = world();
  await carry([aVersionThere("1")]);
  const production = { model, alias: "production", reason: null };
  await registry.transact(model, () => ({
    events: [{ type: "alias.set", ...production, from: null, to: 1, generation: 1 }],
    result: null,
  }));
  const gone: UpstreamFact = {
    kind: "withdrawn",
    key: "mlflow churn 1!",
    label: "1!",
    words: "taken back",
    problem: null,
    version: "1",
  };
  const facts = [aVersionThere("1"), gone];
  expect((await carry(facts, false, ["production"])).facts[1]).toMatchObject({
    outcome: "left",
    why: "churn v1 is live in production",
  });
  await registry.transact(model, () => ({
    events: [{ type: "alias.removed", ...production, from: 1, generation: 2 }],
    result: null,
  }));
  expect((await carry(facts, false, ["production"])).facts[1]).toMatchObject({ outcome: "carried", version: 1 });
});
