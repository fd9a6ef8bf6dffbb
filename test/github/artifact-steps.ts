// A process that hands artifacts on as an action does: the libraries read a job's variables once, when they are loaded.
// argv: a file with steps in JSON, and the file where what came of each is written.
import { readFileSync, writeFileSync } from "node:fs";
import { connectionFrom } from "../../packages/backends/src/github/call/connection.ts";
import { isRefusal } from "../../packages/core/src/index.ts";
import { downloadArtifact, uploadArtifact } from "../../packages/runner-kit/src/lazy/artifact.ts";
import { restoreCache, saveCache } from "../../packages/runner-kit/src/lazy/cache.ts";

export type ArtifactStep =
  | { do: "upload"; name: string; folder: string; files: readonly string[] }
  | { do: "download"; id: number; digest: string; folder: string }
  | { do: "cache"; folder: string; key: string }
  | { do: "restore"; folder: string; key: string };

/** What came of a step; of a refusal its code and its details. */
export type ArtifactOutcome =
  | { id: number; digest: string }
  | { code: string; details: unknown }
  | boolean
  | string
  | null;

async function done(step: ArtifactStep): Promise<unknown> {
  if (step.do === "upload") return uploadArtifact(step.name, step.folder, step.files);
  if (step.do === "cache") return saveCache([step.folder], step.key);
  if (step.do === "restore") return restoreCache([step.folder], step.key);
  const connection = connectionFrom(process.env, process.env.GITHUB_TOKEN ?? null);
  if (connection === null) throw new Error("there is no job here");
  await downloadArtifact(step.id, step.digest, step.folder, connection);
  return null;
}

const [, , from = "", to = ""] = process.argv;
const outcomes: unknown[] = [];
for (const step of JSON.parse(readFileSync(from, "utf8")) as ArtifactStep[])
  outcomes.push(
    await done(step).catch((error: Error) => {
      if (isRefusal(error)) return { code: error.code, details: error.details };
      throw error;
    }),
  );
writeFileSync(to, JSON.stringify(outcomes));
