import { markdownFence, ResumeInputs, TrainyardError } from "@trainyard/core";
import { action } from "@trainyard/runner-kit";

export const resume = action({
  name: "resume",
  title: "Trainyard resume",
  summary: "Start a workflow run again whose training lost its machine; it goes on from its checkpoint",
  inputs: ResumeInputs,
  outputs: { resumed: "`true` when its failed jobs were started again" },
  permissions: [
    { scope: "actions", access: "write", why: "the failed jobs are started again" },
    { scope: "checks", access: "read", why: "what the runner said when it lost its machine" },
  ],
  async run(inputs, job) {
    const github = await job.github();
    if (github === null)
      throw new TrainyardError("INPUT_MISSING", { input: "github-token", needed: "the job's token" });
    const { resumeRun } = await import("@trainyard/backends/github/runs/resume-run"); // no start needs it before there is a token
    const { resumed, because } = await resumeRun(github.github, { run: inputs.run, atMost: inputs["at-most"] });
    const text = `Run ${inputs.run} was ${resumed ? "started again" : "left alone"}: ${because}.`;
    return { outputs: { resumed: String(resumed) }, summary: `${markdownFence([text])}\n`, text, exit: 0 };
  },
});
