import { TrainyardError } from "@trainyard/core";

/**
 * Uploads a folder as one workflow artifact. @actions/artifact costs 100 ms of start-up, so only who uploads loads it.
 *
 * @param files Absolute paths below `folder`.
 * @returns The artifact's id and its digest as the service computed it.
 * @throws NOT_SUPPORTED outside a job, and on GitHub Enterprise Server, which has no artifacts of this version
 */
export async function uploadArtifact(
  name: string,
  folder: string,
  files: readonly string[],
  { retentionDays }: { retentionDays?: number } = {},
): Promise<{ id: number; digest: string | null }> {
  const { DefaultArtifactClient, GHESNotSupportedError } = await import("@actions/artifact");
  if (!process.env.ACTIONS_RUNTIME_TOKEN)
    throw new TrainyardError("NOT_SUPPORTED", { what: "Uploading an artifact", where: "outside a GitHub Actions job" });
  try {
    const uploaded = await new DefaultArtifactClient().uploadArtifact(
      name,
      [...files],
      folder,
      retentionDays === undefined ? {} : { retentionDays },
    );
    return { id: uploaded.id ?? 0, digest: uploaded.digest === undefined ? null : `sha256:${uploaded.digest}` };
  } catch (cause) {
    if (cause instanceof GHESNotSupportedError)
      throw new TrainyardError(
        "NOT_SUPPORTED",
        { what: "Uploading an artifact", where: "on GitHub Enterprise Server" },
        { cause },
      );
    throw cause;
  }
}
