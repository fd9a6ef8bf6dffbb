import { collectGarbage, type Garbage, type Progress, TrainyardError } from "@trainyard/core";
import { githubPlace } from "../doctor/github-place.ts";
import { sha256 } from "../local/sha256.ts";
import { openReleases } from "./open-releases.ts";

/**
 * `gc --releases`: which releases of a repository on GitHub belong to nothing, by its own registry; with `prune`, takes them away. What it reads lies
 * in a folder of its own: the store of a clone may hold what a registry of that clone alone names.
 * @throws INPUT_MISSING, INPUT_INVALID; GARBAGE_ALL, GARBAGE_UNSURE, GC_BUSY; GITHUB_FORBIDDEN, GITHUB_LIMIT, SERVICE_UNREACHABLE
 */
export async function gcReleasesVerb(
  folder: string,
  { prune, repository }: { readonly prune: boolean; readonly repository?: string | undefined },
  {
    environment,
    progress,
  }: { readonly environment: Readonly<Record<string, string | undefined>>; readonly progress: Progress },
): Promise<Garbage> {
  const connection = await githubPlace(folder, repository, environment);
  const needed = "the releases of a repository on GitHub are looked through";
  if (connection === null) throw new TrainyardError("INPUT_MISSING", { input: "--repository", needed });
  if (connection.token === "") throw new TrainyardError("INPUT_MISSING", { input: "GITHUB_TOKEN", needed });
  await using releases = await openReleases(connection, folder, { environment, progress });
  const { github, branch, store } = releases;
  const { owner, name } = connection;
  // Releases are dated by GitHub's clock. This machine's could make all of them old.
  const { headers } = await github.rest("GET /repos/{owner}/{repo}", { owner, repo: name });
  const said = Date.parse(headers.date ?? "");
  if (Number.isNaN(said)) throw new TrainyardError("GITHUB_ANSWER", { what: "GET /repos", problem: "it has no date" });

  const settings = { models: [], now: said };
  const ports = { registries: [{ branch, sha256 }], store, runs: null };
  if (!prune || (await branch.head()) !== null) return await collectGarbage({ ...settings, prune }, ports);
  const { blobs, young, ...rest } = await collectGarbage({ ...settings, prune: false }, ports);
  if (blobs.length === 0) return { blobs, young, ...rest };
  throw new TrainyardError("GARBAGE_ALL", { repository: `${owner}/${name}`, blobs: blobs.length });
}
