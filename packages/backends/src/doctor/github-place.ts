import { originOf } from "../git/remote.ts";
import { connectionTo, type GithubConnection, tokenIn } from "../github/call/connection.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The repository on GitHub that is meant: the one that was named, else origin's. A token is only sent to GitHub: github.com, a data-residency
 * host, or the server that GITHUB_SERVER_URL names.
 * @returns Null where origin is no repository on GitHub.
 * @throws INPUT_INVALID
 */
export async function githubPlace(
  folder: string,
  named: string | undefined,
  environment: Environment,
): Promise<GithubConnection | null> {
  const token = tokenIn(environment);
  if (named !== undefined) return connectionTo(named, "--repository", environment, token);
  const place = placeOf((await originOf(folder))?.url ?? "");
  if (place === null) return null;
  const server = environment["GITHUB_SERVER_URL"] || "https://github.com";
  if (URL.canParse(server) && place.host === new URL(server).host)
    return connectionTo(place.repository, "origin", environment, token);
  const residence = /^[a-z0-9-]+\.ghe\.com$/.test(place.host);
  if (!residence && place.host !== "github.com") return null;
  const urls = { GITHUB_API_URL: `https://api.${place.host}`, GITHUB_SERVER_URL: `https://${place.host}` };
  const graphql = { GITHUB_GRAPHQL_URL: `https://api.${place.host}/graphql` };
  return connectionTo(place.repository, "origin", { ...environment, ...urls, ...graphql }, token);
}

/** `git@github.com:octo/flights.git`, `ssh://git@…/octo/flights`, `https://…/octo/flights.git`. */
export function placeOf(url: string): { host: string; repository: string } | null {
  const [, host = "", owner = "", name = ""] =
    /^(?:https?:\/\/(?:[^/@]*@)?|ssh:\/\/(?:[^/@]*@)?|[\w.-]+@)([\w.-]+(?::\d+)?)[/:]([\w-][\w.-]*)\/([\w.-]+?)(?:\.git)?\/?$/.exec(
      url,
    ) ?? [];
  return name === "" ? null : { host: host.toLowerCase(), repository: `${owner}/${name}` };
}
