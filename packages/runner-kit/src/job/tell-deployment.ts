import type { Project } from "@trainyard/backends";
import { confirmLive, type DeploymentFacts, recordDeployment } from "@trainyard/backends/github/show/deployment";
import { type Deployed, deployVerb } from "@trainyard/backends/verbs/deploy";
import { type DeployInputs, type Deployment, type DeploymentBegun, deploymentText, visibleText } from "@trainyard/core";
import type { GithubJob } from "../step/github-job.ts";

/** Told on GitHub; its id is null where the answer stayed away. */
interface Begun {
  readonly facts: DeploymentFacts;
  readonly id: number | null;
}

/**
 * Deploys, and says so on GitHub: that it begins before anything changes, and how it ended, a refusal on the way included. A job that is killed in
 * between leaves a deployment "in progress", which its own re-run ends as it should be and any later one as cut off.
 */
export async function deployAndTell(project: Project, inputs: DeployInputs, job: GithubJob): Promise<Deployed> {
  const { github, url: logUrl } = job;
  let begun: Begun | null = null;
  const begins = async (going: DeploymentBegun) => {
    const facts = factsOf(going, inputs, job);
    begun = { facts, id: null };
    const description = `putting ${going.model} v${going.version} live`;
    begun = { facts, id: await recordDeployment(github, facts, { state: "in_progress", description, logUrl }) };
  };
  const deployed = await deployVerb(project, inputs, begins).catch(async (error: unknown) => {
    const description = visibleText(error instanceof Error ? error.message : String(error));
    if (begun !== null)
      await recordDeployment(github, begun.facts, { state: "failure", description, logUrl }, begun.id).catch(() => {}); // why it failed is said by the step
    throw error;
  });
  if (deployed.deployment !== null) await tellEnd(deployed.deployment, begun, inputs, job);
  return deployed;
}

async function tellEnd(
  deployment: Deployment,
  begun: Begun | null,
  inputs: DeployInputs,
  job: GithubJob,
): Promise<void> {
  const { facts, id } = begun ?? { facts: factsOf(deployment, inputs, job), id: null };
  const said = { description: deploymentText(deployment), logUrl: job.url };
  if (deployment.outcome !== "live") await recordDeployment(job.github, facts, { state: "failure", ...said }, id);
  else if (begun !== null) await recordDeployment(job.github, facts, { state: "success", ...said }, id);
  else await confirmLive(job.github, facts, { state: "success", ...said });
}

/** The operation is the same in every attempt of a run, so that a re-run goes on with its deployment. */
function factsOf(
  { model, version, rootDigest: digest, environment }: DeploymentBegun,
  { rollback, reason }: DeployInputs,
  { runId, event }: GithubJob,
): DeploymentFacts {
  const operation = `run ${runId}: ${model} v${version} to ${environment}`;
  return { model, version, digest, environment, ref: event.sha, operation, rollback: rollback ? (reason ?? "") : null };
}
