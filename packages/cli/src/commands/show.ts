import { chooseModel, parseReference, resolve, showVersion, z } from "@trainyard/core";
import { command } from "../command.ts";

export const show = command({
  about: "Names a version as MODEL@12, MODEL@production or by digest; without @ the newest one.",
  examples: [["trainyard show churn@production", "what is in production, and since when"]],
  inputs: z.strictObject({
    model: z.string().optional().describe("MODEL@VERSION").meta({ positional: true, placeholder: "MODEL@VERSION" }),
  }),
  stops: false,
  async run(inputs, context) {
    const registry = await context.registry();
    const reference = parseReference(inputs.model ?? chooseModel((await context.project()).config, null).model);
    const { version } = await resolve(registry, reference);
    const view = await showVersion(reference.model, version, { registry });
    return {
      json: { ...view.manifest, aliases: view.aliases, withdrawn: view.withdrawn, attestations: view.attestations },
      text: async () => {
        const { versionText } = await import("../version-text.ts"); // the schemas of a run and its report
        return versionText(view, await context.project());
      },
      exit: 0,
    };
  },
});
