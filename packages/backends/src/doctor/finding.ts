/** One thing that was looked at. `unknown`: it could not be looked at, for the reason that `found` says. */
export interface Finding {
  /** A noun, the same in every version, for scripts. */
  readonly id: string;
  readonly status: "ok" | "warn" | "fail" | "unknown";
  readonly found: string;
  /** What to do; null where nothing is. */
  readonly todo: string | null;
}

export const ok = (id: string, found: string): Finding => ({ id, status: "ok", found, todo: null });
export const warn = (id: string, found: string, todo: string): Finding => ({ id, status: "warn", found, todo });
export const fail = (id: string, found: string, todo: string): Finding => ({ id, status: "fail", found, todo });
export const unknown = (id: string, found: string, todo: string | null = null): Finding => ({
  id,
  status: "unknown",
  found,
  todo,
});

/** Names in a sentence, the first few of many. */
export function some(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
