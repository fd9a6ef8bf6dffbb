import { chooseModel, parseReference, resolve as resolveReference, z } from "@trainyard/core";
import { command } from "../command.ts";

export const resolve = command({
  about:
    "Prints the version's number and root digest, for scripts. An alias costs the same however many versions there are: its own file and the events it names are read, nothing else.",
  examples: [
    ["trainyard resolve churn@production", "churn@12 sha256:9f86d0…"],
    ["trainyard resolve churn@production --json | jq --raw-output .rootDigest", "the digest alone"],
  ],
  inputs: z.strictObject({
    model: z.string().optional().describe("MODEL@VERSION").meta({ positional: true, placeholder: "MODEL@VERSION" }),
  }),
  stops: false,
  async run(inputs, context) {
    const registry = await context.registry();
    const reference = parseReference(inputs.model ?? chooseModel((await context.project()).config, null).model);
    const { model } = reference;
    const { version, rootDigest, registeredAt } = await resolveReference(registry, reference);
    return { json: { model, version, rootDigest, registeredAt }, text: `${model}@${version} ${rootDigest}`, exit: 0 };
  },
});
