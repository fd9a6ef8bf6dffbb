import type { ModelVersion } from "../registry/log/model-version.ts";
import type { Failure, RunRecord } from "./run-record.ts";

/** The project as it was when a version was made, laid out apart. */
export interface OwnCode {
  /** Absolute path of its folder of trainyard.yaml. */
  readonly folder: string;
  /** What its own config says of the model: the command that scored then, and the file's name whose extension is the format. */
  readonly predict: string;
  readonly predictions: string;
  remove(): Promise<void>;
}

/** Lays out a commit. Null where this clone does not have it. @throws what its config refuses, MODEL_UNKNOWN, PREDICT_MISSING, GIT_FAILED */
export type OpenOwnCode = (model: string, commit: string) => Promise<OwnCode | null>;

/** The commits a version's code may be found at, the likeliest first: a squash leaves only main's, a run that was taken over has its own. */
export function commitsOf(
  manifest: Pick<ModelVersion, "commit" | "headCommit">,
  record: Pick<RunRecord, "code"> | null,
): string[] {
  const named = [manifest.commit, record?.code.commit, record?.code.headCommit, manifest.headCommit];
  return [...new Set(named.flatMap((commit) => commit ?? []))];
}

/** Opens the first of some commits that this clone has; null where it has none of them. */
export async function firstOpened(
  open: OpenOwnCode,
  model: string,
  commits: readonly string[],
): Promise<{ commit: string; code: OwnCode } | null> {
  for (const commit of commits) {
    const code = await open(model, commit);
    if (code !== null) return { commit, code };
  }
  return null;
}

/** Why a command failed, in one line: what it printed last that says something, else what its end says. */
export function whyFailed(failure: Failure | null): string {
  const said = failure?.logTail.findLast((line) => /^[^\s}\])]/.test(line) && !line.startsWith("Node.js v"));
  return (said ?? failure?.message ?? "it gave no predictions").trim().slice(0, 200).replace(/\.$/, "");
}
