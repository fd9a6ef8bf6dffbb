import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { chooseModel, type ScoredCurrent, scoreCurrent } from "@trainyard/core";
import { digestFile } from "../local/plain-file.ts";
import type { Project } from "../project.ts";
import { needsPosix } from "./platform.ts";
import { portsOf } from "./ports-of.ts";

/**
 * Scores the rows that `drift-check` would look at now with the version that is live in an environment. It runs the user's `predict`.
 * @param into A folder (absolute path) for the predictions.
 */
export async function scoreCurrentVerb(
  project: Project,
  inputs: { readonly model?: string | undefined; readonly environment: string },
  into: string,
): Promise<ScoredCurrent & { model: string }> {
  needsPosix("train");
  const { model, config } = chooseModel(project.config, inputs.model ?? null);
  const scratch = await project.backend.workspace.scratch();
  try {
    await scratch.write("log.txt", "");
    const settings = { model, config, environment: inputs.environment, log: scratch.path("log.txt") };
    const scored = await scoreCurrent(settings, portsOf(project), async (file, name) => {
      await copyFile(file, join(into, name));
      return { path: name, ...(await digestFile(join(into, name))) };
    });
    return { model, ...scored };
  } finally {
    await scratch.remove();
  }
}
