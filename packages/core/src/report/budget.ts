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
  const written = () =>
    parts.map(({ variants }, at) => variants[chosen[at] as number] as string).filter((text) => text !== "");
  for (;;) {
    const shortened = [...new Set(parts.filter((_, at) => (chosen[at] as number) > 0).map(({ name }) => name))];
    const text = [...written(), ...(shortened.length > 0 ? [remark(shortened)] : [])].join("\n\n");
    if (text.length <= budget) return text;
    const next = shortest(parts, chosen);
    if (next === null) return cut(text, budget);
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

/** Nothing is left to shorten: whole paragraphs from the start, so that no markup is torn apart. */
function cut(text: string, budget: number): string {
  const end = text.lastIndexOf("\n\n", budget - 4);
  return `${text.slice(0, Math.max(end, 0))}\n\n…`.slice(0, budget);
}
