import { RequestError } from "@octokit/request-error";
import { isRefusal, TrainyardError, timestamp } from "@trainyard/core";
import type { GithubConnection } from "./connection.ts";

export interface GraphqlError {
  readonly type?: string;
  readonly message: string;
  readonly path?: readonly (string | number)[];
}

interface Asked {
  readonly method: string;
  readonly url: string;
}

/**
 * What a failed call means: a refusal with its code where the person can act on it, SERVICE_UNREACHABLE where running again helps; a status that
 * its caller may expect (404, 409, 422) stays octokit's RequestError.
 */
export function githubRefusal(error: unknown, asked: Asked, connection: GithubConnection): unknown {
  if (isRefusal(error)) return error;
  const where = `GitHub (${connection.owner}/${connection.name})`;
  const what = whatOf(asked, connection);
  const errors = (error as { errors?: readonly GraphqlError[] }).errors;
  if (!(error instanceof RequestError)) {
    if (errors === undefined)
      return new TrainyardError("SERVICE_UNREACHABLE", { service: where, problem: saidBy(error) });
    const said = errors.map(({ message }) => message).join("; ");
    if (errors.some(({ type }) => type === "RATE_LIMITED")) return new TrainyardError("GITHUB_LIMIT", { until: null });
    if (errors.some(({ type, message }) => type === "FORBIDDEN" || /not accessible by/i.test(message)))
      return new TrainyardError("GITHUB_FORBIDDEN", { what, said, permissions: [] });
    return new TrainyardError("GITHUB_ANSWER", { what, problem: said });
  }
  const { status, response } = error;
  const headers = response?.headers ?? {};
  const said = messageOf(response?.data) ?? error.message;
  if (status === 429 || (status === 403 && (/rate limit/i.test(said) || headers["x-ratelimit-remaining"] === "0"))) {
    const reset = Number(headers["x-ratelimit-reset"]);
    return new TrainyardError("GITHUB_LIMIT", { until: reset > 0 ? timestamp(reset * 1000) : null }, { cause: error });
  }
  if (status === 401 || status === 403) {
    const permissions = permissionLines(headers["x-accepted-github-permissions"]);
    return new TrainyardError("GITHUB_FORBIDDEN", { what, said, permissions }, { cause: error });
  }
  if (status < 500) return error;
  const problem = response === undefined ? saidBy(error.cause ?? error) : `${what} answered ${status}`;
  return new TrainyardError("SERVICE_UNREACHABLE", { service: where, problem }, { cause: error });
}

/** `contents=write,workflows=write; contents=write` (all of a set, any of the sets) as lines of YAML: the first set. */
function permissionLines(header: unknown): string[] {
  if (typeof header !== "string") return [];
  return (header.split(";")[0] as string)
    .split(",")
    .map((pair) => /^\s*([a-z_]+)=(read|write)\s*$/.exec(pair))
    .flatMap((match) => (match === null ? [] : [`${(match[1] as string).replaceAll("_", "-")}: ${match[2]}`]));
}

/** Method and path, without what a query or a body may hold. */
function whatOf({ method, url }: Asked, { apiUrl }: GithubConnection): string {
  const path = url.startsWith(apiUrl) ? url.slice(apiUrl.length) : url;
  return `${method} ${path.split("?")[0]}`;
}

function messageOf(data: unknown): string | null {
  const message = (data as { message?: unknown } | null | undefined)?.message;
  return typeof message === "string" ? message : null;
}

function saidBy(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause.message : "";
  return error.name === "TimeoutError" ? "it gave no answer in time" : cause === "" ? error.message : cause;
}
