import { chooseModel, parseReference, resolve as resolveReference, TrainyardError, z } from "@trainyard/core";
import { command } from "../command.ts";

export const resolve = command({
  about:
    "Prints the version's number and root digest, for scripts. An alias costs the same however many versions there are: its own file and the events it names are read, nothing else. With --repository no clone is needed: an alias is one call to GitHub (the token is read from GITHUB_TOKEN or GH_TOKEN); anything else, or without a token, fetches the branch's newest commit for a moment.",
  examples: [
    ["trainyard resolve churn@production", "churn@12 sha256:9f86d0…"],
    ["trainyard resolve churn@production --json | jq --raw-output .rootDigest", "the digest alone"],
    ["trainyard resolve churn@production --repository octo/churn", "from anywhere, without a clone"],
  ],
  inputs: z.strictObject({
    model: z.string().optional().describe("MODEL@VERSION").meta({ positional: true, placeholder: "MODEL@VERSION" }),
    repository: z
      .string()
      .optional()
      .describe("a repository on GitHub, instead of the one here")
      .meta({ placeholder: "OWNER/NAME" }),
  }),
  stops: false,
  async run(inputs, context) {
    if (inputs.repository !== undefined) {
      if (inputs.model === undefined)
        throw new TrainyardError("INPUT_MISSING", {
          input: "MODEL@VERSION",
          needed: "no config says here which model is meant",
        });
      const { resolveOnGithub } = await import("@trainyard/backends/verbs/resolve-on-github");
      const found = await resolveOnGithub(inputs.model, inputs.repository, context.environment);
      return { json: found, text: `${found.model}@${found.version} ${found.rootDigest}`, exit: 0 };
    }
    const registry = await context.registry();
    const reference = parseReference(inputs.model ?? chooseModel((await context.project()).config, null).model);
    const { model } = reference;
    const { version, rootDigest, registeredAt } = await resolveReference(registry, reference);
    return { json: { model, version, rootDigest, registeredAt }, text: `${model}@${version} ${rootDigest}`, exit: 0 };
  },
});
