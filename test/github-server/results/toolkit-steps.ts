// A process that does what the actions of one job do, with GitHub's own libraries: its settings are read once, when they are loaded.
// argv: a file with steps in JSON, and the file where what came of each is written.
import { readFileSync, writeFileSync } from "node:fs";
import type { FindOptions } from "@actions/artifact";

type Find = NonNullable<FindOptions["findBy"]>;

/** One call of a library. `by` is another run's, through REST. */
export type ToolkitStep =
  | {
      do: "upload";
      name: string;
      files: readonly string[];
      root: string;
      retentionDays?: number;
      skipArchive?: boolean;
    }
  | { do: "list"; latest?: boolean; by?: Find }
  | { do: "get" | "delete"; name: string; by?: Find }
  | { do: "download"; id: number; path: string; digest?: string; whole?: boolean; by?: Find }
  | { do: "save"; paths: readonly string[]; key: string }
  | { do: "restore"; paths: readonly string[]; key: string; others?: readonly string[] }
  /** A file of the workspace changes in between. */
  | { do: "write"; file: string; text: string };

/** What came of a step: what the library gave, or the words it was refused with. */
// biome-ignore lint/suspicious/noExplicitAny: what a library gives is read by the test that asked for it
export type StepOutcome = { value: any } | { error: string };

async function cached(step: Extract<ToolkitStep, { do: "save" | "restore" }>): Promise<unknown> {
  const { restoreCache, saveCache } = await import("@actions/cache"); // each takes its half second to load
  if (step.do === "save") return saveCache([...step.paths], step.key);
  return (await restoreCache([...step.paths], step.key, [...(step.others ?? [])])) ?? null;
}

async function done(step: ToolkitStep): Promise<unknown> {
  if (step.do === "write") return writeFileSync(step.file, step.text);
  if (step.do === "save" || step.do === "restore") return cached(step);
  const { DefaultArtifactClient } = await import("@actions/artifact");
  const client = new DefaultArtifactClient();
  const found = "by" in step && step.by !== undefined ? { findBy: step.by } : {};
  switch (step.do) {
    case "upload":
      return client.uploadArtifact(step.name, [...step.files], step.root, {
        ...(step.retentionDays === undefined ? {} : { retentionDays: step.retentionDays }),
        ...(step.skipArchive === undefined ? {} : { skipArchive: step.skipArchive }),
      });
    case "list":
      return (await client.listArtifacts({ latest: step.latest ?? false, ...found })).artifacts;
    case "get":
      return (await client.getArtifact(step.name, found)).artifact;
    case "delete":
      return client.deleteArtifact(step.name, found);
    case "download":
      return client.downloadArtifact(step.id, {
        path: step.path,
        ...(step.digest === undefined ? {} : { expectedHash: step.digest }),
        skipDecompress: step.whole ?? false,
        ...found,
      });
  }
}

const [, , from = "", to = ""] = process.argv;
const outcomes: StepOutcome[] = [];
for (const step of JSON.parse(readFileSync(from, "utf8")) as ToolkitStep[])
  outcomes.push(
    await done(step).then(
      (value) => ({ value }),
      (error: Error) => ({ error: error.message }),
    ),
  );
writeFileSync(to, JSON.stringify(outcomes));
