import { chooseModel, parseQuery, type Query, type SearchResult, search } from "@trainyard/core";
import type { Project } from "../project.ts";

/** `search`: the versions that are like an expression says. */
export async function searchVerb(
  { registry, config, backend }: Project,
  inputs: { query: string; model: string | null },
): Promise<SearchResult & { query: Query }> {
  const query = parseQuery(inputs.query);
  const inRegistry = await registry.models();
  const models =
    inputs.model === null
      ? inRegistry
      : inRegistry.includes(inputs.model)
        ? [inputs.model]
        : [chooseModel(config, inputs.model).model]; // a model without a version yet; an unknown one is refused
  return { query, ...(await search(query, models, backend)) };
}
