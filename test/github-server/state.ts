/** What the server knows beyond git: plain values for tests to look at, in the order they were made. Times are ISO 8601, UTC. */
export interface State {
  readonly releases: Release[];
  readonly comments: Comment[];
  readonly issues: Issue[];
  readonly pulls: PullRequest[];
  readonly checkRuns: CheckRun[];
  readonly statuses: CommitStatus[];
  readonly deployments: Deployment[];
  readonly environments: Environment[];
  readonly runs: WorkflowRun[];
  readonly jobs: Job[];
  readonly workflows: Workflow[];
  readonly artifacts: Artifact[];
  readonly caches: CacheEntry[];
  readonly dispatches: Dispatch[];
  readonly labels: Label[];
  readonly reactions: { readonly comment: number; readonly content: string; readonly login: string }[];
  /** Role of a person, by login; anybody else has `none`. */
  readonly collaborators: Map<string, "admin" | "maintain" | "write" | "triage" | "read">;
  /** Tags of immutable releases that were deleted: no release may use them again. */
  readonly burntTags: Set<string>;
  /** Branches whose rules forbid deletion and anything but a fast-forward. */
  readonly protectedBranches: Set<string>;
  /** Commits that GitHub itself made, and so signed. */
  readonly signed: Set<string>;
  immutableReleases: boolean;
  /** Whether anybody may see the repository. */
  open: boolean;
  /** Whose pull requests' runs wait for an approval. */
  approvalPolicy: "first_time_contributors_new_to_github" | "first_time_contributors" | "all_external_contributors";
  /** Machines of the repository's own. */
  readonly runners: { readonly name: string; readonly labels: readonly string[]; readonly online: boolean }[];
}

export interface Release {
  readonly id: number;
  tag: string;
  target: string;
  name: string;
  body: string;
  draft: boolean;
  prerelease: boolean;
  immutable: boolean;
  latest: boolean;
  readonly author: string;
  readonly createdAt: string;
  publishedAt: string | null;
  readonly assets: Asset[];
}

export interface Asset {
  readonly id: number;
  name: string;
  label: string;
  readonly contentType: string;
  state: "starter" | "uploaded";
  readonly size: number;
  /** `sha256:…` of what was stored; null for a `starter`, and for what was uploaded before GitHub counted them. */
  digest: string | null;
  readonly file: string;
  readonly uploader: string;
  readonly createdAt: string;
  downloads: number;
}

export interface Comment {
  readonly id: number;
  /** Number of the issue or pull request. */
  readonly issue: number;
  readonly login: string;
  body: string;
  readonly createdAt: string;
  updatedAt: string;
}

export interface Issue {
  readonly id: number;
  readonly number: number;
  title: string;
  body: string;
  state: "open" | "closed";
  stateReason: string | null;
  labels: string[];
  assignees: string[];
  readonly login: string;
  readonly createdAt: string;
  updatedAt: string;
  closedAt: string | null;
}

export interface Label {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string;
}

export interface PullRequest {
  readonly id: number;
  readonly number: number;
  title: string;
  body: string;
  state: "open" | "closed";
  merged: boolean;
  /** The commit it became on its base; null while it is open. */
  mergeCommitSha: string | null;
  draft: boolean;
  labels: string[];
  readonly login: string;
  readonly head: { readonly owner: string; readonly repository: string; readonly ref: string; sha: string };
  readonly base: { readonly ref: string; sha: string };
  readonly createdAt: string;
  updatedAt: string;
}

export interface CheckRun {
  readonly id: number;
  name: string;
  readonly headSha: string;
  status: string;
  conclusion: string | null;
  detailsUrl: string | null;
  externalId: string;
  startedAt: string;
  completedAt: string | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  readonly annotations: Record<string, unknown>[];
  readonly app: string;
}

export interface CommitStatus {
  readonly id: number;
  readonly sha: string;
  readonly state: string;
  readonly context: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
}

export interface Deployment {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly description: string | null;
  readonly payload: unknown;
  readonly production: boolean;
  readonly transient: boolean;
  readonly login: string;
  readonly createdAt: string;
  readonly statuses: DeploymentStatus[];
}

export interface DeploymentStatus {
  readonly id: number;
  state: string;
  readonly description: string;
  readonly environment: string;
  readonly environmentUrl: string;
  readonly logUrl: string;
  readonly login: string;
  readonly createdAt: string;
}

export interface Environment {
  readonly id: number;
  readonly name: string;
  /** People whose yes a job waits for. */
  readonly reviewers: string[];
}

export interface Workflow {
  readonly id: number;
  readonly name: string;
  readonly path: string;
  state: "active" | "disabled_manually" | "disabled_inactivity";
}

export interface WorkflowRun {
  readonly id: number;
  readonly workflow: number;
  readonly name: string;
  /** By `run-name:` of a dispatched workflow; without it, the workflow's name. */
  title?: string;
  readonly path: string;
  readonly event: string;
  readonly number: number;
  attempt: number;
  status: string;
  conclusion: string | null;
  readonly headSha: string;
  readonly headBranch: string | null;
  /** `owner/name`; another than this one for a fork. */
  readonly headRepository: string;
  readonly actor: string;
  triggeringActor: string;
  /** Numbers; GitHub gives none for a fork's. */
  readonly pulls: number[];
  readonly createdAt: string;
  updatedAt: string;
  startedAt: string;
  /** What the harness wants to be run, for a dispatched one. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface Job {
  readonly id: number;
  readonly run: number;
  readonly attempt: number;
  readonly name: string;
  status: string;
  conclusion: string | null;
  readonly startedAt: string;
  completedAt: string | null;
}

export interface Artifact {
  readonly id: number;
  readonly name: string;
  readonly run: number;
  readonly attempt: number;
  readonly job: string;
  readonly size: number;
  readonly digest: string;
  readonly contentType: string;
  readonly file: string;
  readonly createdAt: string;
  expiresAt: string;
  /** Set by a test; otherwise `World.hasExpired` goes by the clock. */
  expired: boolean;
}

export interface CacheEntry {
  readonly id: number;
  readonly key: string;
  readonly version: string;
  readonly ref: string;
  readonly size: number;
  readonly file: string;
  readonly createdAt: string;
  usedAt: string;
}

export type Dispatch =
  | {
      readonly kind: "workflow_dispatch";
      readonly workflow: string;
      readonly ref: string;
      readonly inputs: Readonly<Record<string, unknown>>;
      readonly run: number;
      readonly by: string;
    }
  | { readonly kind: "repository_dispatch"; readonly type: string; readonly payload: unknown; readonly by: string }
  | { readonly kind: "rerun"; readonly run: number; readonly failedOnly: boolean; readonly by: string };

export function emptyState(): State {
  return {
    releases: [],
    comments: [],
    issues: [],
    pulls: [],
    checkRuns: [],
    statuses: [],
    deployments: [],
    environments: [],
    runs: [],
    jobs: [],
    workflows: [],
    artifacts: [],
    caches: [],
    dispatches: [],
    labels: [],
    reactions: [],
    collaborators: new Map(),
    burntTags: new Set(),
    protectedBranches: new Set(),
    signed: new Set(),
    immutableReleases: false,
    open: false,
    approvalPolicy: "first_time_contributors",
    runners: [],
  };
}
