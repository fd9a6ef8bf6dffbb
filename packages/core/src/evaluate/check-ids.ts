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

/** What the checks of the rows themselves are called, whatever the metric: what a file says of its rows, which rows they are, and what they have judged before. */
export type RowCheckId =
  | "labels-changed"
  | "weights-changed"
  | "groups-changed"
  | "slices-changed"
  | "naive-changed"
  | "ids-changed"
  | "rows-missing"
  | "rows-extra"
  | "predictions-missing"
  | "train-test-overlap"
  | "evaluation-set-worn";

/**
 * `standard`: `min` or `max`, on the candidate's own value; `improvement` and `margin`: against a baseline; `slices`: against it in every slice; `anchor`: a
 * margin against the anchor; `fairness`: how far groups lie apart; `rows`: the rows themselves, such as changed labels.
 */
export type CheckKind = (typeof SUFFIXES)[keyof typeof SUFFIXES] | "rows";

type Named = Pick<Check, "id" | "subject">;

/** The check of a file that nothing is held against. */
export const STANDARD_MISSING = "standard-missing";

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

/** The checks that decide: of a model that is the first baseline, byte for byte, only those against the baselines beside it. */
export function decidingChecks<C extends Named>({
  unchanged,
  checks,
}: {
  unchanged: boolean;
  checks: readonly C[];
}): readonly C[] {
  return unchanged ? checks.filter((check) => furtherBaseline(check) !== null) : checks;
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
