import { DAY, instant } from "../../time.ts";
import type { Baseline } from "./baseline.ts";

/** What a reader must know of a baseline that is old. @param staleAfter "180d". @param now Milliseconds since 1970. */
export function staleNotes({ label, version }: Baseline, staleAfter: string, now: number): string[] {
  const registered = version === null ? null : instant(version.manifest.registeredAt);
  if (registered === null) return [];
  const days = Math.floor((now - registered) / DAY);
  const most = Number(staleAfter.slice(0, -1));
  if (days <= most) return [];
  return [
    `${label} was registered ${days} days ago (evaluate.stale-after: ${staleAfter}): what it is held against may be out of date.`,
  ];
}
