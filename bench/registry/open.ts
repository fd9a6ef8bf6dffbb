import { openRegistry, type Registry, type RegistryPorts } from "@trainyard/core";
import { openBranch } from "../../packages/backends/src/git/choose-branch.ts";
import { sha256 } from "../../packages/backends/src/local/sha256.ts";

/** A registry on git as the command line opens it. */
export async function open(place: string): Promise<{ registry: Registry; ports: RegistryPorts; close: () => void }> {
  const clock = {
    now: () => Date.now(),
    seconds: () => performance.now() / 1000,
    simulated: false,
    sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
  };
  const actor = { name: "ana", kind: "person" } as const;
  const { branch } = await openBranch({ root: place, write: null, actor, clock });
  const ports: RegistryPorts = {
    branch,
    sha256,
    clock,
    actor,
    random: { uuid: () => crypto.randomUUID(), fraction: () => Math.random() },
  };
  return { registry: openRegistry(ports), ports, close: () => branch.close() };
}
