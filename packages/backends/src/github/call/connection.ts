import { TrainyardError } from "@trainyard/core";

/** Where a repository on GitHub is, and who asks. */
export interface GithubConnection {
  readonly owner: string;
  readonly name: string;
  readonly token: string;
  /** Like https://api.github.com; without a slash at the end, as the other two. */
  readonly apiUrl: string;
  readonly graphqlUrl: string;
  readonly serverUrl: string;
  /** Share of the waits that GitHub asks for (a second between two writes, what `retry-after` says) that is kept: 1, less only with a server of one's own. */
  readonly pace: number;
}

/** The token that a person gives a command; "" where there is none. A job's comes as an action's input. */
export const tokenIn = (environment: Readonly<Record<string, string | undefined>>) =>
  environment["GITHUB_TOKEN"] || environment["GH_TOKEN"] || "";

/**
 * The repository a job runs in, by the variables GitHub sets: github.com, a data-residency host or a server of one's own.
 * @param token The job's token; null where it has none.
 * @returns Null outside a job, or without a token.
 * @throws INPUT_INVALID on a variable that is no repository or no URL
 */
export function connectionFrom(
  environment: Readonly<Record<string, string | undefined>>,
  token: string | null,
): GithubConnection | null {
  const { GITHUB_REPOSITORY: repository } = environment;
  if (!repository || !token) return null;
  return connectionTo(repository, "GITHUB_REPOSITORY", environment, token);
}

/**
 * A repository by its name, at the GitHub that the variables name: github.com where they name none.
 * @param input What the name was given as.
 * @param token Empty for who has none: public repositories can be fetched from without.
 * @throws INPUT_INVALID
 */
export function connectionTo(
  repository: string,
  input: string,
  environment: Readonly<Record<string, string | undefined>>,
  token: string,
): GithubConnection {
  const [, owner, name] = /^([\w-][\w.-]*)\/(?!\.{1,2}$)([\w.-]+)$/.exec(repository) ?? [];
  if (owner === undefined || name === undefined)
    throw new TrainyardError("INPUT_INVALID", {
      input,
      expected: "like octo/flights",
      got: JSON.stringify(repository),
    });
  const url = (variable: string, otherwise: string) => asUrl(variable, environment[variable] || otherwise);
  const apiUrl = url("GITHUB_API_URL", "https://api.github.com");
  return {
    owner,
    name,
    token,
    apiUrl,
    graphqlUrl: url("GITHUB_GRAPHQL_URL", `${apiUrl}/graphql`),
    serverUrl: url("GITHUB_SERVER_URL", "https://github.com"),
    pace: paceOf(environment.TRAINYARD_GITHUB_PACE),
  };
}

function asUrl(input: string, value: string): string {
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return value.replace(/\/+$/, "");
  throw new TrainyardError("INPUT_INVALID", { input, expected: "an http or https URL", got: JSON.stringify(value) });
}

function paceOf(text: string | undefined): number {
  const pace = text === undefined || text === "" ? 1 : Number(text);
  if (pace >= 0 && pace <= 1) return pace;
  throw new TrainyardError("INPUT_INVALID", {
    input: "TRAINYARD_GITHUB_PACE",
    expected: "a number from 0 to 1",
    got: JSON.stringify(text),
  });
}
