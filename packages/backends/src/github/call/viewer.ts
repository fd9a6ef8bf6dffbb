import type { Github } from "./github.ts";

const known = new WeakMap<Github, Promise<string>>();

/**
 * Who the token is: `github-actions[bot]` for a job's own. What we wrote before is found by this name, as GitHub gives it with every comment and
 * issue: a name with brackets is no person's, so a mark that somebody else copied counts for nothing.
 */
export function viewerLogin(github: Github): Promise<string> {
  const asked = known.get(github) ?? github.graphql<Viewer>("query { viewer { login } }", {}).then(loginOf);
  known.set(github, asked);
  asked.catch(() => known.delete(github));
  return asked;
}

interface Viewer {
  readonly viewer: { readonly login: string };
}

function loginOf({ viewer }: Viewer): string {
  return viewer.login;
}
