/**
 * A process of its own that registers versions, for the tests of what many processes do at once:
 *   node --conditions=trainyard-source registering-process.ts REPOSITORY NAME COUNT [push]
 * Each version's number is a line on stdout, written after its commit stands.
 */
import { openRegistry, type RegistryPorts } from "@trainyard/core";
import { openBranch } from "../../packages/backends/src/git/choose-branch.ts";
import { sha256 } from "../../packages/backends/src/local/sha256.ts";
import { registerFile } from "./register-file.ts";

const [repository = "", name = "", count = "1", push] = process.argv.slice(2);
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
  random: { uuid: () => crypto.randomUUID(), fraction: () => Math.random() },
};
for (let number = 0; number < Number(count); number++) {
  const version = await registerFile(openRegistry(ports), sha256(`${name} ${number}`), sha256);
  process.stdout.write(`${version}\n`);
}
branch.close();
