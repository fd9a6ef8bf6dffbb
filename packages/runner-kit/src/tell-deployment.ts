import { recordDeployment } from "@trainyard/backends/github/deployment";
import { type Deployment, deploymentText } from "@trainyard/core";
import type { GithubJob } from "./github-job.ts";

/** Says on GitHub what a deployment came to; the registry knows already. */
export async function tellDeployment(
  deployment: Deployment,
  { github, event, runId, attempt, url }: GithubJob,
): Promise<void> {
  const { model, version, environment, rootDigest: digest, outcome, rollback, reason } = deployment;
  await recordDeployment(
    github,
    {
      model,
      version,
      digest,
      environment,
      ref: event.sha,
      operation: `run ${runId}.${attempt}: ${model} v${version} to ${environment}`,
      rollback: rollback ? (reason ?? "") : null,
    },
    {
      state: outcome === "live" ? "success" : "failure",
      description: deploymentText(deployment),
      logUrl: url,
    },
  );
}
