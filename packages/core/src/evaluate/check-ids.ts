import type { Check } from "../check/check.ts";

/** What the checks of an evaluation are called, and what a name says. A check's id is its metric and one of these; after `@` stands a baseline beside the first. */
const SUFFIXES = {
  "-too-low": "standard",
  "-too-high": "standard",
  "-not-better": "improvement",
  "-worse": "margin",
  "-worse-in-slice": "slices",
  "-crept": "anchor",
  "-unequal": "fairness",
} as const;
const AGAINST = "@";

/**
 * `standard`: `min` or `max`, on the candidate's own value; `improvement` and `margin`: against a baseline; `slices`: against it in every slice; `anchor`: a
 * margin against the anchor; `fairness`: how far groups lie apart; `rows`: the rows themselves, such as changed labels.
 */
export type CheckKind = (typeof SUFFIXES)[keyof typeof SUFFIXES] | "rows";

type Named = Pick<Check, "id" | "subject">;

/** The check a gate becomes; of what stands in a file, checked or not. */
export function gateCheckId(gate: { readonly metric: string } & Readonly<Record<string, unknown>>): string {
  if (gate["min"] !== undefined) return `${gate.metric}-too-low`;
  if (gate["max"] !== undefined) return `${gate.metric}-too-high`;
  return gate["improve-by"] === undefined ? `${gate.metric}-worse` : `${gate.metric}-not-better`;
}

/** The check that a gate's `slices` become, beside the gate's own. */
export const sliceCheckId = ({ metric }: { readonly metric: string }): string => `${metric}-worse-in-slice`;

/** The check that a gate's margin becomes against the anchor. */
export const anchorCheckId = ({ subject }: Pick<Check, "subject">): string => `${subject}-crept`;

/** The check that a limit of `evaluate.fairness` becomes. */
export const fairnessCheckId = ({ metric }: { readonly metric: string }): string => `${metric}-unequal`;

/** The check that a gate becomes against a baseline beside the first. */
export const furtherCheckId = ({ id }: Pick<Check, "id">, against: string): string => `${id}${AGAINST}${against}`;

/** What a check holds, whatever baseline it holds it against. */
export function kindOf(check: Named): CheckKind {
  const { own } = parted(check);
  return Object.hasOwn(SUFFIXES, own) ? SUFFIXES[own as keyof typeof SUFFIXES] : "rows";
}

/** The baseline beside the first that a check holds against, "champion v2"; null of another check. */
export function furtherBaseline(check: Named): string | null {
  return parted(check).against;
}

/** A metric may be called ndcg@10: only what follows it counts. */
function parted({ id, subject }: Named): { own: string; against: string | null } {
  const said = id.startsWith(`${subject}-`) ? id.slice(subject.length) : id;
  const at = said.indexOf(AGAINST);
  return at < 0 ? { own: said, against: null } : { own: said.slice(0, at), against: said.slice(at + AGAINST.length) };
}
