import { randomUUID } from "node:crypto";
import { appendFileSync, statSync } from "node:fs";

/**
 * Adds `name<<DELIMITER … DELIMITER` to the file a runner reads after the step: outputs (GITHUB_OUTPUT), state (GITHUB_STATE).
 * The delimiter is random, so no value can end itself and begin another name.
 *
 * @param file Undefined outside a runner; then nothing is written.
 */
export function appendEntry(file: string | undefined, name: string, value: string): void {
  if (!file) return;
  const delimiter = `trainyard_${randomUUID()}`;
  appendFileSync(file, `${name}<<${delimiter}\n${value}\n${delimiter}\n`);
}

/** Bytes a runner takes of such a file; it drops the whole summary of a step that has more (actions/runner, FileCommandManager.cs). */
const SUMMARY_LIMIT = 1024 * 1024;
const TOO_LONG = "The summary would be longer than a job may show. The report is among the step's outputs.\n";

/** Adds Markdown to the job summary (GITHUB_STEP_SUMMARY), whole or, where it does not fit, as a line that says so. */
export function appendSummary(file: string | undefined, markdown: string): void {
  if (!file || markdown === "") return;
  const there = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const room = SUMMARY_LIMIT - there;
  const text = markdown.endsWith("\n") ? markdown : `${markdown}\n`;
  if (Buffer.byteLength(text) <= room) appendFileSync(file, text);
  else if (Buffer.byteLength(TOO_LONG) <= room) appendFileSync(file, TOO_LONG);
}

/** What a runner takes for one job (actions/runner, pull request 4527). */
const MOST_ARTIFACTS = 500;

/**
 * Names files to the runner as what this job made (GITHUB_ARTIFACTS): it hashes them, and actions/attest takes the list for its subjects.
 * @param file Undefined on a runner that does not know of it; then nothing is written.
 * @param paths Absolute. All or none: half a model attested would look like a whole one.
 * @returns False where they are too many, or one has a name that is no line.
 */
export function appendArtifacts(file: string | undefined, paths: readonly string[]): boolean {
  if (!file) return true;
  const there = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const text = paths.map((path) => `${path}\n`).join("");
  if (paths.length > MOST_ARTIFACTS || there + Buffer.byteLength(text) > SUMMARY_LIMIT) return false;
  if (paths.some((path) => /[\r\n]/.test(path))) return false;
  appendFileSync(file, text);
  return true;
}
