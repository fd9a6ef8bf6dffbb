import type { OriginSystem } from "../../registry/log/origin.ts";
import { type CarryPorts, carryOver } from "./carry-over.ts";
import { modelNames } from "./import-names.ts";
import type { CarriedFact, UpstreamFact } from "./upstream.ts";

/** What an import brought, and what it could not bring. */
export interface ImportReport {
  readonly system: OriginSystem;
  readonly from: string;
  readonly dryRun: boolean;
  /** Every name there with the model it became here; null where it cannot be one, and why. */
  readonly models: readonly { readonly name: string; readonly model: string | null; readonly why: string | null }[];
  readonly facts: readonly CarriedFact[];
  /** Events written; of a dry run, those that would be. */
  readonly written: number;
}

/**
 * Carries over all models another registry knows, each in a commit of its own.
 * @param environmentsOf The aliases of a model here that only deploying moves.
 */
export async function importAll(
  {
    system,
    from,
    upstream,
    dryRun,
    slots,
    empty = [],
  }: Pick<ImportReport, "system" | "from" | "dryRun"> & {
    readonly upstream: ReadonlyMap<string, readonly UpstreamFact[]>;
    /** How keys of what is only told as it is now begin, by the name there. */
    readonly slots?: (name: string) => readonly string[];
    /** Names there that have nothing to carry over, and why. */
    readonly empty?: readonly { readonly name: string; readonly why: string }[];
  },
  environmentsOf: (model: string) => Promise<readonly string[]>,
  ports: CarryPorts,
): Promise<ImportReport> {
  const names = modelNames([...upstream.keys()]);
  const models = [...upstream.keys()].map((name) => {
    const model = names.get(name) ?? null;
    const why = model === null ? "it cannot be a model's name here, or another one has that name" : null;
    return { name, model, why };
  });
  const facts: CarriedFact[] = [];
  let written = 0;
  for (const [name, said] of upstream) {
    const model = names.get(name);
    if (model === undefined) continue;
    const environments = await environmentsOf(model);
    const done = await carryOver(
      { model, facts: said, from, environments, dry: dryRun, slots: slots?.(name) ?? [] },
      ports,
    );
    facts.push(...done.facts);
    written += done.written;
  }
  const none = empty.map(({ name, why }) => ({ name, model: null, why }));
  return { system, from, dryRun, models: [...models, ...none], facts, written };
}
