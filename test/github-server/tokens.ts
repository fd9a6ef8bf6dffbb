import { randomBytes } from "node:crypto";

export type Access = "read" | "write";
/** Permissions by GitHub's names with `_`; what is absent is none. */
export type Permissions = Readonly<Record<string, Access>>;
/** As a workflow writes them: `{ "pull-requests": "write" }`, or for all of them `read-all`, `write-all`. */
export type Granted = Readonly<Record<string, Access | "none">> | "read-all" | "write-all";

export interface Token {
  readonly text: string;
  readonly permissions: Permissions;
  readonly run: number | null;
  readonly job: string | null;
  /** Who acts: `github-actions[bot]` for a job's token. */
  readonly login: string;
}

const ALL = [
  "actions",
  "attestations",
  "checks",
  "contents",
  "deployments",
  "discussions",
  "issues",
  "packages",
  "pages",
  "pull_requests",
  "security_events",
  "statuses",
];

/** The tokens of this server: which of them may do what. */
export class Tokens {
  readonly #known = new Map<string, Token>();

  /** @param readOnly A pull request's from a fork: what is granted is at most `read`. */
  create(
    granted: Granted,
    options: { run?: number | null; job?: string | null; login?: string; readOnly?: boolean } = {},
  ): string {
    const text = `ghs_${randomBytes(27).toString("base64url").replaceAll(/[-_]/g, "A")}`;
    const level = granted === "read-all" ? "read" : "write";
    const wanted = typeof granted === "string" ? Object.fromEntries(ALL.map((name) => [name, level])) : granted;
    const permissions: Record<string, Access> = { metadata: "read" };
    for (const [name, access] of Object.entries(wanted))
      if (access === "read" || access === "write")
        permissions[name.replaceAll("-", "_")] = options.readOnly === true ? "read" : access;
    const { run = null, job = null, login = "github-actions[bot]" } = options;
    this.#known.set(text, { text, permissions, run, job, login });
    return text;
  }

  /** From the header of a request: `token X`, `Bearer X`, or git's `Basic x-access-token:X`. */
  of(authorization: string | undefined): Token | null {
    if (authorization === undefined) return null;
    const [, scheme = "", value = ""] = /^(\w+) +(.+)$/.exec(authorization) ?? [];
    if (!/^(?:token|bearer|basic)$/i.test(scheme)) return null;
    const text = /^basic$/i.test(scheme)
      ? Buffer.from(value, "base64")
          .toString("utf8")
          .replace(/^[^:]*:/, "")
      : value;
    return this.#known.get(text) ?? null;
  }

  /** The end of the job: its token is worth nothing any more. */
  revoke(text: string): void {
    this.#known.delete(text);
  }
}

/** Whether any of the sets is held whole. */
export function allows(permissions: Permissions, sets: readonly Permissions[]): boolean {
  return sets.some((set) =>
    Object.entries(set).every(([name, access]) => permissions[name] === "write" || permissions[name] === access),
  );
}

/** As GitHub's header `X-Accepted-GitHub-Permissions` says it. */
export function acceptedHeader(sets: readonly Permissions[]): string {
  return sets
    .map((set) =>
      Object.entries(set)
        .map(([name, access]) => `${name}=${access}`)
        .join(","),
    )
    .join("; ");
}
