import { fixed } from "./number.ts";

/** A p-value as people write it: "0.004", "< 0.0001". */
export function pText(p: number | null): string {
  if (p === null) return "–";
  if (p >= 0.995) return "1";
  return p < 0.0001 ? "< 0.0001" : fixed(p, p < 0.001 ? 4 : p < 0.0995 ? 3 : 2);
}
