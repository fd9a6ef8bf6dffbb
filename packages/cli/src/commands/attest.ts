import { attestVerb } from "@trainyard/backends";
import { z } from "@trainyard/core";
import { command } from "../command.ts";

export const attest = command({
  about: [
    "A Sigstore bundle, a DSSE envelope or an in-toto Statement, as JSON, one of whose subjects is the version's root digest (`trainyard show`): that of OpenSSF model signing over its files.",
    "It is checked that it speaks of these bytes, then it is kept in the store. Its signature is not checked: `gh attestation verify`, `cosign` or `model_signing verify` do that, and Trainyard signs nothing.",
  ].join("\n"),
  examples: [["trainyard attest churn@12 --file bundle.sigstore.json", "what actions/attest or model_signing wrote"]],
  inputs: z.strictObject({
    model: z.string().describe("MODEL@VERSION").meta({ positional: true, placeholder: "MODEL@VERSION" }),
    file: z.string().describe("the attestation; -: standard input").meta({ placeholder: "FILE" }),
  }),
  stops: false,
  async run(inputs, context) {
    const done = await attestVerb(await context.project(), context.folder, inputs);
    const what = `${done.form}, ${done.predicateType}`;
    const text = done.changed
      ? `Attached to ${done.model} v${done.version}: ${what}. Its signature was not checked.`
      : `${done.model} v${done.version} has it already: ${what}.`;
    return { json: done, text, exit: 0 };
  },
});
