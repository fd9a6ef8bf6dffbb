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
 * (UTF-16 code units, which is never fewer than GitHub counts), or whatever `size` counts.
 *
 * @param remark What to say about the names that were shortened; counted in the budget.
 */
export function withinBudget(
  parts: readonly Part[],
  budget: number,
  remark: (names: readonly string[]) => string,
  size: (text: string) => number = (text) => text.length,
): string {
  const chosen = parts.map(() => 0);
  const sizes = parts.map(({ variants }) => variants.map((): number | null => null)); // a variant is measured once
  const sizeAt = (at: number): number => {
    const of = sizes[at] as (number | null)[];
    const variant = chosen[at] as number;
    of[variant] ??= size(parts[at]?.variants[variant] ?? "");
    return of[variant];
  };
  for (;;) {
    const shortened = [...new Set(parts.filter((_, at) => (chosen[at] as number) > 0).map(({ name }) => name))];
    const said = shortened.length > 0 ? remark(shortened) : null;
    const lengths = parts.map((_, at) => sizeAt(at)).filter((length) => length > 0);
    if (said !== null) lengths.push(size(said));
    const length = lengths.reduce((total, each) => total + each, Math.max(lengths.length - 1, 0) * 2);
    const next = length <= budget ? null : shortest(parts, chosen, sizeAt);
    if (next === null) {
      const texts = parts
        .map(({ variants }, at) => variants[chosen[at] as number] ?? "")
        .concat(said ?? [])
        .filter((text) => text !== "");
      return length <= budget ? texts.join("\n\n") : cut(texts, budget, size);
    }
    chosen[next] = (chosen[next] as number) + 1;
  }
}

/** The part to shorten next. */
function shortest(parts: readonly Part[], chosen: readonly number[], sizeAt: (at: number) => number): number | null {
  let best: number | null = null;
  for (const [at, { variants, rank }] of parts.entries()) {
    if ((chosen[at] as number) + 1 >= variants.length) continue;
    const other = best === null ? null : (parts[best] as Part).rank;
    if (best === null || other === null || rank < other || (rank === other && sizeAt(at) > sizeAt(best))) best = at;
  }
  return best;
}

/** Nothing is left to shorten: whole parts from the start while they fit, so that no markup is torn apart. */
function cut(texts: readonly string[], budget: number, size: (text: string) => number): string {
  const kept: string[] = [];
  let length = 0;
  for (const text of texts) {
    length += size(text) + 2;
    if (length + 3 > budget) break;
    kept.push(text);
  }
  return [...kept, "…"].join("\n\n").slice(0, Math.max(budget, 0));
}
