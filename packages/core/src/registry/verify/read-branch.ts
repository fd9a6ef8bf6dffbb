import type { Revision } from "../../backend.ts";
import type { LoggedEvent } from "../fold/projection.ts";
import { EVENTS_FOLDER, eventPath } from "../log/layout.ts";
import type { ReadPorts } from "../read/snapshot.ts";
import { BATCH, parseEvent } from "../read/stored-file.ts";
import type { Findings } from "./findings.ts";

export interface BranchFiles {
  readonly files: ReadonlyMap<string, string>;
  /** The events that can be read, from the first to the last, or to the one before the first bad one. */
  readonly events: LoggedEvent[];
  /** False when a bad event cut the log off. */
  readonly whole: boolean;
}

/**
 * Every file of the branch that can be read, and its events. Reading and parsing go on at the same time.
 *
 * @param seq The newest event; null: as many as there are files.
 */
export async function readBranch(
  revision: Revision,
  seq: number | null,
  { branch, sha256 }: ReadPorts,
  findings: Findings,
): Promise<BranchFiles> {
  const paths = (await findings.collect(() => branch.list(revision, ""))) ?? [];
  const ofEvents = paths.filter((path) => path.startsWith(`${EVENTS_FOLDER}/`));
  const count = seq ?? ofEvents.length;
  const numbered = Array.from({ length: count }, (_, index) => eventPath(index + 1));
  const known = new Set(numbered);
  const order = [...numbered, ...paths.filter((path) => !known.has(path))];

  const files = new Map<string, string>();
  const events: LoggedEvent[] = [];
  let bad = false; // what follows a bad event proves nothing
  const read = async (batch: readonly string[]) => {
    try {
      return await branch.read(revision, batch);
    } catch {
      return oneByOne(batch);
    }
  };
  const oneByOne = async (batch: readonly string[]) => {
    const texts = new Map<string, string>();
    for (const path of batch)
      for (const [name, text] of (await findings.collect(() => branch.read(revision, [path]))) ?? [])
        texts.set(name, text);
    return texts;
  };
  let next = read(order.slice(0, BATCH));
  for (let start = 0; start < order.length; start += BATCH) {
    const texts = await next;
    next = read(order.slice(start + BATCH, start + 2 * BATCH));
    for (const [path, text] of texts) files.set(path, text);
    for (let number = start + 1; !bad && number <= Math.min(start + BATCH, count); number++) {
      try {
        events.push(parseEvent(number, texts.get(numbered[number - 1] as string), sha256));
      } catch (error) {
        findings.take(error);
        bad = true;
      }
    }
  }
  return { files, events, whole: !bad };
}
