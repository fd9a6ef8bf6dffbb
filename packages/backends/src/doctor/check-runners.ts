import { z } from "@trainyard/core";
import { ask, pagesOf } from "../github/call/ask.ts";
import type { Github } from "../github/call/github.ts";
import { isHosted } from "../setup/runner-labels.ts";
import { checkOwnRunners } from "./check-workflows.ts";
import { type Finding, ok, warn } from "./finding.ts";
import { notRead, REPO } from "./look-at-setting.ts";
import type { WorkflowFile } from "./workflow-file.ts";

/** Whether a stranger's pull request could reach machines of one's own, with GitHub's word for whose runs wait for an approval. */
export async function askOwnRunners(github: Github, files: readonly WorkflowFile[], open: boolean): Promise<Finding[]> {
  let approval: string | null = null;
  if (open) {
    const Answer = z.object({ approval_policy: z.string() });
    const route = `GET ${REPO}/actions/permissions/fork-pr-contributor-approval`;
    const answer = await ask(github, route, {}, Answer).catch((error: unknown) => {
      notRead("own-runners", error); // a mistake of ours goes on
      return null;
    });
    approval = answer?.approval_policy ?? null;
  }
  return checkOwnRunners(files, open, approval);
}

/** Whether the labels that jobs name belong to a runner that is online; null where no job names any. */
export async function checkRunners(github: Github, files: readonly WorkflowFile[]): Promise<Finding | null> {
  const id = "runners";
  const wanted = new Map<string, readonly string[]>();
  for (const { jobs } of files)
    for (const { runsOn } of jobs) if (runsOn !== null && !isHosted(runsOn)) wanted.set(runsOn.join(", "), runsOn);
  if (wanted.size === 0) return null;
  const Page = z.object({
    runners: z.array(z.object({ status: z.string(), labels: z.array(z.object({ name: z.string() })) })),
  });
  const known: { online: boolean; labels: ReadonlySet<string> }[] = [];
  for await (const { page } of pagesOf(github, `GET ${REPO}/actions/runners`, {}, Page))
    for (const { status, labels } of page.runners)
      known.push({ online: status === "online", labels: new Set(labels.map((label) => label.name.toLowerCase())) });
  const has = (labels: readonly string[], online: boolean) =>
    known.some((one) => (!online || one.online) && labels.every((label) => one.labels.has(label.toLowerCase())));
  const none = [...wanted].filter(([, labels]) => !has(labels, false)).map(([text]) => `[${text}]`);
  const asleep = [...wanted]
    .filter(([, labels]) => has(labels, false) && !has(labels, true))
    .map(([text]) => `[${text}]`);
  if (none.length > 0)
    return warn(
      id,
      `the repository has no runner ${none.join(", ")}; an organisation's are not seen here`,
      "Register one with these labels, or change runs-on.",
    );
  if (asleep.length > 0)
    return warn(id, `no runner ${asleep.join(", ")} is online`, "Start it; jobs wait for a day at most.");
  return ok(id, `online: ${[...wanted.keys()].map((text) => `[${text}]`).join(", ")}`);
}
