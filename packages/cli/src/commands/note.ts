import { noteVerb } from "@trainyard/backends";
import { z } from "@trainyard/core";
import { command } from "../command.ts";

export const note = command({
  about: "About a model, or with @ about one version of it; `trainyard history` shows it, with who and when.",
  examples: [["trainyard note churn@12 'customer A asked for this one'", "for whoever looks later"]],
  inputs: z.strictObject({
    model: z.string().describe("MODEL, or MODEL@VERSION").meta({ positional: true, placeholder: "MODEL[@VERSION]" }),
    text: z.string().regex(/\S/, "not blank").describe("what to say").meta({ positional: true, placeholder: "TEXT" }),
  }),
  stops: false,
  async run(inputs, context) {
    const done = await noteVerb(await context.project(), inputs);
    const about = done.version === null ? done.model : `${done.model} v${done.version}`;
    return { json: done, text: `Noted on ${about} (event ${done.seq}).`, exit: 0 };
  },
});
