import { withdrawVerb } from "@trainyard/backends";
import { z } from "@trainyard/core";
import { command } from "../command.ts";

export const withdraw = command({
  about:
    "For good: it is not taken back. The version stays in the history with the reason; nothing can be deployed from it and no alias may point at it. A version that is live is not withdrawn: roll back first.",
  examples: [["trainyard withdraw churn@7 --reason 'trained on leaked labels'", "take v7 out of use"]],
  inputs: z.strictObject({
    model: z.string().describe("MODEL@VERSION").meta({ positional: true, placeholder: "MODEL@VERSION" }),
    reason: z.string().regex(/\S/, "not blank").describe("why; recorded").meta({ placeholder: "TEXT" }),
  }),
  stops: false,
  async run(inputs, context) {
    const done = await withdrawVerb(await context.project(), inputs);
    return {
      json: done,
      text: `${done.model} v${done.version} withdrawn.${done.aliases.length === 0 ? "" : ` Taken away: ${done.aliases.join(", ")}.`}`,
      exit: 0,
    };
  },
});
