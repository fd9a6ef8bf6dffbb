import { afterEach, expect } from "vitest";
import { type GithubServer, type GithubServerOptions, startGithubServer } from "./start-github-server.ts";

const open: { server: GithubServer; violates: boolean }[] = [];

/** After each test its servers end, and nothing may have been against GitHub's description unless the test says so. */
afterEach(async () => {
  for (const { server, violates } of open.splice(0)) {
    await server.close();
    if (!violates) expect(server.violations).toEqual([]);
  }
});

/** A server, and a client so plain that it retries nothing. */
export async function serverUnderTest(options: GithubServerOptions & { readonly violates?: boolean } = {}) {
  const server = await startGithubServer(options);
  open.push({ server, violates: options.violates === true });
  const token = server.token("write-all");
  const ask = async (
    method: string,
    path: string,
    body?: unknown,
    { as = token, headers = {} }: { as?: string | null; headers?: Record<string, string> } = {},
  ) => {
    const bytes = Buffer.isBuffer(body);
    const response = await fetch(path.startsWith("http") ? path : `${server.url}/repos/octo/flights${path}`, {
      method,
      redirect: "manual",
      headers: {
        ...(as === null ? {} : { authorization: `token ${as}` }),
        ...(bytes ? { "content-type": "application/octet-stream" } : {}),
        ...headers,
      },
      body: body === undefined ? null : bytes ? new Uint8Array(body) : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
  };
  const graphql = (query: string, variables: Record<string, unknown> = {}, as: string = token) =>
    ask("POST", `${server.url}/graphql`, { query, variables }, { as });
  return { server, token, ask, graphql };
}
