import type { Octokit } from "@octokit/core";
import { TrainyardError, z } from "@trainyard/core";
import type { Github } from "./github.ts";

type Parameters = Readonly<Record<string, unknown>>;
/** Most pages of a list that are read: 20,000 entries. What is beyond is no list a person made. */
const MOST_PAGES = 200;

/** One call of the repository's API, its answer checked. @throws GITHUB_ANSWER when it is not what GitHub promises, and what `rest` throws */
export async function ask<S extends z.ZodType>(
  github: Github,
  route: string,
  parameters: Parameters,
  schema: S,
): Promise<z.output<S>> {
  const { data } = await call(github, route, parameters);
  return checked(data, route, schema);
}

/** One call whose answer does not matter. */
export async function tell(github: Github, route: string, parameters: Parameters): Promise<void> {
  await call(github, route, parameters);
}

/** One page after the other, each with GitHub's own clock (milliseconds since 1970; null when it did not say). */
export async function* pagesOf<S extends z.ZodType>(
  github: Github,
  route: string,
  parameters: Parameters,
  schema: S,
): AsyncGenerator<{ page: z.output<S>; at: number | null }> {
  for (let number = 1; number <= MOST_PAGES; number++) {
    const { data, headers } = await call(github, route, { ...parameters, per_page: 100, page: number });
    const at = Date.parse(String(headers.date));
    yield { page: checked(data, route, schema), at: Number.isNaN(at) ? null : at };
    if (!/;\s*rel="next"/.test(headers.link ?? "")) return;
  }
  throw new TrainyardError("GITHUB_ANSWER", { what: route, problem: `it goes on after ${MOST_PAGES} pages` });
}

type Called = Awaited<ReturnType<Octokit["request"]>>;

/** The route's own types ask for owner and repository, which the client fills in; answers are checked, not believed. */
function call(github: Github, route: string, parameters: Parameters): Promise<Called> {
  const { owner, name: repo } = github.connection;
  return github.rest(route, { owner, repo, ...parameters });
}

function checked<S extends z.ZodType>(data: unknown, what: string, schema: S): z.output<S> {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new TrainyardError("GITHUB_ANSWER", { what, problem: z.prettifyError(parsed.error).slice(0, 300) });
}
