import { ask } from "@trainyard/backends/github/call/ask";
import { orNone } from "@trainyard/backends/github/call/or-none";
import { pinVerb } from "@trainyard/backends/verbs/deploy";
import {
  type AskedInComment,
  askedInComment,
  type PinnedDeployment,
  type PlanInputs,
  TrainyardError,
  z,
} from "@trainyard/core";
import type { Job } from "../step/action.ts";
import type { GithubJob } from "../step/github-job.ts";

/** The version that was asked for, and the reason a comment gives. */
export interface AskedDeployment extends PinnedDeployment {
  readonly reason: string;
}

type Asked = Pick<PlanInputs, "comment" | "model" | "environment" | "rollback">;

/**
 * What a comment or a person's inputs ask for, as one version: it is what the approval is asked for and what is deployed, whatever is registered in
 * between. The text is the event's: who edits the comment afterwards changes nothing.
 * @throws COMMENT_REFUSED, EVENT_INVALID, INPUT_INVALID, INPUT_MISSING, and what a deployment refuses before it touches anything
 */
export async function askedDeployment(inputs: Asked, job: Job): Promise<AskedDeployment> {
  const { comment, environment } = inputs;
  let asked: AskedInComment = { model: inputs.model ?? "", rollback: inputs.rollback, reason: "" };
  if (comment !== undefined) {
    if (inputs.model !== undefined || inputs.rollback)
      throw new TrainyardError("INPUT_INVALID", {
        input: "comment",
        expected: "given without model and rollback",
        got: "given with one of them",
      });
    asked = askedInComment(comment);
    const github = await job.github();
    if (github === null)
      throw new TrainyardError("INPUT_MISSING", {
        input: "github-token",
        needed: "to ask what its author may do here",
      });
    await refuseComment(github);
  }
  const { model, rollback, reason } = asked;
  const wanted = { model: model === "" ? undefined : model, environment, rollback };
  return { ...(await pinVerb(await job.project(), wanted)), reason };
}

const Commented = z.object({
  comment: z.object({ user: z.object({ login: z.string().min(1) }) }),
  issue: z.object({
    state: z.string(),
    pull_request: z.object({ merged_at: z.string().nullish() }).nullish(),
  }),
});
const Permission = z.object({ permission: z.string() });

/**
 * GitHub calls everybody in the organisation a member, and everybody invited a collaborator, those who may only read as well: it is asked what the
 * author may do now.
 * @throws COMMENT_REFUSED, EVENT_INVALID
 */
async function refuseComment({ github, event }: GithubJob): Promise<void> {
  const parsed = Commented.safeParse(event.payload);
  if (!parsed.success)
    throw new TrainyardError("EVENT_INVALID", {
      event: event.name,
      problem: z.prettifyError(parsed.error).slice(0, 300),
    });
  const { comment, issue } = parsed.data;
  const { login } = comment.user;
  const refuse = (problem: string) => new TrainyardError("COMMENT_REFUSED", { login, problem });
  if (issue.pull_request == null) throw refuse("it is on an issue");
  if (issue.state !== "open" && issue.pull_request.merged_at == null)
    throw refuse("its pull request was closed without being merged");
  const route = "GET /repos/{owner}/{repo}/collaborators/{username}/permission";
  const { permission } = (await orNone(ask(github, route, { username: login }, Permission))) ?? { permission: "no" };
  if (permission !== "admin" && permission !== "write")
    throw refuse(`GitHub says that they have ${permission === "none" ? "no" : permission} access`);
}
