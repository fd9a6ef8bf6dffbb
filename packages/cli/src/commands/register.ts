import { type Project, registerVerb } from "@trainyard/backends";
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
    const project = await context.project();
    const registered = await registerVerb(project, inputs);
    const { version, verdict, runs, exit } = registered;
    const next =
      version === null
        ? ""
        : `\nnext: trainyard deploy ${version.model}@${version.version}${firstEnvironment(version.model, project)}`;
    const text = `${registrationText(registered)}${next}`;
    return { json: version ?? { registered: null, verdict, runs }, text, exit };
  },
});

/** The flag that deploy needs when there are several environments: one that comes after no other. */
function firstEnvironment(model: string, { config }: Project): string {
  const environments = Object.entries(config.models[model]?.deploy ?? {});
  if (environments.length < 2) return "";
  const [name] = environments.find(([, { after }]) => after === undefined) ?? (environments[0] as [string, unknown]);
  return ` --environment ${name}`;
}
