/** A page stays under 1 MB with its styles, so that it can be mailed, commented with and opened on a phone. In characters. */
const PAGE_LIMIT = 900_000;
const LEFT_OUT = '<p class="muted">A part is left out here to keep the page small; the JSON document has it.</p>';

/** Joins the parts of a page; of those that together are too long, the longest are left out, and the page says so. */
export function joinedParts(parts: readonly string[], limit = PAGE_LIMIT): string {
  const kept = parts.filter((part) => part !== "");
  let length = kept.reduce((total, part) => total + part.length + 1, 0);
  while (length > limit) {
    const longest = kept.reduce((best, part, at) => (part.length > (kept[best] as string).length ? at : best), 0);
    const part = kept[longest] as string;
    if (part.length <= LEFT_OUT.length) break;
    kept[longest] = LEFT_OUT;
    length -= part.length - LEFT_OUT.length;
  }
  return kept.join("\n");
}
