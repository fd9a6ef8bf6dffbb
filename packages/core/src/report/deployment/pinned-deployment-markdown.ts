import type { PinnedDeployment } from "../../deploy/pin-deployment.ts";
import { markdownCode } from "../../escape.ts";

/** What a person is asked to approve, for the summary of the job before the approval. */
export function pinnedDeploymentMarkdown(pinned: PinnedDeployment): string {
  const { rootDigest, live, version } = pinned;
  const now = live === null ? "nothing" : live === version ? "the same version" : `v${live}`;
  return `### ${sentence(pinned, markdownCode)}\n\n| | |\n|---|---|\n| digest | ${markdownCode(rootDigest)} |\n| live now | ${now} |\n`;
}

/** The same for a log: one line. */
export function pinnedDeploymentText(pinned: PinnedDeployment): string {
  return sentence(pinned, (name) => name);
}

function sentence(
  { model, version, environment, rollback }: PinnedDeployment,
  named: (name: string) => string,
): string {
  const what = named(`${model}@${version}`);
  return rollback ? `Take ${named(environment)} back to ${what}` : `Put ${what} live in ${named(environment)}`;
}
