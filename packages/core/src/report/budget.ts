/** GitHub refuses a comment with more characters. */
export const COMMENT_LIMIT = 65_536;

/** A part of a document that can be shortened. */
export interface Part {
  /** What it is called when it had to be shortened: "curves". */
  readonly name: string;
  /** Longest first; the last one is what is left when nothing else helps, often empty. */
  readonly variants: readonly string[];
  /** The lowest is shortened first; of equals the longest. */
  readonly rank: number;
}

export function fixedPart(text: string): Part {
  return { name: "", variants: [text], rank: Number.POSITIVE_INFINITY };
}

/**
 * Joins the parts with blank lines, shortening those of the lowest rank until the whole has at most `budget` characters
 * (UTF-16 code units, which is never fewer than GitHub counts).
 *
 * @param remark What to say about the names that were shortened; counted in the budget.
 */
export function withinBudget(
  parts: readonly Part[],
  budget: number,
  remark: (names: readonly string[]) => string,
): string {
  const chosen = parts.map(() => 0);
  const shown = () =>
    parts.map(({ variants }, at) => variants[chosen[at] as number] ?? "").filter((text) => text !== "");
  for (;;) {
    const shortened = [...new Set(parts.filter((_, at) => (chosen[at] as number) > 0).map(({ name }) => name))];
    const texts = [...shown(), ...(shortened.length > 0 ? [remark(shortened)] : [])];
    const length = texts.reduce((total, text) => total + text.length, Math.max(texts.length - 1, 0) * 2);
    if (length <= budget) return texts.join("\n\n");
    const next = shortest(parts, chosen);
    if (next === null) return cut(texts, budget);
    chosen[next] = (chosen[next] as number) + 1;
  }
}

/** The part to shorten next. */
function shortest(parts: readonly Part[], chosen: readonly number[]): number | null {
  let best: number | null = null;
  const size = (at: number) => parts[at]?.variants[chosen[at] as number]?.length ?? 0;
  for (const [at, { variants, rank }] of parts.entries()) {
    if ((chosen[at] as number) + 1 >= variants.length) continue;
    if (
      best === null ||
      rank < (parts[best] as Part).rank ||
      (rank === (parts[best] as Part).rank && size(at) > size(best))
    )
      best = at;
  }
  return best;
}

/** Nothing is left to shorten: whole parts from the start while they fit, so that no markup is torn apart. */
function cut(texts: readonly string[], budget: number): string {
  const kept: string[] = [];
  let length = 0;
  for (const text of texts) {
    length += text.length + 2;
    if (length + 1 > budget) break;
    kept.push(text);
  }
  return [...kept, "…"].join("\n\n").slice(0, Math.max(budget, 0));
}
