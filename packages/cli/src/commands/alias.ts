import { aliasVerb } from "@trainyard/backends";
import { AliasInputs } from "@trainyard/core";
import { command } from "../command.ts";

export const alias = command({
  about:
    "A name one version holds: champion, candidate, … Names of environments are moved only by deploying. --expected makes it compare and set.",
  examples: [["trainyard alias churn@12 champion --expected 11", "only if champion is at v11 now"]],
  inputs: AliasInputs,
  stops: false,
  async run(inputs, context) {
    const change = await aliasVerb(await context.project(), inputs);
    const said = (version: number | null) => (version === null ? "nobody" : `v${version}`);
    return {
      json: change,
      text: change.changed
        ? `${change.model}@${change.alias}: ${said(change.from)} → ${said(change.to)}`
        : `${change.model}@${change.alias} is at ${said(change.to)} already.`,
      exit: 0,
    };
  },
});
