import type { GithubConnection } from "@trainyard/backends/github/call/connection";
import { githubRefusal } from "@trainyard/backends/github/call/refusal";
import { TrainyardError } from "@trainyard/core";
import { endingBrokenAnswers } from "./end-broken-answers.ts";

/**
 * Uploads a folder as one workflow artifact, instead of one of that name that this run has already. @actions/artifact costs 100 ms of start-up, so
 * only who needs it loads it.
 *
 * @param files Absolute paths below `folder`.
 * @returns The artifact's id and its digest as the service computed it.
 * @throws NOT_SUPPORTED outside a job; ARTIFACTS_UNAVAILABLE
 */
export async function uploadArtifact(
  name: string,
  folder: string,
  files: readonly string[],
  { retentionDays }: { retentionDays?: number } = {},
): Promise<{ id: number; digest: string | null }> {
  const { DefaultArtifactClient } = await import("@actions/artifact");
  if (!process.env.ACTIONS_RUNTIME_TOKEN)
    throw new TrainyardError("NOT_SUPPORTED", { what: "Uploading an artifact", where: "outside a GitHub Actions job" });
  const client = new DefaultArtifactClient();
  try {
    const uploaded = await endingBrokenAnswers(async () => {
      const there = (await client.listArtifacts({ latest: true })).artifacts.some((artifact) => artifact.name === name);
      if (there) await client.deleteArtifact(name); // what an earlier step of this run handed on
      const kept = retentionDays === undefined ? {} : { retentionDays };
      return client.uploadArtifact(name, [...files], folder, kept);
    });
    return { id: uploaded.id ?? 0, digest: uploaded.digest === undefined ? null : `sha256:${uploaded.digest}` };
  } catch (cause) {
    return refuse("Handing on a run as an artifact", cause);
  }
}

/**
 * Downloads an artifact as the archive it is, nothing extracted, into an empty folder.
 * @throws DIGEST_MISMATCH, which the library only returns as a flag; BUNDLE_GONE, GITHUB_FORBIDDEN, ARTIFACTS_UNAVAILABLE
 */
export async function downloadArtifact(
  id: number,
  digest: string,
  folder: string,
  connection: GithubConnection,
): Promise<void> {
  const { owner, name, token } = connection;
  const { DefaultArtifactClient } = await import("@actions/artifact");
  const options = {
    path: folder,
    expectedHash: digest,
    skipDecompress: true,
    findBy: { token, workflowRunId: 0, repositoryOwner: owner, repositoryName: name }, // by id: of no run in particular
  };
  const { digestMismatch } = await new DefaultArtifactClient().downloadArtifact(id, options).catch((cause: unknown) => {
    const status = (cause as { status?: number }).status;
    if (status === 404 || status === 410)
      throw new TrainyardError(
        "BUNDLE_GONE",
        { what: `artifact ${id}`, reason: "it expired, or never was" },
        { cause },
      );
    if (status !== undefined) {
      const url = `/repos/${owner}/${name}/actions/artifacts/${id}/zip`;
      throw githubRefusal(cause, { method: "GET", url }, connection);
    }
    return refuse("Taking over a run from an artifact", cause);
  });
  if (digestMismatch === true)
    throw new TrainyardError("DIGEST_MISMATCH", { what: `artifact ${id}`, expected: digest, got: "another" });
}

function refuse(what: string, cause: unknown): never {
  const { name, message } = cause as Error;
  if (name === "GHESNotSupportedError") throw new TrainyardError("ARTIFACTS_UNAVAILABLE", { what }, { cause });
  throw new TrainyardError("SERVICE_UNREACHABLE", { service: "GitHub's artifacts", problem: message }, { cause });
}
