import { TrainyardError } from "@trainyard/core";
import { lastWords } from "../../git/git.ts";
import { variablesOf } from "../../git/given-settings.ts";
import type { Remote } from "../../git/remote.ts";
import type { GithubConnection } from "../call/connection.ts";

/** Longest wait for a whole fetch, milliseconds: a registry of a hundred thousand versions is 120 MB. One that stalls is given up earlier. */
const TIMEOUT = 10 * 60_000;
/** Bytes a second, and for how many seconds it may be less. */
const STALL = { bytes: 1000, seconds: 60 };

/** A repository on GitHub as a remote to fetch from. The token goes to git in variables: never in its arguments, never into a file. */
export function gitAccess(connection: GithubConnection): Remote {
  const { owner, name, token, serverUrl } = connection;
  const url = `${serverUrl}/${owner}/${name}.git`;
  const header = `http.${url}.extraHeader`; // the whole URL: no setting of the repository is more specific
  const settings: [key: string, value: string][] = [
    // Empty forgets what actions/checkout left in the repository's settings: sent beside ours it would make two, and GitHub refuses that.
    [header, ""],
    ...(token === "" ? [] : [[header, authorization(token)] as [string, string]]),
    ["credential.helper", ""], // whoever is signed in at this machine has nothing to do with it
    ["http.lowSpeedLimit", String(STALL.bytes)],
    ["http.lowSpeedTime", String(STALL.seconds)],
  ];
  return {
    name: "GitHub",
    url,
    local: false,
    access: {
      environment: variablesOf(settings),
      timeout: TIMEOUT,
      refusal: (stderr) => refusalOf(stderr, connection),
    },
  };
}

function authorization(token: string): string {
  return `Authorization: basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
}

/** A repository that the token may not read is "not found". */
function refusalOf(stderr: string, { owner, name, token }: GithubConnection): TrainyardError {
  const problem = lastWords(stderr) || "it gave no reason";
  const denied = /Authentication failed|could not read (?:Username|Password)|returned error: 40[134]|not found|denied/i;
  if (denied.test(stderr) && !/rate limit/i.test(stderr))
    return new TrainyardError("GITHUB_FORBIDDEN", {
      what: `reading ${owner}/${name} with git`,
      said: token === "" ? `${problem}; no token was given (GITHUB_TOKEN or GH_TOKEN)` : problem,
      permissions: ["contents: read"],
    });
  return new TrainyardError("SERVICE_UNREACHABLE", { service: `GitHub (${owner}/${name})`, problem });
}
