import type { Permissions } from "../tokens.ts";

const one = (name: string, access: "read" | "write"): Permissions[] => [{ [name]: access }];
const METADATA = one("metadata", "read");
const PULL_OR_ISSUE_READ: Permissions[] = [{ issues: "read" }, { pull_requests: "read" }];
const PULL_OR_ISSUE_WRITE: Permissions[] = [{ issues: "write" }, { pull_requests: "write" }];

/** What an operation needs, by the tables of docs.github.com ("Permissions required for GitHub Apps"); any one set is enough. */
const EXCEPTIONS: Readonly<Record<string, Permissions[]>> = {
  "rate-limit/get": METADATA,
  "repos/get": METADATA,
  "repos/get-branch-rules": METADATA,
  "repos/get-collaborator-permission-level": METADATA,
  "repos/get-branch-protection": one("administration", "read"),
  "repos/check-immutable-releases": one("administration", "read"),
  "actions/get-github-actions-default-workflow-permissions-repository": one("administration", "read"),
  "actions/get-fork-pr-contributor-approval-permissions-repository": one("administration", "read"),
  "actions/list-self-hosted-runners-for-repo": one("administration", "read"),
  "repos/create-dispatch-event": one("contents", "write"),
  "repos/create-commit-status": one("statuses", "write"),
  "repos/list-pull-requests-associated-with-commit": [{ contents: "read", pull_requests: "read" }],
  "repos/get-all-environments": one("actions", "read"),
  "repos/get-environment": one("actions", "read"),
  "repos/list-deployments": one("deployments", "read"),
  "repos/get-deployment": one("deployments", "read"),
  "repos/list-deployment-statuses": one("deployments", "read"),
  "repos/create-deployment": one("deployments", "write"),
  "repos/delete-deployment": one("deployments", "write"),
  "repos/create-deployment-status": one("deployments", "write"),
  "issues/list-for-repo": one("issues", "read"),
  "issues/create": one("issues", "write"),
  "issues/list-comments": PULL_OR_ISSUE_READ,
  "issues/list-comments-for-repo": PULL_OR_ISSUE_READ,
  "issues/get-comment": PULL_OR_ISSUE_READ,
  "issues/get": PULL_OR_ISSUE_READ,
  "issues/get-label": PULL_OR_ISSUE_READ,
};

const FAMILIES: Readonly<Record<string, { read: Permissions[]; write: Permissions[] }>> = {
  repos: { read: one("contents", "read"), write: one("contents", "write") },
  git: { read: one("contents", "read"), write: one("contents", "write") },
  issues: { read: PULL_OR_ISSUE_READ, write: PULL_OR_ISSUE_WRITE },
  reactions: { read: PULL_OR_ISSUE_READ, write: PULL_OR_ISSUE_WRITE },
  checks: { read: one("checks", "read"), write: one("checks", "write") },
  pulls: { read: one("pull_requests", "read"), write: one("pull_requests", "write") },
  actions: { read: one("actions", "read"), write: one("actions", "write") },
};

export function permissionsFor(operation: string, method: string): Permissions[] {
  const family = FAMILIES[operation.split("/")[0] as string];
  const sets = EXCEPTIONS[operation] ?? (method === "GET" ? family?.read : family?.write);
  if (sets === undefined) throw new Error(`nobody has said which permission ${operation} needs`);
  return sets;
}
