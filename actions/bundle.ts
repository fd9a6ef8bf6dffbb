import { restoreCache, runAction, uploadArtifact } from "@trainyard/runner-kit";
import { type ActionName, actions } from "./index.ts";
import packageJson from "./package.json" with { type: "json" };

/** What each entry of dist calls: runs one action in this process, as a step of a job. */
export async function main(name: ActionName): Promise<void> {
  process.exitCode = await runAction(await actions[name](), {
    environment: process.env,
    write: (text) => process.stdout.write(text),
    version: packageJson.version,
  });
}

/** Loads the libraries that only some steps need, so that the build can run every file it made. It reaches nothing and needs no token. */
export async function loadLazily(): Promise<void> {
  await restoreCache(["."], "none");
  await uploadArtifact("none", ".", []).catch((error: { code?: string }) => {
    if (error.code !== "NOT_SUPPORTED") throw error;
  });
}
