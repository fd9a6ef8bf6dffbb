import { githubDescription } from "./openapi.ts";
import type {
  Artifact,
  Asset,
  CheckRun,
  Comment,
  Deployment,
  DeploymentStatus,
  Environment,
  Issue,
  Job,
  PullRequest,
  Release,
  Workflow,
  WorkflowRun,
} from "./state.ts";
import type { World } from "./world.ts";

export type Shape = Record<string, unknown>;

/** GitHub's own example of a thing, with the addresses of this server: what is in it and nobody asks about stays as it is. */
function like(world: World, template: string, own: Shape): Shape {
  const text = JSON.stringify(githubDescription().subset.templates[template])
    .replaceAll(/https:\/\/(?:api|uploads)\.github\.com\/repos\/[\w-]+\/[\w-]+/g, world.api)
    .replaceAll(/https:\/\/api\.github\.com/g, world.url)
    .replaceAll(/https:\/\/github\.com\/(?:octocat|github|octo-org)\/[\w-]+/g, world.html)
    .replaceAll("https://github.com", world.serverUrl);
  return { ...(JSON.parse(text) as Shape), ...own };
}

export function user(world: World, login: string): Shape {
  const bot = login.endsWith("[bot]");
  const url = `${world.url}/users/${encodeURIComponent(login)}`;
  return {
    login,
    id: login === "github-actions[bot]" ? 41898282 : idOf(login),
    node_id: node("U", idOf(login)),
    avatar_url: `${world.serverUrl}/${encodeURIComponent(login)}.png`,
    gravatar_id: "",
    url,
    html_url: bot ? `${world.serverUrl}/apps/${login.replace("[bot]", "")}` : `${world.serverUrl}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: bot ? "Bot" : "User",
    site_admin: false,
  };
}

/** The app behind a token; a job's own unless told. */
export function app(world: World, login = "github-actions[bot]"): Shape {
  const slug = login.replace("[bot]", "");
  return {
    id: 15368,
    client_id: "Iv1.05c79e9ad1f6bdfa",
    slug,
    node_id: "MDM6QXBwMTUzNjg=",
    owner: { ...user(world, "github"), type: "Organization" },
    name: "GitHub Actions",
    description: "Automate your workflow from idea to production",
    external_url: "https://help.github.com/en/actions",
    html_url: `${world.serverUrl}/apps/${slug}`,
    created_at: "2018-07-30T09:30:17Z",
    updated_at: "2024-04-10T20:33:16Z",
    permissions: { actions: "write", checks: "write", contents: "write", metadata: "read" },
    events: ["check_run", "check_suite", "push"],
  };
}

export const appOf = (world: World, login: string) => (login === "github-actions[bot]" ? app(world) : null);
export const node = (kind: string, id: number | string) => `${kind}_${Buffer.from(String(id)).toString("base64url")}`;
/** The same id for a login or a name, always. */
export const idOf = (text: string) =>
  100_000 + [...text].reduce((sum, c) => (sum * 31 + (c.codePointAt(0) ?? 0)) % 900_000, 7);

export function repository(world: World, slug = world.slug): Shape {
  const [owner = "", name = ""] = slug.split("/");
  const shape = like(world, "repository", {
    id: idOf(slug),
    node_id: node("R", idOf(slug)),
    name,
    full_name: slug,
    owner: user(world, owner),
    private: !world.state.open,
    visibility: world.state.open ? "public" : "private",
    fork: slug !== world.slug,
    default_branch: world.defaultBranch,
    language: "Python",
    organization: null,
    parent: undefined,
    source: undefined,
    template_repository: null,
  });
  if (slug === world.slug) return shape;
  return JSON.parse(JSON.stringify(shape).replaceAll(world.slug, slug)) as Shape;
}

export function release(world: World, it: Release): Shape {
  const url = `${world.api}/releases/${it.id}`;
  return like(world, "release", {
    id: it.id,
    node_id: node("RE", it.id),
    url,
    assets_url: `${url}/assets`,
    upload_url: `${world.url}/uploads/repos/${world.slug}/releases/${it.id}/assets{?name,label}`,
    html_url: `${world.html}/releases/tag/${it.draft ? `untagged-${it.id}` : it.tag}`,
    tag_name: it.tag,
    target_commitish: it.target,
    name: it.name,
    body: it.body,
    draft: it.draft,
    prerelease: it.prerelease,
    immutable: it.immutable,
    author: user(world, it.author),
    created_at: it.createdAt,
    published_at: it.publishedAt,
    assets: it.assets.map((one) => asset(world, it, one)),
  });
}

export function asset(world: World, { tag }: Release, it: Asset): Shape {
  return like(world, "asset", {
    id: it.id,
    node_id: node("RA", it.id),
    url: `${world.api}/releases/assets/${it.id}`,
    browser_download_url: `${world.html}/releases/download/${tag}/${it.name}`,
    name: it.name,
    label: it.label,
    state: it.state,
    content_type: it.contentType,
    size: it.size,
    digest: it.digest,
    download_count: it.downloads,
    created_at: it.createdAt,
    updated_at: it.createdAt,
    uploader: user(world, it.uploader),
  });
}

export function comment(world: World, it: Comment): Shape {
  return like(world, "comment", {
    id: it.id,
    node_id: node("IC", it.id),
    url: `${world.api}/issues/comments/${it.id}`,
    html_url: `${world.html}/pull/${it.issue}#issuecomment-${it.id}`,
    issue_url: `${world.api}/issues/${it.issue}`,
    body: it.body,
    user: user(world, it.login),
    performed_via_github_app: appOf(world, it.login),
    author_association: it.login.endsWith("[bot]") ? "CONTRIBUTOR" : "NONE",
    created_at: it.createdAt,
    updated_at: it.updatedAt,
  });
}

