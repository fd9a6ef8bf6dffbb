import type { RegistryEvent } from "../log/event.ts";
import type { OriginSystem } from "../log/origin.ts";

/**
 * The version that has the bytes of one that was not imported for that reason: the note which the import left says which,
 * `… [gto churn@v1.0.1 1f2e… =v3]`. Null where there is no such note; of several the newest.
 * @param system Null: any.
 */
export function sameBytesAs(
  events: readonly RegistryEvent[],
  name: { readonly system: OriginSystem | null; readonly version: string },
): number | null {
  const found = events.findLast((event) => {
    const said = saidBy(event);
    if (said === null || (name.system !== null && said.system !== name.system)) return false;
    return (
      said.version === name.version ||
      (said.system === "dvc" && name.version.length >= 6 && said.version.startsWith(name.version))
    );
  });
  return found === undefined ? null : (saidBy(found)?.number ?? null);
}

function saidBy(event: RegistryEvent): { system: string; version: string; number: number } | null {
  if (event.type !== "note") return null;
  const [, system, words, number] = / \[(gto|mlflow|dvc) ([^[\]]+) =v(\d+)\]$/.exec(event.text) ?? [];
  if (system === undefined || words === undefined) return null;
  const [first = "", second = "", third = ""] = words.split(" ");
  // gto TAG ID · dvc NAME DIGEST · mlflow NAME version NUMBER RUN
  const version = system === "gto" ? first.slice(first.lastIndexOf("@") + 1) : system === "dvc" ? second : third;
  return { system, version, number: Number(number) };
}
