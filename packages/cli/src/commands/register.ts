import { registerVerb } from "@trainyard/backends";
import { RegisterInputs } from "@trainyard/core";
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
    const { version, unchanged, verdict, runs, exit } = await registerVerb(await context.project(), inputs);
    const judged = runs.map(
      (run) => `  run ${run.run}: ${run.verdict}${run.reason === null ? "" : ` (${run.reason})`}`,
    );
    const text =
      version === null
        ? [`Not registered: the verdict is ${verdict}. The evaluation is recorded.`, ...judged]
        : [
            `${version.model} v${version.version}${unchanged ? " has these bytes already: nothing was added." : " registered."}`,
            ...(runs.length > 1 ? judged : []),
            `next: trainyard deploy ${version.model}@${version.version}`,
          ];
    return { json: version ?? { registered: null, verdict, runs }, text: text.join("\n"), exit };
  },
});
