/**
 * A process that does one random operation of a registry after the other until it is killed:
 *   node --conditions=trainyard-source writer.ts REPOSITORY SEED [push]
 * It prints "ready", then a line of JSON for each operation, after its commit stands.
 */
import { flushCompileCache } from "node:module";
import { openRegistry, type RegistryPorts } from "@trainyard/core";
import { MODEL, registrations } from "../../bench/registry/fixture.ts";
import { openBranch } from "../../packages/backends/src/git/choose-branch.ts";
import { sha256 } from "../../packages/backends/src/local/sha256.ts";
import { generator } from "../generator.ts";

/** What a writer was told stands. */
export type Acknowledged =
  | { readonly kind: "registered"; readonly versions: readonly { version: number; rootDigest: string }[] }
  | { readonly kind: "alias"; readonly alias: string; readonly to: number | null; readonly generation: number };

const [repository = "", seed = "0", push] = process.argv.slice(2);
process.stdin.on("end", () => process.exit(0)).resume(); // nobody is left to kill it

const random = generator(Number(seed));
const clock = {
  now: () => 1_000_000_000_000, // the same second for all: equal commits would get equal ids
  seconds: () => performance.now() / 1000,
  simulated: true,
  sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
};
const actor = { name: "ana", kind: "person" } as const;
const { branch } = await openBranch({ root: repository, write: push === "push" ? "push" : null, actor, clock });
const ports: RegistryPorts = {
  branch,
  sha256,
  clock,
  actor,
  random: { uuid: () => crypto.randomUUID(), fraction: random },
};
const registry = openRegistry(ports);
flushCompileCache(); // a killed process keeps nothing for the next
process.stdout.write("ready\n");
for (let number = 0; ; number++) {
  const drawn = random();
  const done = await (drawn < 0.45
    ? register(1, number)
    : drawn < 0.6
      ? register(2 + Math.floor(random() * 18), number)
      : pointAlias(["champion", "candidate", "shadow"][Math.floor(random() * 3)] as string));
  if (done !== null) process.stdout.write(`${JSON.stringify(done)}\n`);
}

async function register(count: number, number: number): Promise<Acknowledged> {
  const { result } = await registry.transact(MODEL, ({ versions }) => {
    const events = registrations(versions.length + 1, count, `${seed} ${number}`);
    return { events, result: events.map(({ version, rootDigest }) => ({ version, rootDigest })) };
  });
  return { kind: "registered", versions: result };
}

/** Moves an alias to a version drawn by chance, or takes it away once in eight times; null where there is no version yet. */
async function pointAlias(alias: string): Promise<Acknowledged | null> {
  const { result } = await registry.transact<Acknowledged | null>(MODEL, ({ versions, aliases }) => {
    if (versions.length === 0) return { events: [], result: null };
    const held = aliases.get(alias);
    const from = held?.version ?? null;
    const generation = (held?.generation ?? 0) + 1;
    if (from !== null && random() < 0.125)
      return {
        events: [{ type: "alias.removed", model: MODEL, alias, from, generation, reason: null }],
        result: { kind: "alias", alias, to: null, generation },
      };
    const to = 1 + Math.floor(random() * versions.length);
    return {
      events: [{ type: "alias.set", model: MODEL, alias, from, to, generation, reason: null }],
      result: { kind: "alias", alias, to, generation },
    };
  });
  return result;
}
