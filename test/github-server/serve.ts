import type { IncomingMessage, ServerResponse } from "node:http";
import { readAll, send } from "./exchange.ts";
import { amountOf, type FaultKind } from "./faults.ts";
import { serveGit } from "./git-http.ts";
import { readGraphql, serveGraphql } from "./graphql/serve-graphql.ts";
import { misbehave } from "./misbehave.ts";
import { githubDescription } from "./openapi.ts";
import { serveRest } from "./rest/serve-rest.ts";
import type { Blobs } from "./results/blobs.ts";
import type { RuntimeTokens } from "./results/runtime-tokens.ts";
import { serveResults } from "./results/serve-results.ts";
import { idOf } from "./shapes.ts";
import type { Call, World } from "./world.ts";

export interface Served {
  readonly world: World;
  readonly blobs: Blobs;
  readonly tokens: RuntimeTokens;
  readonly limit: RateLimit;
}

export interface RateLimit {
  readonly limit: number;
  used: number;
  /** Milliseconds since 1970. */
  reset: number;
}

const LARGEST_QUERY = 40 * 1024 * 1024;
const GIT = /^\/[^/]+\/[^/]+?(?:\.git)?\/(?:info\/refs|git-upload-pack|git-receive-pack)$/;

/** The first origin: REST, GraphQL, uploads, git, and the services of a run. */
export async function serve(served: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { world } = served;
  const method = request.method ?? "GET";
  const url = new URL(request.url ?? "/", world.url);
  const path = url.pathname.replace(`/repositories/${idOf(world.slug)}`, `/repos/${world.slug}`);
  response.setHeader("x-github-request-id", `TEST:${world.calls.length + 1}`);

  if (path === "/graphql" || path === "/api/graphql") return serveGraphqlCall(served, path, request, response);
  if (GIT.test(path)) {
    const service = url.searchParams.get("service") ?? path.split("/").at(-1) ?? "";
    return faulty(served, { kind: "git", route: routeOfGit(path), operation: service }, request, response, (fault) =>
      serveGit(world, path, request, response, fault),
    );
  }
  if (path.startsWith("/twirp/"))
    return faulty(
      served,
      { kind: "results", route: path, operation: path.split("/").at(-1) ?? "" },
      request,
      response,
      () => serveResults(world, served, path, request, response),
    );
  const upload = path.startsWith("/uploads/");
  const route = githubDescription().find(method, path.replace(/^\/uploads/, ""));
  const known = route !== null && (route.id === "repos/upload-release-asset") === upload;
  const asked = {
    kind: upload ? "upload" : "rest",
    route: route?.operation.path ?? path,
    operation: route?.id ?? null,
  } as const;
  return faulty(served, asked, request, response, async (fault) => {
    if (overLimit(served.limit, world, response)) {
      request.resume();
      return send(response, { status: 403, body: { message: "API rate limit exceeded for installation ID 1." } });
    }
    if (known) return serveRest(world, route, request, response, fault);
    request.resume();
    world.violations.push(`nobody serves ${method} ${path}`);
    send(response, {
      status: 404,
      body: { message: "Not Found", documentation_url: "https://docs.github.com/rest", status: "404" },
    });
  });
}

/** The second origin: bytes, to whoever has a signed address; a token has no business here. */
export async function serveBlobs(served: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { world, blobs } = served;
  const url = new URL(request.url ?? "/", world.blobUrl);
  const [, kind = "", key = ""] = url.pathname.split("/");
  const put = kind === "upload" && request.method === "PUT";
  const route = put ? `/upload/${url.searchParams.get("comp") ?? "whole"}` : "/blob";
  const asked = { kind: put ? "results" : "download", route, operation: put ? "put-blob" : "get-blob" } as const;
  return faulty(served, asked, request, response, async (fault) => {
    if (request.headers.authorization !== undefined) {
      request.resume();
      world.violations.push("a token was sent to another origin");
      return send(response, { status: 400, body: { message: "Only one auth mechanism allowed" } });
    }
    if (put) return void (await blobs.put(key, url.searchParams, request, response, fault === "truncated-upload"));
    const found = kind === "blob" ? world.files.signed(key) : null;
    if (found === null) return void response.writeHead(403).end("AuthenticationFailed");
    await world.files.serve(found, request, response);
  });
}

async function serveGraphqlCall(
  served: Served,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { world } = served;
  const asked = readGraphql((await readAll(request, LARGEST_QUERY)).toString("utf8"));
  const call = { kind: "graphql", route: path, operation: asked?.fields ?? null } as const;
  return faulty(served, call, request, response, async (fault) => {
    const token = world.tokens.of(request.headers.authorization);
    if (token === null) return send(response, { status: 401, body: { message: "Bad credentials" } });
    if (asked === null) return send(response, { status: 400, body: { message: "Problems parsing JSON" } });
    await serveGraphql(world, asked, token, response, fault);
  });
}

async function faulty(
  { world }: Served,
  asked: Pick<Call, "kind" | "route" | "operation">,
  request: IncomingMessage,
  response: ServerResponse,
  answer: (fault: FaultKind | null) => Promise<void>,
): Promise<void> {
  const path = new URL(request.url ?? "/", world.url).pathname;
  const call: Call = { ...asked, method: request.method ?? "GET", path, status: 0, fault: null };
  world.calls.push(call);
  response.on("finish", () => {
    call.status = response.statusCode;
  });
  const fault = world.faults.take(call);
  response.sendDate = false;
  if (fault?.startsWith("clock-skew")) world.skew = amountOf(fault, 0);
  response.setHeader("date", new Date(world.now()).toUTCString());
  if (await misbehave(world, fault, call, request, response)) return;
  await answer(fault);
}

const routeOfGit = (path: string) => path.replace(/^\/[^/]+\/[^/]+?(?:\.git)?(?=\/)/, "/{owner}/{repo}.git");

function overLimit(limit: RateLimit, world: World, response: ServerResponse): boolean {
  const now = Date.parse(world.now());
  if (now >= limit.reset) Object.assign(limit, { used: 0, reset: now + 3_600_000 });
  limit.used++;
  response.setHeader("x-ratelimit-limit", String(limit.limit));
  response.setHeader("x-ratelimit-remaining", String(Math.max(0, limit.limit - limit.used)));
  response.setHeader("x-ratelimit-used", String(Math.min(limit.used, limit.limit)));
  response.setHeader("x-ratelimit-reset", String(Math.floor(limit.reset / 1000)));
  response.setHeader("x-ratelimit-resource", "core");
  return limit.used > limit.limit;
}
