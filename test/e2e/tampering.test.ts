import { canonicalJson, type RegistryBranch, type RegistryEvent, verifyRegistry } from "@trainyard/core";
import { MemoryStore, memoryBackend } from "@trainyard/core/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openGitBranch } from "../../packages/backends/src/git/git-branch.ts";
import { sha256 } from "../../packages/backends/src/local/sha256.ts";
import { replay } from "../../packages/core/src/registry/fold/projection.ts";
import { fillWithEveryKind, type GitRegistry, gitRegistry, MODEL, REF } from "./small-registry.ts";

let small: GitRegistry;
let head: string;
/** Every file as git has it. */
let files: ReadonlyMap<string, string>;
let commits: Awaited<ReturnType<RegistryBranch["log"]>>;

beforeAll(async () => {
  small = await gitRegistry();
  await fillWithEveryKind(small.registry);
  head = (await small.branch.head()) as string;
  files = await small.branch.read(head, await small.branch.list(head, ""));
  commits = await small.branch.log(head, 100);
});
afterAll(() => small.close());

/** What verify finds where the branch has these files, read once and not asked of git for each change. */
async function verified(changed: ReadonlyMap<string, string>, message?: string) {
  const branch: RegistryBranch = {
    name: "trainyard/registry",
    head: async () => head,
    read: async (_, paths) =>
      new Map(paths.flatMap((path) => (changed.has(path) ? [[path, changed.get(path) as string] as const] : []))),
    list: async () => [...changed.keys()],
    commit: async () => Promise.reject(new Error("nothing is written here")),
    log: async (_, limit) =>
      commits.slice(0, limit).map((one, at) => (at === 0 && message !== undefined ? { ...one, message } : one)),
  };
  const { findings } = await verifyRegistry({ branch, sha256, store: new MemoryStore(sha256) }, { blobs: false });
  return findings;
}

const number = (path: string) => Number(/(\d+)\.json$/.exec(path)?.[1]);
const eventPaths = () =>
  [...files.keys()].filter((path) => path.startsWith("events/")).sort((a, b) => number(a) - number(b));

/** The branch as somebody would leave it who knows the format and writes the whole log anew, with all that follows from it. */
function rewritten(change: (log: RegistryEvent[]) => RegistryEvent[]) {
  const log = eventPaths().map((path) => JSON.parse(files.get(path) as string) as RegistryEvent);
  let prev: string | null = null;
  const events = change(log).map((written, index) => {
    const event = { ...written, seq: index + 1, prev } as RegistryEvent;
    const text = canonicalJson(event);
    prev = sha256(text);
    return { event, text, digest: prev };
  });
  const name = `Trainyard-Event: ${events.length} ${events.at(-1)?.digest.slice(0, 23)}`;
  const message = commits[0]?.message.replace(/Trainyard-Event: .*/, name);
  return verified(replay(events, sha256), message);
}

test("a registry that nobody touched has no findings, nor has one that was written down again as it was", async () => {
  expect(await verified(files)).toEqual([]);
  expect(await rewritten((log) => log)).toEqual([]);
});

test("every byte that is another, in every file of a registry with every kind of event, is found", async () => {
  const unseen: string[] = [];
  let tried = 0;
  for (const [path, text] of files) {
    const bytes = Buffer.from(text);
    // All of a file of which there are few; of events and history twenty-five a file, spread over all of it and on other places in each.
    const step = /^(events|history)\//.test(path) ? bytes.length / 25 : 1;
    for (let at = step === 1 ? 0 : (tried % 7) * (step / 7); at < bytes.length; at += step) {
      const place = Math.floor(at);
      const changed = Buffer.from(bytes);
      changed[place] = (bytes[place] as number) ^ 1; // the next character: a digit stays one, a letter too
      const now = changed.toString();
      if (path === "trainyard.json" && /"format":[^1]/.test(now)) continue; // a later format is a refusal of its own
      tried++;
      if ((await verified(new Map(files).set(path, now))).length === 0) unseen.push(`${path}:${place}`);
    }
  }
  expect(unseen).toEqual([]);
  expect(tried).toBeGreaterThan(1_500);
}, 120_000);

test("any two neighbouring events in each other's place are found", async () => {
  const paths = eventPaths();
  for (const [index, path] of paths.slice(0, -1).entries()) {
    const next = paths[index + 1] as string;
    const swapped = new Map(files).set(path, files.get(next) as string).set(next, files.get(path) as string);
    expect(
      (await verified(swapped)).map(({ where }) => where),
      path,
    ).toContain(`event ${index + 1}`);
  }
});

const isSet = (event: RegistryEvent, alias: string) => event.type === "alias.set" && event.alias === alias;
const swap = (log: RegistryEvent[], one: number, other: number) =>
  log.with(one, log[other] as RegistryEvent).with(other, log[one] as RegistryEvent);

