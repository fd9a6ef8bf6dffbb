import { Octokit } from "@octokit/core";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { TrainyardError } from "@trainyard/core";
import Bottleneck from "bottleneck/light.js";
import type { GithubConnection } from "./connection.ts";
import { type GraphqlError, githubRefusal } from "./refusal.ts";

export type { GraphqlError };

/** Longest wait for an answer; GitHub itself gives up after ten seconds. Uploads and downloads have no such end. */
const TIMEOUT = 60_000;
/** Longest wait that a rate limit may ask for; a job that would wait longer ends, and can be run again. */
const LONGEST_WAIT = 15 * 60;
const LIMIT_RETRIES = 3;

/** GitHub's API for one repository: polite, bounded, and refusing with a code. */
export interface Github {
  readonly connection: GithubConnection;
  /**
   * One REST call, typed by its route; `owner` and `repo` are filled in. Reads are tried again when the server fails; writes never are, because a
   * failed write may have been done: whoever writes looks first whether it was.
   * @throws GITHUB_FORBIDDEN, GITHUB_LIMIT, SERVICE_UNREACHABLE; any other status as octokit's RequestError, for the caller to know
   */
  readonly rest: Octokit["request"];
  /** One GraphQL call; `owner` and `name` are among the variables. @throws as `rest`, and GITHUB_ANSWER for errors in the answer that `onErrors` does not take */
  graphql<T>(
    query: string,
    variables: Readonly<Record<string, unknown>>,
    onErrors?: (errors: readonly GraphqlError[]) => void,
  ): Promise<T>;
  /** The token as the header every request of ours carries; for streams, which go around octokit. */
  readonly authorization: string;
}

const Client = Octokit.plugin(throttling, retry);

export function openGithub(connection: GithubConnection): Github {
  const { owner, name, token, apiUrl, graphqlUrl, pace } = connection;
  const wait = 1000 * pace;
  const mayWait = (seconds: number, retries: number) => seconds <= LONGEST_WAIT && retries < LIMIT_RETRIES;
  const octokit = new Client({
    auth: token,
    baseUrl: apiUrl,
    userAgent: "trainyard",
    log: { debug() {}, info() {}, warn() {}, error() {} }, // octokit's own words may hold what a URL holds
    retry: { retries: 3, retryAfterBaseValue: wait },
    throttle: {
      id: `${apiUrl}/${owner}/${name}`,
      retryAfterBaseValue: wait,
      fallbackSecondaryRateRetryAfter: 60,
      write: new Bottleneck.Group({ maxConcurrent: 1, minTime: wait }),
      notifications: new Bottleneck.Group({ maxConcurrent: 1, minTime: 3 * wait }),
      onRateLimit: (seconds: number, _options: unknown, _octokit: unknown, retries: number) =>
        mayWait(seconds, retries),
      onSecondaryRateLimit: (seconds: number, _options: unknown, _octokit: unknown, retries: number) =>
        mayWait(seconds, retries),
    },
  });
  octokit.hook.before("request", (options) => {
    const write = options.method !== "GET" && options.method !== "HEAD";
    options.request = { signal: AbortSignal.timeout(TIMEOUT), ...(write ? { retries: 0 } : {}), ...options.request };
  });
  octokit.hook.after("request", ({ data, status, headers }, { method, url }) => {
    const json = headers["content-type"]?.startsWith("application/json") === true && status !== 204;
    if (!json || typeof data !== "string") return; // octokit gives what it cannot read as text
    const service = `GitHub (${owner}/${name})`;
    throw new TrainyardError("SERVICE_UNREACHABLE", { service, problem: `its answer to ${method} ${url} broke off` });
  });
  octokit.hook.error("request", (error, options) => {
    throw githubRefusal(error, options, connection);
  });
  const request = octokit.request.defaults({ owner, repo: name });

  return {
    connection,
    rest: request as Octokit["request"],
    authorization: `token ${token}`,
    async graphql<T>(
      query: string,
      variables: Readonly<Record<string, unknown>>,
      onErrors?: (errors: readonly GraphqlError[]) => void,
    ): Promise<T> {
      const body = { query, variables: { owner, name, ...variables } };
      const { data } = await octokit.request({ method: "POST", url: graphqlUrl, ...body });
      const { errors } = data as { errors?: readonly GraphqlError[] };
      if (errors !== undefined && errors.length > 0) {
        onErrors?.(errors);
        throw githubRefusal({ errors }, { method: "POST", url: graphqlUrl }, connection);
      }
      return (data as { data: T }).data;
    },
  };
}
