import { registeredState } from "../fold/folding.ts";
import type { VersionState } from "../fold/model-state.ts";
import { registrationSummary } from "../fold/summary.ts";
import { damaged } from "../log/damage.ts";
import { AliasFile, aliasPath } from "../log/layout.ts";
import { readEvents } from "./read-log.ts";
import { readModelFile } from "./read-model.ts";
import type { ReadPorts, Snapshot } from "./snapshot.ts";
import { readFile } from "./stored-file.ts";

/** Who holds an alias, by its own file and the two events it names; null when nobody does. @throws REGISTRY_DAMAGED */
export async function readHolder(
  snapshot: Snapshot,
  model: string,
  alias: string,
  ports: ReadPorts,
): Promise<VersionState | null> {
  if ((await readModelFile(snapshot, model, ports)) === null) return null;
  const path = aliasPath(model, alias);
  const texts = await ports.branch.read(snapshot.revision, [path]);
  if (!texts.has(path)) return null;
  const held = readFile(AliasFile, texts, path);
  const numbers = [held.sinceSeq, ...(held.registeredSeq === null ? [] : [held.registeredSeq])];
  if (numbers.some((seq) => seq > snapshot.head.seq)) throw damaged(path, "it names an event that is not there");
  const [moved, made] = (await readEvents(snapshot.revision, numbers, ports)).map(({ event }) => event);
  const to = moved?.type === "alias.set" ? moved.to : null;
  const moves = moved?.type === "alias.set" || moved?.type === "alias.removed";
  if (
    !moves ||
    moved.model !== model ||
    moved.alias !== alias ||
    held.alias !== alias ||
    to !== held.version ||
    moved.generation !== held.generation
  )
    throw damaged(path, `it says other things than event ${held.sinceSeq}`);
  if (held.version === null) return null;
  if (
    made?.type !== "version.registered" ||
    made.model !== model ||
    made.version !== held.version ||
    made.rootDigest !== held.rootDigest
  )
    throw damaged(path, "it says other things than its version's event");
  return registeredState(registrationSummary(made));
}
