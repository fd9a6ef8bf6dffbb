import { initVerb, lookAround, plainBranch } from "@trainyard/backends/verbs/init";
import { TrainyardError } from "@trainyard/core";
import { command } from "../command.ts";
import { askFor } from "../init/ask-for.ts";
import { checkedInit, InitInputs } from "../init/inputs.ts";

export const init = command({
  about: [
    "Looks at the folder, writes trainyard.yaml with what it finds, and trainyard.schema.json beside it, so that editors complete and check the config.",
    "With --workflows also the workflows, their placeholders filled in; where a config is there already, those alone. On a terminal it asks for what it cannot see.",
    "In a git repository it adds what trainings write to .gitignore. It overwrites nothing: where one file is in the way, none is written. The lines to think about are the gates: they say what a better model is.",
  ].join("\n"),
  examples: [
    ["trainyard init churn --run 'python train.py' --output model.pkl", "a model named churn"],
    ["trainyard init", "asks on a terminal, else takes what it finds; edit the file afterwards"],
    ["trainyard init --workflows --runner self-hosted,gpu", "the workflows too, trained on your machine"],
  ],
  inputs: InitInputs,
  stops: false,
  async run(given, { folder, terminal }) {
    const found = await lookAround(folder);
    const wantsWorkflows = given.workflows || given.workflow.length > 0;
    const aboutConfig = [given.model, given.task, given.run, ...given.data, ...given.output];
    const keepsConfig = found.configIsThere && wantsWorkflows && aboutConfig.every((one) => one === undefined);
    if (found.configIsThere && !keepsConfig) throw new TrainyardError("FILE_EXISTS", { path: "trainyard.yaml" });
    checkedInit(given); // what was given is told before anything is asked
    const ask = given.yes || !terminal.interactive ? null : (question: string) => terminal.ask(question);
    const inputs = ask === null ? given : await askFor(ask, given, found, keepsConfig);
    const { model, fill, workflows } = checkedInit(inputs);
    const done = await initVerb(folder, {
      config: keepsConfig
        ? null
        : {
            model: model ?? found.name,
            task: inputs.task ?? "binary",
            run: inputs.run ?? found.run,
            params: found.params,
            data: inputs.data.length > 0 ? inputs.data : found.data,
            outputs: inputs.output.length > 0 ? inputs.output : ["model.onnx"],
            predict: found.predict,
            evaluateData: found.evaluateData,
          },
      workflows,
      fill: {
        ...fill,
        branch: fill.branch ?? (workflows.length === 0 ? "main" : plainBranch(found.branch)),
        setUp: found.setUp,
      },
    });
    const names = done.files;
    const wrote = names.length === 1 ? `${names[0]}` : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
    return {
      json: { model: keepsConfig ? null : (model ?? found.name), files: names, toChoose: done.toChoose },
      text: [
        `Wrote ${wrote}.`,
        `Next: read the lines marked with "←", commit, then: ${workflows.length === 0 ? "trainyard train" : "trainyard doctor, which says what is still missing"}`,
        ...(workflows.length > 0 ? UNRELEASED : []),
        ...(workflows.length > 0 && inputs.public !== false ? PUBLIC : []),
      ].join("\n"),
      exit: 0,
    };
  },
});

/** Until there is a first release; then this goes away. */
const UNRELEASED = [
  'There is no release v1 yet, which the workflows use: docs/github.md, "Before the first release", says what to write in its place.',
];

const PUBLIC = [
  "In a public repository anybody's pull request can start a job. Before you connect a runner of your own: Settings → Actions → General →",
  '"Require approval for all external contributors". A fork trains on GitHub\'s machine until you say otherwise.',
];
