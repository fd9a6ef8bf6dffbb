import { markdownFence, type TrainInputs } from "@trainyard/core";
import type { Job, Outcome } from "@trainyard/runner-kit";

type Outputs =
  | "run"
  | "status"
  | "resumable"
  | "inputs-digest"
  | "root-digest"
  | "bundle"
  | "path"
  | "scores"
  | "reused";

/** `only: predict` with `environment`: nothing is trained, so most outputs are empty. */
export async function scored(inputs: TrainInputs, job: Job): Promise<Outcome<Outputs>> {
  const { scoreInJob } = await import("@trainyard/runner-kit/score-in-job"); // no start needs it before there are inputs
  const { model, status, scores, text, exit } = await scoreInJob(inputs, job);
  const none = {
    run: "",
    resumable: "false",
    "inputs-digest": "",
    "root-digest": "",
    bundle: "",
    path: "",
    reused: "false",
  };
  return {
    outputs: { ...none, status, scores },
    summary: `### ${model}: scores for the drift check\n\n${markdownFence([text])}\n`,
    text,
    exit,
  };
}
