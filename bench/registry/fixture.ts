import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  commitText,
  type ModelVersion,
  openRegistry,
  type Registry,
  registrationOf,
  rootDigest,
} from "@trainyard/core";
import { aVersion, MemoryBranch, MemoryClock } from "@trainyard/core/testing";
import { git } from "../../packages/backends/src/git/git.ts";
import { sha256 } from "../../packages/backends/src/local/sha256.ts";

export const MODEL = "flight-delays";
export const REF = "refs/heads/trainyard/registry";

/** Registrations in one commit of a fixture. */
const BATCH = 500;

/** A digest of its own for every text, so that nothing compresses better than in life. */
const digestOf = (text: string) => sha256(text);

/** A manifest of about 1 KB, as a small model has one, with digests, a run and metrics of its own. */
export function manifestOf(version: number, salt: string, model = MODEL): ModelVersion {
  const own = (what: string) => digestOf(`${salt} ${version} ${what}`);
  const files = [{ path: "model.onnx", size: 48_000 + version, digest: own("model") }];
  const hex = createHash("sha1").update(`${salt} ${version}`).digest("hex");
  const base = aVersion({ model, version, files, rootDigest: rootDigest(files, sha256) });
  return {
    ...base,
    run: `2026-11-23-${hex.slice(0, 8)}`,
    size: 48_000 + version,
    inputsDigest: own("inputs"),
    commit: hex,
    headCommit: hex,
    record: own("record"),
    evaluation: own("evaluation"),
    card: own("card"),
  };
}

/** The events of `count` new versions. */
export function registrations(first: number, count: number, salt: string, model = MODEL) {
  return Array.from({ length: count }, (_, index) => registrationOf(manifestOf(first + index, salt, model)));
}

/** Registers `count` versions in one commit. */
export async function register(registry: Registry, count: number, salt: string, model = MODEL): Promise<void> {
  await registry.transact(model, ({ versions }) => ({
    events: registrations(versions.length + 1, count, salt, model),
    result: null,
  }));
}

export async function pointAlias(registry: Registry, alias: string, to: number, model = MODEL): Promise<void> {
  await registry.transact(model, ({ aliases }) => {
    const held = aliases.get(alias);
    const generation = (held?.generation ?? 0) + 1;
    return {
      events: [{ type: "alias.set", model, alias, from: held?.version ?? null, to, generation, reason: null }],
      result: null,
    };
  });
}

/** A registry of `versions` versions in a repository, packed: written by the registry's own code in memory, brought to git by fast-import. */
export async function makeFixture(
  folder: string,
  versions: number,
  { model = MODEL, alias = "production" } = {},
): Promise<void> {
  await git(folder, ["init", "--quiet", "--initial-branch=main"]);
  const importing = spawn("git", ["fast-import", "--quiet", "--date-format=raw"], {
    cwd: folder,
    stdio: ["pipe", "ignore", "inherit"],
  });
  const ended = once(importing, "close");
  const write = async (text: string) => {
    if (!importing.stdin.write(text)) await once(importing.stdin, "drain");
  };
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const branch = new MemoryBranch(sha256);
  const recorded = Object.assign(Object.create(branch) as MemoryBranch, {
    head: () => branch.head(),
    read: branch.read.bind(branch),
    list: branch.list.bind(branch),
    log: branch.log.bind(branch),
    async commit(...[parent, changes, message]: Parameters<MemoryBranch["commit"]>) {
      const revision = await branch.commit(parent, changes, message);
      await write(`commit ${REF}\ncommitter trainyard <trainyard@noreply.invalid> 1000000000 +0000\n`);
      await write(data(commitText(message)));
      for (const [path, text] of changes)
        await write(text === null ? `D ${path}\n` : `M 100644 inline ${path}\n${data(text)}`);
      await write("\n");
      return revision;
    },
  });
  const registry = openRegistry({
    branch: recorded,
    sha256,
    clock: new MemoryClock(),
    random: { uuid: () => randomUUID(), fraction: () => 0.5 },
    actor: { name: "ana", kind: "person" },
  });
  for (let made = 0; made < versions; made += BATCH)
    await register(registry, Math.min(BATCH, versions - made), "fixture", model);
  await pointAlias(registry, alias, versions, model);
  importing.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`);
  await nameTrees(folder);
  await git(folder, ["repack", "-a", "-d", "--quiet"]);
}

/** Makes the commits again with messages that name their trees: while it imports, nobody knows these. */
async function nameTrees(folder: string): Promise<void> {
  const log = await git(folder, [
    "log",
    "--reverse",
    "-z",
    "--format=%T%n%s%n%(trailers:key=Trainyard-Event,valueonly)",
    REF,
  ]);
  let made: string | null = null;
  for (const entry of log.split("\0").filter(Boolean)) {
    const [tree = "", subject = "", event = ""] = entry.split("\n");
    const words: string[] = [
      "commit-tree",
      tree,
      ...(made === null ? [] : ["-p", made]),
      "-m",
      commitText({ subject, event }, tree),
    ];
    made = (
      await git(folder, ["-c", "user.name=trainyard", "-c", "user.email=trainyard@noreply.invalid", ...words])
    ).trim();
  }
  await git(folder, ["update-ref", REF, made as string]);
}
