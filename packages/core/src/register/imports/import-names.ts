import { AliasName, ModelName } from "../../document.ts";

/** `models:churn` → `models-churn`, `Flight Delays` → `flight-delays`. Of two that would get one name, the first keeps it; what cannot be a name has none. */
export function modelNames(names: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  const taken = new Set<string>();
  for (const name of names) {
    const ours = plainName(name);
    if (found.has(name) || taken.has(ours) || !ModelName.safeParse(ours).success) continue;
    found.set(name, ours);
    taken.add(ours);
  }
  return found;
}

/** The alias a stage or alias of elsewhere becomes: `Production` → `production`; null where there is none. */
export function aliasNameOf(name: string): string | null {
  const ours = plainName(name);
  return AliasName.safeParse(ours).success ? ours : null;
}

/** Long names stay long, and are refused: cut short, two could become one. */
function plainName(name: string): string {
  if (name.length > 200) return "";
  return name
    .toLowerCase()
    .replace(/[\s:/]+/g, "-")
    .replace(/^-+|-+$/g, "");
}