export function issue(world: World, it: Issue | PullRequest): Shape {
  const pull = "head" in it;
  return like(world, "issue", {
    id: it.id,
    node_id: node("I", it.id),
    number: it.number,
    url: `${world.api}/issues/${it.number}`,
    comments_url: `${world.api}/issues/${it.number}/comments`,
    html_url: `${world.html}/${pull ? "pull" : "issues"}/${it.number}`,
    title: it.title,
    body: it.body,
    state: it.state,
    state_reason: pull ? null : it.stateReason,
    labels: it.labels.map((name) => label(world, name)),
    assignees: pull ? [] : it.assignees.map((login) => user(world, login)),
    assignee: null,
    milestone: null,
    user: user(world, it.login),
    performed_via_github_app: appOf(world, it.login),
    closed_at: pull ? null : it.closedAt,
    closed_by: null,
    comments: world.state.comments.filter(({ issue }) => issue === it.number).length,
    created_at: it.createdAt,
    updated_at: it.updatedAt,
    pull_request: pull
      ? {
          url: `${world.api}/pulls/${it.number}`,
          html_url: `${world.html}/pull/${it.number}`,
          diff_url: null,
          patch_url: null,
        }
      : undefined,
  });
}

export function label(world: World, name: string): Shape {
  const known = world.state.labels.find((one) => one.name === name);
  return {
    id: known?.id ?? idOf(name),
    node_id: node("LA", idOf(name)),
    url: `${world.api}/labels/${encodeURIComponent(name)}`,
    name,
    description: known?.description ?? "",
    color: known?.color ?? "ededed",
    default: false,
  };
}

export function checkRun(world: World, it: CheckRun): Shape {
  return like(world, "checkRun", {
    id: it.id,
    node_id: node("CR", it.id),
    name: it.name,
    head_sha: it.headSha,
    status: it.status,
    conclusion: it.conclusion,
    details_url: it.detailsUrl,
    external_id: it.externalId,
    url: `${world.api}/check-runs/${it.id}`,
    html_url: `${world.html}/runs/${it.id}`,
    started_at: it.startedAt,
    completed_at: it.completedAt,
    output: {
      title: it.title,
      summary: it.summary,
      text: it.text,
      annotations_count: it.annotations.length,
      annotations_url: `${world.api}/check-runs/${it.id}/annotations`,
    },
    check_suite: { id: idOf(it.headSha) },
    app: app(world, it.app),
    pull_requests: world.state.pulls
      .filter((pull) => pull.head.sha === it.headSha && pull.head.repository === world.slug && pull.state === "open")
      .map((pull) => minimalPull(world, pull)),
  });
}

