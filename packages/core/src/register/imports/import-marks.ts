import type { RegistryEvent } from "../../registry/log/event.ts";
import type { UpstreamFact } from "./upstream.ts";

/** What an earlier import did with a fact. */
export interface Mark {
  /** `done`: it stands here. `left`: it could not be carried over. `same`: its bytes were version `version`. */
  readonly what: "done" | "left" | "same";
  readonly version: number | null;
}

/** What earlier imports left in a model's history. */
export interface Marks {
  /** By the fact's key; of one that was left and carried over later, the last word. */
  readonly facts: ReadonlyMap<string, Mark>;
  /** The last key by all of a key but its last word: of an alias without a history, where it was. */
  readonly last: ReadonlyMap<string, string>;
}

/** Texts that an import writes end with the fact's key in brackets: `[gto churn#prod#1 1f2e…]`, with ` -` where it was left, ` =v3` where v3 has its bytes. */
export function markedText(key: string, { what, version }: Mark, words: string): string {
  return `${words} [${key}${what === "left" ? " -" : what === "same" ? ` =v${version}` : ""}]`;
}

export function readMarks(events: readonly RegistryEvent[]): Marks {
  const facts = new Map<string, Mark>();
  const last = new Map<string, string>();
  for (const event of events) {
    const [, key, left, same] = markIn(event);
    if (key === undefined) continue;
    const what = left !== undefined ? "left" : same !== undefined ? "same" : "done";
    facts.set(key, { what, version: same === undefined ? null : Number(same) });
    if (what !== "left") last.set(slotOf(key), key);
  }
  return { facts, last };
}

function markIn(event: RegistryEvent): (string | undefined)[] {
  const text = event.type === "note" ? event.text : "reason" in event ? event.reason : null;
  return / \[((?:gto|mlflow|dvc) [^[\]\s]+(?: [^[\]\s]+)*?)(?: (-)| =v(\d+))?\]$/.exec(text ?? "") ?? [];
}

/** Object id of the GTO tag that an event was made of; null of one that came from elsewhere. */
export function importedTag(event: RegistryEvent): string | null {
  if (event.type === "version.registered")
    return event.manifest.origin?.system === "gto" ? event.manifest.origin.id : null;
  const [system, , id] = markIn(event)[1]?.split(" ") ?? [];
  return system === "gto" ? (id ?? null) : null;
}

/** "mlflow churn alias champion 7" → "mlflow churn alias champion". */
export function slotOf(key: string): string {
  return key.slice(0, key.lastIndexOf(" "));
}

/** Aliases that an earlier import brought and that nobody holds there any more. */
export function goneAliases(facts: readonly UpstreamFact[], slots: readonly string[], { last }: Marks): UpstreamFact[] {
  const told = new Set(facts.map(({ key }) => slotOf(key)));
  return [...last].flatMap(([slot, key]): UpstreamFact[] => {
    const begins = slots.find((one) => slot.startsWith(`${one} `));
    if (begins === undefined || told.has(slot)) return [];
    const alias = plain(slot.slice(begins.length + 1));
    const was = plain(key.slice(slot.length + 1));
    if (alias === null || was === null) return [];
    const said = { label: alias, words: `nobody holds ${alias} any more`, problem: null };
    return [{ kind: "alias", key: `${slot} -nobody`, ...said, alias, to: null, was, tense: "now" }];
  });
}

/** Null for what no import wrote. */
function plain(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
