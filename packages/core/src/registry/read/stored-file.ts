import type { z } from "zod";
import type { Backend, Revision } from "../../backend.ts";
import { describe, parseCanonical, parseJson, type Sha256 } from "../../document.ts";
import { isRefusal } from "../../errors.ts";
import type { LoggedEvent } from "../fold/projection.ts";
import { damaged, damagedAt } from "../log/damage.ts";
import { RegistryEvent } from "../log/event.ts";
import { eventPath } from "../log/layout.ts";

/** Files read at a time: keeps memory flat however long the log is. */
export const BATCH = 100;

/** Files that must be there, one after the other; the next ones are read while the caller works on these. @throws REGISTRY_DAMAGED */
export async function* inOrder(
  branch: Pick<Backend["branch"], "read">,
  revision: Revision,
  paths: readonly string[],
): AsyncGenerator<[path: string, text: string]> {
  const readFrom = (start: number) => {
    const reading = branch.read(revision, paths.slice(start, start + BATCH));
    reading.catch(() => {}); // awaited when it is its turn
    return reading;
  };
  let next = readFrom(0);
  for (let start = 0; start < paths.length; start += BATCH) {
    const texts = await next;
    if (start + BATCH < paths.length) next = readFrom(start + BATCH);
    for (const path of paths.slice(start, start + BATCH)) {
      const text = texts.get(path);
      if (text === undefined) throw damaged(path, "it is missing");
      yield [path, text];
    }
  }
}

/** A file of the branch that must be there and valid. @throws REGISTRY_DAMAGED */
export function readFile<S extends z.ZodType>(
  schema: S,
  files: ReadonlyMap<string, string>,
  path: string,
): z.output<S> {
  const text = files.get(path);
  if (text === undefined) throw damaged(path, "it is missing");
  const result = schema.safeParse(jsonOf(text, path));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw damaged(path, `${issue?.path.join(".") || "it"} must be ${issue?.message ?? "valid"}`);
}

export function parseEvent(seq: number, stored: string | undefined, sha256: (text: string) => Sha256): LoggedEvent {
  const path = eventPath(seq);
  if (stored === undefined) throw damagedAt(seq, `${path} is missing`);
  const { value, text } = canonicalFile(stored, path);
  const result = RegistryEvent.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw damagedAt(seq, `${issue?.path.join(".") || "it"} must be ${issue?.message ?? "valid"} (${describe(text)})`);
  }
  if (result.data.seq !== seq) throw damagedAt(seq, `its file holds event ${result.data.seq}`);
  return { event: result.data, text, digest: sha256(text) };
}

/** What a stored file says, and its canonical JSON: its text without the newline at its end. @throws REGISTRY_DAMAGED */
export function canonicalFile(text: string, path: string): { value: unknown; text: string } {
  const canonical = text.endsWith("\n") ? text.slice(0, -1) : text;
  const parsed = parseCanonical(canonical);
  if (parsed !== undefined && canonical !== text) return { value: parsed.value, text: canonical };
  jsonOf(text, path);
  throw damaged(path, "it is not canonical JSON and a newline");
}

export function jsonOf(text: string, path: string): unknown {
  try {
    return parseJson(text, path);
  } catch (error) {
    throw damaged(path, isRefusal(error) ? error.message : String(error));
  }
}
