import { policyVerb } from "@trainyard/backends";
import { policyText, z } from "@trainyard/core";
import { command } from "../command.ts";

export const policy = command({
  about: [
    "Which aliases may be set, where a version must have been before, what it must have passed and what must be attested of it. Without a flag: what holds now, and who said so.",
    "The file is YAML or JSON: `aliases`, `rules` by alias (`after`, `evaluation`, `attestations`), `overrides`, and under `models` what is different for one. Checked in the commit that moves an alias, and again by `trainyard verify`. What stands already stays.",
    "Anybody who can write the registry's branch can change it; each change is in the history with its reason.",
  ].join("\n"),
  examples: [
    ["trainyard policy", "the rules in words"],
    ["trainyard policy --set policy.yaml --reason 'staging first, from now on'", "replace them"],
  ],
  inputs: z.strictObject({
    set: z
      .string()
      .optional()
      .describe("replace the policy by this file's; -: standard input")
      .meta({ placeholder: "FILE" }),
    clear: z.boolean().default(false).describe("take every rule away"),
    reason: z
      .string()
      .regex(/\S/, "not blank")
      .optional()
      .describe("why; recorded; needed with --set and --clear")
      .meta({ placeholder: "TEXT" }),
  }),
  stops: false,
  async run(inputs, context) {
    const { set = null, clear, reason = null } = inputs;
    const { event, changed } = await policyVerb(await context.project(), context.folder, { set, clear, reason });
    const { policy: now = null, seq = null, at = null, by = null, reason: why = null } = event ?? {};
    const same = !changed && (set !== null || clear) ? "It says the same already; nothing was written.\n" : "";
    return {
      json: { policy: now, seq, at, by, reason: why, changed },
      text: `${same}${policyText(event)}`,
      exit: 0,
    };
  },
});
