import type { getOctokit } from "@actions/github";

/** A client of the job's GitHub: github.com, a data-residency host or a server of one's own, by GITHUB_API_URL. */
export async function githubClient(token: string): Promise<ReturnType<typeof getOctokit>> {
  const github = await import("@actions/github");
  return github.getOctokit(token);
}
