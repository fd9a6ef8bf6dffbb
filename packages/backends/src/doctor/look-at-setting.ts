import { RequestError } from "@octokit/request-error";
import { isRefusal } from "@trainyard/core";
import { type Finding, unknown } from "./finding.ts";

/** How every route of the repository's settings begins. */
export const REPO = "/repos/{owner}/{repo}";

/** What could not be looked at is unknown, never fine. */
export async function looked(id: string, look: () => Promise<Finding | null>): Promise<Finding | null> {
  try {
    return await look();
  } catch (error) {
    return notRead(id, error);
  }
}

export function notRead(id: string, error: unknown): Finding {
  if (isRefusal(error)) {
    const forbidden = error.code === "GITHUB_FORBIDDEN";
    return unknown(
      id,
      error.message,
      forbidden ? "Give a token that may read it: the repository's administration, for most of them." : error.hint,
    );
  }
  if (error instanceof RequestError)
    return unknown(id, `GitHub answered ${error.status}`, "Look at it in the repository's settings.");
  throw error;
}