test.each<[string, (log: RegistryEvent[]) => RegistryEvent[], RegExp]>([
  [
    "an alias before its version",
    (log) => {
      const at = log.findIndex((event) => isSet(event, "staging"));
      return swap(log, at, at - 1);
    },
    /v1/,
  ],
  [
    "an alias moved to a version that was withdrawn",
    (log) => [
      ...log,
      { ...log.findLast((event) => isSet(event, "production")), from: 2, to: 1, generation: 2 } as RegistryEvent,
    ],
    /withdrawn/,
  ],
  [
    "an alias that the policy does not allow",
    (log) => [...log, { ...log.findLast((event) => isSet(event, "production")), alias: "best" } as RegistryEvent],
    /policy/,
  ],
  ["a removal of an alias that was left out", (log) => log.filter(({ type }) => type !== "alias.removed"), /./],
  [
    "the first move of an alias left out",
    (log) => log.filter((event) => !(isSet(event, "staging") && "from" in event && event.from === null)),
    /./,
  ],
  ["a withdrawal left out", (log) => log.filter(({ type }) => type !== "version.withdrawn"), /./],
  [
    "a version with the bytes of another",
    (log) =>
      log.map((event) =>
        event.type === "version.registered" && event.version === 2 ? { ...event, rootDigest: sha256("other") } : event,
      ),
    /add up/,
  ],
])("%s, in a log that is chained anew, is found", async (_name, change, problem) => {
  const findings = await rewritten(change);
  expect(findings.map((finding) => finding.problem).join("; ")).toMatch(problem);
});

test("an alias's file that another version holds, with all that belongs to it, is found", async () => {
  const path = `aliases/${MODEL}/production.json`;
  const first = JSON.parse(
    files.get(eventPaths().find((one) => files.get(one)?.includes('"version":1')) as string) as string,
  );
  const held = {
    ...JSON.parse(files.get(path) as string),
    version: 1,
    rootDigest: first.rootDigest,
    registeredSeq: first.seq,
  };
  expect(await verified(new Map(files).set(path, `${canonicalJson(held)}\n`))).toMatchObject([{ where: path }]);
});

test("a branch that was set back to any earlier commit is found where it was seen before", async () => {
  const before = small.git("rev-parse", `${REF}~3`);
  small.git("update-ref", REF, before);
  const { findings } = await verifyRegistry(
    { branch: small.branch, sha256, store: new MemoryStore(sha256) },
    { blobs: false },
  );
  small.git("update-ref", REF, head);
  expect(findings).toMatchObject([
    { problem: expect.stringContaining(`it is at ${before}, which does not follow ${head}`) },
  ]);
});

test("a past that was rewritten with all that follows from it is found by the commits of the time, the first one first", async () => {
  const at = eventPaths().findIndex((path) => files.get(path)?.includes('"type":"note"'));
  const findings = await rewritten((log) => log.with(at, { ...log[at], text: "something else" } as RegistryEvent));
  expect(findings).toHaveLength(1);
  expect(findings[0]?.problem).toMatch(
    /^event \d+ was sha256:[0-9a-f]{16}… when it was committed: the log was rewritten$/,
  );
  expect(findings[0]?.seq).toBeGreaterThan(at);
  const next = commits.find(({ message }) => message.includes(`Trainyard-Event: ${findings[0]?.seq} `));
  expect(findings[0]?.where).toBe(`commit ${next?.revision}`);
});

test("an event that cannot be read is the first bad event, and nothing is said of what follows", async () => {
  const path = eventPaths()[4] as string;
  const findings = await verified(new Map(files).set(path, (files.get(path) as string).slice(0, 40)));
  expect(findings.map(({ where, seq }) => [where, seq])).toEqual([[path, 5]]);
});

test("a history that was squashed into its newest commit is found", async () => {
  const squashed = small.git(
    "-c",
    "user.name=x",
    "-c",
    "user.email=x@x.invalid",
    "commit-tree",
    `${REF}^{tree}`,
    "-m",
    commits[0]?.message.trimEnd() as string,
  );
  const branch = await openGitBranch({
    folder: small.folder,
    ref: "refs/squashed",
    name: "trainyard/registry",
    seen: "refs/seen-squashed",
    ...memoryBackend(sha256),
  });
  small.git("update-ref", "refs/squashed", squashed);
  const { findings } = await verifyRegistry({ branch, sha256, store: new MemoryStore(sha256) }, { blobs: false });
  branch.close();
  expect(findings).toMatchObject([
    { where: `commit ${squashed}`, problem: expect.stringContaining("the history begins here") },
  ]);
});