export function minimalPull(world: World, it: PullRequest): Shape {
  const repo = (slug: string) => ({ id: idOf(slug), url: `${world.url}/repos/${slug}`, name: slug.split("/")[1] });
  return {
    id: it.id,
    number: it.number,
    url: `${world.api}/pulls/${it.number}`,
    head: { ref: it.head.ref, sha: it.head.sha, repo: repo(it.head.repository) },
    base: { ref: it.base.ref, sha: it.base.sha, repo: repo(world.slug) },
  };
}

export function pull(world: World, it: PullRequest): Shape {
  const end = (slug: string, ref: string, sha: string) => {
    const [owner = ""] = slug.split("/");
    return { label: `${owner}:${ref}`, ref, sha, user: user(world, owner), repo: repository(world, slug) };
  };
  const url = `${world.api}/pulls/${it.number}`;
  return like(world, "pull", {
    id: it.id,
    node_id: node("PR", it.id),
    number: it.number,
    url,
    html_url: `${world.html}/pull/${it.number}`,
    issue_url: `${world.api}/issues/${it.number}`,
    comments_url: `${world.api}/issues/${it.number}/comments`,
    title: it.title,
    body: it.body,
    state: it.state,
    draft: it.draft,
    locked: false,
    merged: it.merged,
    merged_at: it.merged ? it.updatedAt : null,
    closed_at: it.state === "closed" ? it.updatedAt : null,
    merge_commit_sha: it.mergeCommitSha,
    user: user(world, it.login),
    labels: it.labels.map((name) => label(world, name)),
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    milestone: null,
    head: end(it.head.repository, it.head.ref, it.head.sha),
    base: end(world.slug, it.base.ref, it.base.sha),
    author_association: it.head.repository === world.slug ? "COLLABORATOR" : "CONTRIBUTOR",
    auto_merge: null,
    created_at: it.createdAt,
    updated_at: it.updatedAt,
  });
}

export function workflowRun(world: World, it: WorkflowRun): Shape {
  const url = `${world.api}/actions/runs/${it.id}`;
  const pulls = world.state.pulls.filter(({ number }) => it.pulls.includes(number));
  return like(world, "run", {
    id: it.id,
    node_id: node("WFR", it.id),
    name: it.name,
    path: it.path,
    display_title: it.title ?? it.name,
    event: it.event,
    run_number: it.number,
    run_attempt: it.attempt,
    status: it.status,
    conclusion: it.conclusion,
    workflow_id: it.workflow,
    workflow_url: `${world.api}/actions/workflows/${it.workflow}`,
    head_sha: it.headSha,
    head_branch: it.headBranch,
    head_repository: repository(world, it.headRepository),
    head_commit: {
      id: it.headSha,
      tree_id: it.headSha,
      message: "A commit",
      timestamp: it.createdAt,
      author: { name: it.actor, email: `${it.actor}@example.org` },
      committer: { name: "GitHub", email: "noreply@github.com" },
    },
    repository: repository(world),
    actor: user(world, it.actor),
    triggering_actor: user(world, it.triggeringActor),
    pull_requests: pulls.filter((one) => one.head.repository === world.slug).map((one) => minimalPull(world, one)),
    url,
    html_url: `${world.html}/actions/runs/${it.id}`,
    jobs_url: `${url}/jobs`,
    artifacts_url: `${url}/artifacts`,
    rerun_url: `${url}/rerun`,
    cancel_url: `${url}/cancel`,
    previous_attempt_url: null,
    created_at: it.createdAt,
    updated_at: it.updatedAt,
    run_started_at: it.startedAt,
  });
}

