import { type EndedJob, interruptedJobs, z } from "@trainyard/core";
import { ask, pagesOf, tell } from "../call/ask.ts";
import type { Github } from "../call/github.ts";

const Run = z.object({ status: z.string().nullable(), conclusion: z.string().nullable(), run_attempt: z.int() });
const Jobs = z.object({
  jobs: z.array(z.object({ id: z.int(), name: z.string(), conclusion: z.string().nullable() })),
});
const Annotations = z.array(z.object({ title: z.string().nullable(), message: z.string().nullable() }));

/** Whether a workflow run was started again, and why or why not. */
export interface Resumed {
  readonly resumed: boolean;
  readonly because: string;
}

/**
 * Starts the failed jobs of a workflow run again, when it failed because a machine was taken away. What a person cancelled stays cancelled, and a run
 * that is under way again, by somebody else or by this very request before its answer was lost, is left alone.
 */
export async function resumeRun(github: Github, { run, atMost }: { run: number; atMost: number }): Promise<Resumed> {
  const place = { run_id: run };
  const found = await ask(github, "GET /repos/{owner}/{repo}/actions/runs/{run_id}", place, Run);
  if (found.status !== "completed") return left(`it is ${found.status ?? "not over"}`);
  if (found.conclusion !== "failure") return left(`it ended with ${found.conclusion ?? "nothing"}`);
  if (found.run_attempt >= atMost) return left(`it was tried ${found.run_attempt} times`);
  const names = interruptedJobs(await endedJobs(github, run));
  if (names.length === 0) return left("none of its jobs lost its machine");
  await tell(github, "POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs", place);
  return { resumed: true, because: `${names.join(", ")}: the machine was taken away` };
}

const left = (because: string): Resumed => ({ resumed: false, because });

async function endedJobs(github: Github, run: number): Promise<EndedJob[]> {
  const route = "GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs";
  const ended: EndedJob[] = [];
  for await (const { page } of pagesOf(github, route, { run_id: run, filter: "latest" }, Jobs)) {
    for (const { id, name, conclusion } of page.jobs)
      ended.push({ name, conclusion, said: conclusion === "failure" ? await annotationsOf(github, id) : [] });
    if (page.jobs.length < 100) break;
  }
  return ended;
}

/** A job is a check run with the same id; a runner leaves ten annotations of a level in a step. */
async function annotationsOf(github: Github, job: number): Promise<string[]> {
  const route = "GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations";
  const found = await ask(github, route, { check_run_id: job, per_page: 100 }, Annotations);
  return found.map(({ title, message }) => `${title ?? ""}\n${message ?? ""}`);
}
