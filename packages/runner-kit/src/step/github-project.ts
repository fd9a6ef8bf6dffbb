import type { Project, ProjectOptions } from "@trainyard/backends";
import { folderStore } from "@trainyard/backends";
import { githubBranch } from "@trainyard/backends/github/registry/registry-branch";
import { githubAncestry } from "@trainyard/backends/github/runs/ancestry";
import { githubStore } from "@trainyard/backends/github/store/github-store";
import { registryHomes } from "@trainyard/backends/github/store/registry-homes";
import type { Actor } from "@trainyard/core";
import { z } from "@trainyard/core";
import type { GithubJob } from "./github-job.ts";

/** Milliseconds that a head of the registry counts as the newest while one step reads. */
const FRESH = 10_000;

/** Opens a project with its registry on a branch of the repository and its bytes in releases, or in the folder that `store:` names. */
export function githubOptions(job: GithubJob): Pick<ProjectOptions, "branch" | "store" | "actor"> {
  const { github, storeFolder } = job;
  const actor: Actor = { name: job.actor, kind: "workflow", url: job.url };
  return {
    actor,
    branch: ({ root, clock, note }) => githubBranch({ root, github, actor, clock, note, freshFor: FRESH }),
    store: ({ state, registry }) =>
      storeFolder === null ? githubStore({ github, state, homes: registryHomes(registry) }) : folderStore(storeFolder),
  };
}

const BaseEvent = z.union([
  z
    .object({ pull_request: z.object({ base: z.object({ ref: z.string() }) }) })
    .transform((event) => event.pull_request.base.ref),
  z
    .object({ merge_group: z.object({ base_ref: z.string() }) })
    .transform((event) => event.merge_group.base_ref.replace(/^refs\/heads\//, "")),
  z
    .object({ repository: z.object({ default_branch: z.string() }) })
    .transform((event) => event.repository.default_branch),
]);

/** The project, where the merge base is asked of GitHub: what a commit is to be merged into, and what led to that. */
export function withBase(project: Project, { github, event }: GithubJob, named: string | null = null): Project {
  const base = named ?? BaseEvent.safeParse(event.payload).data ?? null;
  if (base === null) return project;
  const source = { ...project.backend.source, ...githubAncestry(github, base) };
  return { ...project, backend: { ...project.backend, source } };
}

const PullEvent = z.object({ pull_request: z.object({ head: z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/) }) }) });

/** The project, where the commit that is recorded as head is the pull request's own: the merge commit that is checked out vanishes. */
export function withHead(project: Project, { event }: GithubJob): Project {
  const pull = PullEvent.safeParse(event.payload);
  if (!event.name.startsWith("pull_request") || !pull.success) return project;
  const { source } = project.backend;
  const headCommit = pull.data.pull_request.head.sha;
  const identity = async () => ({ ...(await source.identity()), headCommit });
  return { ...project, backend: { ...project.backend, source: { ...source, identity } } };
}
