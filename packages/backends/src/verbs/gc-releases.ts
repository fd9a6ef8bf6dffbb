import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collectGarbage, type Garbage, openRegistry, type Progress, TrainyardError } from "@trainyard/core";
import { githubPlace } from "../doctor/github-place.ts";
import { clockFrom } from "../local/clock.ts";
import { systemRandom } from "../local/random.ts";
import { sha256 } from "../local/sha256.ts";

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
  const [{ openGithub }, { githubBranch }, { githubStore }, { registryHomes }] = await Promise.all([
    import("../github/call/github.ts"),
    import("../github/registry/registry-branch.ts"),
    import("../github/store/github-store.ts"),
    import("../github/store/registry-homes.ts"),
  ]);
  const github = openGithub(connection);
  const { owner, name } = connection;
  // Releases are dated by GitHub's clock. This machine's could make all of them old.
  const { headers } = await github.rest("GET /repos/{owner}/{repo}", { owner, repo: name });
  const said = Date.parse(headers.date ?? "");
  if (Number.isNaN(said)) throw new TrainyardError("GITHUB_ANSWER", { what: "GET /repos", problem: "it has no date" });

  const actor = { name: "trainyard", kind: "person" } as const; // writes nothing there
  const clock = clockFrom(environment);
  const state = await mkdtemp(join(tmpdir(), "trainyard-gc-"));
  const { branch } = await githubBranch({ root: folder, github, actor, clock });
  try {
    const registry = openRegistry({ branch, sha256, clock, random: systemRandom(), actor });
    const store = githubStore({ github, state, homes: registryHomes(registry), progress });
    const settings = { models: [], now: said };
    const ports = { registries: [{ branch, sha256 }], store, runs: null };
    if (!prune || (await branch.head()) !== null) return await collectGarbage({ ...settings, prune }, ports);
    const { blobs, young, ...rest } = await collectGarbage({ ...settings, prune: false }, ports);
    if (blobs.length === 0) return { blobs, young, ...rest };
    throw new TrainyardError("GARBAGE_ALL", { repository: `${owner}/${name}`, blobs: blobs.length });
  } finally {
    branch.close();
    await rm(state, { recursive: true, force: true });
  }
}
