import { type Registry, registrationOf, rootDigest } from "@trainyard/core";
import { aVersion } from "@trainyard/core/testing";
import { sha256 } from "../../packages/backends/src/local/sha256.ts";
import { openProjectRegistry } from "../../packages/backends/src/open-project-registry.ts";
import type { ToyProject } from "./toy-project.ts";

/** Works on a project's registry in this process, at an instant of its own. */
export async function atRegistry<T>(
  project: ToyProject,
  now: string,
  work: (registry: Registry) => Promise<T>,
): Promise<T> {
  const environment = { ...project.environment, TRAINYARD_NOW: now };
  const actor = { name: "Ana <ana>", kind: "person" as const };
  const opened = await openProjectRegistry({
    folder: project.root,
    environment,
    progress: { note() {} },
    write: null,
    actor,
  });
  try {
    return await work(opened.registry);
  } finally {
    opened.chosen.branch.close();
  }
}

/** Registers a version of these bytes, made from a commit, without a training. @returns Its number. */
export async function registerVersion(
  registry: Registry,
  { model, bytes, commit }: { model: string; bytes: string; commit: string | null },
): Promise<number> {
  const files = [{ path: "model.json", size: bytes.length, digest: sha256(bytes) }];
  const { result } = await registry.transact(model, ({ versions }) => {
    const version = versions.length + 1;
    const made = aVersion({ model, version, files, rootDigest: rootDigest(files, sha256), commit, headCommit: commit });
    return { events: [registrationOf(made)], result: version };
  });
  return result;
}
