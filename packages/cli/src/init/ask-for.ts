import { plainBranch, runnerLabels, type Surroundings } from "@trainyard/backends/verbs/init";
import { isRefusal, ModelName, Task, TrainyardError, visibleLines, type z } from "@trainyard/core";
import type { InitInputs } from "./inputs.ts";

/** Puts a question and gives the answer; null when nobody will answer any more. */
export type Ask = (question: string) => Promise<string | null>;

/** How often one question is put again after an answer that cannot be taken. */
const TRIES = 3;

/**
 * Asks for what no flag said and the folder does not show. An empty answer takes what stands in brackets.
 * @param onlyWorkflows The config is there: nothing is asked about it.
 * @throws INPUT_INVALID after three answers that cannot be taken
 */
export async function askFor(
  ask: Ask,
  given: InitInputs,
  found: Surroundings,
  onlyWorkflows: boolean,
): Promise<InitInputs> {
  const answers: InitInputs = { ...given };
  if (!onlyWorkflows) {
    answers.model ??= await answer(ask, "Name of the model", found.name, read(ModelName, "MODEL"));
    answers.task ??= await answer(
      ask,
      `What it predicts (${Task.options.join(", ")})`,
      "binary",
      read(Task, "--task", `one of ${Task.options.join(", ")}`),
    );
    answers.run ??= await answer(ask, "The training command", found.run, (text) => text);
    if (answers.data.length === 0)
      answers.data = await answer(ask, "Training data, paths with spaces between", found.data.join(" "), words);
    if (answers.output.length === 0)
      answers.output = await answer(ask, "Files the training writes, with spaces between", "model.onnx", words);
  }
  if (!answers.workflows && answers.workflow.length === 0)
    answers.workflows = await answer(
      ask,
      "Write workflows for GitHub Actions (y, n)",
      found.onGithub ? "y" : "n",
      yesOrNo,
    );
  if (!answers.workflows && answers.workflow.length === 0) return answers;
  answers.branch ??= await answer(ask, "The branch that pull requests are merged into", found.branch, plainBranch);
  answers.runner ??= await answer(ask, "Labels of the runner that trains", "self-hosted,gpu", (text) =>
    labels("--runner", text),
  );
  answers["deploy-runner"] ??= await answer(
    ask,
    "Labels of the runner that deploys; never one that trains",
    "self-hosted,serving",
    (text) => labels("--deploy-runner", text),
  );
  answers.public ??= await answer(
    ask,
    "May strangers open pull requests, as in a public repository (y, n)",
    "y",
    yesOrNo,
  );
  return answers;
}

async function answer<T>(ask: Ask, question: string, otherwise: string, read: (text: string) => T): Promise<T> {
  let before = "";
  for (let tries = 1; ; tries++) {
    const text = (await ask(`${before}${question}${otherwise === "" ? "" : ` [${otherwise}]`}: `))?.trim();
    try {
      return read(text === undefined || text === "" ? otherwise : text);
    } catch (error) {
      if (!isRefusal(error) || text === undefined || tries === TRIES) throw error;
      before = `${visibleLines(error.message)}\n`;
    }
  }
}

const words = (text: string) => text.split(/\s+/).filter((word) => word !== "");

const labels = (input: string, text: string) => runnerLabels(input, text).join(",");

/** @throws INPUT_INVALID */
function yesOrNo(text: string): boolean {
  if (/^y(?:es)?$/i.test(text)) return true;
  if (/^no?$/i.test(text)) return false;
  throw new TrainyardError("INPUT_INVALID", { input: "The answer", expected: "y or n", got: JSON.stringify(text) });
}

/** @throws INPUT_INVALID */
function read<S extends z.ZodType>(schema: S, input: string, wanted?: string): (text: string) => z.output<S> {
  return (text) => {
    const result = schema.safeParse(text);
    if (result.success) return result.data;
    const expected = wanted ?? result.error.issues[0]?.message ?? "another value";
    throw new TrainyardError("INPUT_INVALID", { input, expected, got: JSON.stringify(text) });
  };
}