export function job(world: World, it: Job): Shape {
  const run = world.state.runs.find(({ id }) => id === it.run);
  return like(world, "job", {
    id: it.id,
    node_id: node("CR", it.id),
    run_id: it.run,
    run_attempt: it.attempt,
    run_url: `${world.api}/actions/runs/${it.run}`,
    url: `${world.api}/actions/jobs/${it.id}`,
    html_url: `${world.html}/actions/runs/${it.run}/job/${it.id}`,
    check_run_url: `${world.api}/check-runs/${it.id}`,
    head_sha: run?.headSha ?? "",
    head_branch: run?.headBranch ?? null,
    workflow_name: run?.name ?? null,
    name: it.name,
    status: it.status,
    conclusion: it.conclusion,
    created_at: it.startedAt,
    started_at: it.startedAt,
    completed_at: it.completedAt,
    steps: [],
  });
}

export function workflow(world: World, it: Workflow): Shape {
  return like(world, "workflow", {
    id: it.id,
    node_id: node("W", it.id),
    name: it.name,
    path: it.path,
    state: it.state,
    url: `${world.api}/actions/workflows/${it.id}`,
    html_url: `${world.html}/blob/${world.defaultBranch}/${it.path}`,
  });
}

export function artifact(world: World, it: Artifact): Shape {
  const run = world.state.runs.find(({ id }) => id === it.run);
  const url = `${world.api}/actions/artifacts/${it.id}`;
  return {
    id: it.id,
    node_id: node("A", it.id),
    name: it.name,
    size_in_bytes: it.size,
    url,
    archive_download_url: `${url}/zip`,
    expired: world.hasExpired(it),
    digest: it.digest,
    created_at: it.createdAt,
    updated_at: it.createdAt,
    expires_at: it.expiresAt,
    workflow_run: {
      id: it.run,
      repository_id: idOf(world.slug),
      head_repository_id: idOf(run?.headRepository ?? world.slug),
      head_branch: run?.headBranch ?? "",
      head_sha: run?.headSha ?? "",
    },
  };
}

export function deployment(world: World, it: Deployment): Shape {
  const url = `${world.api}/deployments/${it.id}`;
  return like(world, "deployment", {
    id: it.id,
    node_id: node("DE", it.id),
    url,
    statuses_url: `${url}/statuses`,
    repository_url: world.api,
    sha: it.sha,
    ref: it.ref,
    task: it.task,
    payload: it.payload,
    environment: it.environment,
    original_environment: it.environment,
    description: it.description,
    creator: user(world, it.login),
    production_environment: it.production,
    transient_environment: it.transient,
    performed_via_github_app: appOf(world, it.login),
    created_at: it.createdAt,
    updated_at: it.statuses.at(-1)?.createdAt ?? it.createdAt,
  });
}

export function deploymentStatus(world: World, of: Deployment, it: DeploymentStatus): Shape {
  const url = `${world.api}/deployments/${of.id}`;
  return like(world, "deploymentStatus", {
    id: it.id,
    node_id: node("DES", it.id),
    url: `${url}/statuses/${it.id}`,
    deployment_url: url,
    repository_url: world.api,
    state: it.state,
    description: it.description,
    environment: it.environment,
    environment_url: it.environmentUrl,
    log_url: it.logUrl,
    target_url: it.logUrl,
    creator: user(world, it.login),
    performed_via_github_app: appOf(world, it.login),
    created_at: it.createdAt,
    updated_at: it.createdAt,
  });
}

export function environment(world: World, it: Environment): Shape {
  const reviewers = it.reviewers.map((login) => ({ type: "User", reviewer: user(world, login) }));
  return like(world, "environment", {
    id: it.id,
    node_id: node("EN", it.id),
    name: it.name,
    url: `${world.api}/environments/${encodeURIComponent(it.name)}`,
    html_url: `${world.html}/deployments/activity_log?environments_filter=${encodeURIComponent(it.name)}`,
    protection_rules:
      reviewers.length === 0
        ? []
        : [
            {
              id: it.id,
              node_id: node("GA", it.id),
              type: "required_reviewers",
              prevent_self_review: false,
              reviewers,
            },
          ],
    deployment_branch_policy: null,
  });
}
