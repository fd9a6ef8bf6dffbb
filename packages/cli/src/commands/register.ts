import { registerVerb } from "@trainyard/backends";
import { RegisterInputs, registrationText } from "@trainyard/core";
import { command } from "../command.ts";

export const register = command({
  about:
    "Records the evaluation, whatever its verdict, then gives the run the model's next version number; the same bytes are registered once.\nA failed verdict exits 1, an inconclusive one 3. --override with a reason registers all the same, and both are recorded.",
  examples: [
    ["trainyard register", "the newest run"],
    ["trainyard register --run 7f3a --run 9c21", "of two candidates the better one that passed"],
  ],
  inputs: RegisterInputs,
  stops: false,
  async run(inputs, context) {
    const registered = await registerVerb(await context.project(), inputs);
    const { version, verdict, runs, exit } = registered;
    const next = version === null ? "" : `\nnext: trainyard deploy ${version.model}@${version.version}`;
    const text = `${registrationText(registered)}${next}`;
    return { json: version ?? { registered: null, verdict, runs }, text, exit };
  },
});
