import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Answer, type Exchange, Refused, readAll, send } from "../exchange.ts";
import { githubDescription, type Route } from "../openapi.ts";
import { acceptedHeader, allows } from "../tokens.ts";
import type { World } from "../world.ts";
import { handlers } from "./handlers.ts";
import { permissionsFor } from "./permissions.ts";

/** Bytes of a body that is JSON; GitHub's own limit is about that. */
const LARGEST_BODY = 40 * 1024 * 1024;

/** One REST call, from what GitHub's description asks of it to what it promises of the answer. */
export async function serveRest(
  world: World,
  route: Route,
  request: IncomingMessage,
  response: ServerResponse,
  fault: string | null,
): Promise<void> {
  const answer = await answerOf(world, route, request, fault).catch((error: unknown): Answer => {
    if (error instanceof Refused) return { status: error.status, body: error.body, headers: error.headers };
    if (request.destroyed && !request.complete) return { status: 499 }; // the client went away; nobody hears this
    world.violations.push(`${route.id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return { status: 500, body: { message: "Server Error" } };
  });
  if (answer.status === 499) return void response.destroy();
  request.resume();
  send(response, tagged(request, checked(world, route, answer)), {
    "x-github-media-type": "github.v3; format=json",
    "x-github-api-version-selected": "2022-11-28",
  });
}

async function answerOf(world: World, route: Route, request: IncomingMessage, fault: string | null): Promise<Answer> {
  const { id, operation, params } = route;
  const token = world.tokens.of(request.headers.authorization);
  if (token === null)
    throw new Refused(401, request.headers.authorization ? "Bad credentials" : "Requires authentication");
  const needed = permissionsFor(id, operation.method);
  if (!allows(token.permissions, needed))
    throw new Refused(403, "Resource not accessible by integration", undefined, {
      "x-accepted-github-permissions": acceptedHeader(needed),
    });
  if (params.owner !== undefined && `${params.owner}/${params.repo}`.toLowerCase() !== world.slug.toLowerCase())
    throw new Refused(404, "Not Found");

  const query = Object.fromEntries(new URL(request.url ?? "/", world.url).searchParams);
  const text = id === "repos/upload-release-asset" ? "" : (await readAll(request, LARGEST_BODY)).toString("utf8");
  const body = text === "" ? undefined : parse(text);
  const problems = githubDescription().requestProblems(
    id,
    operation,
    query,
    body ?? (operation.body?.required ? null : undefined),
  );
  if (problems.length > 0) {
    world.violations.push(...problems);
    return { status: 500, body: { message: "This request is none GitHub describes", problems } };
  }
  const handler = handlers[id];
  if (handler === undefined) throw new Error(`nobody has written ${id}`);
  const exchange: Exchange = {
    world,
    params,
    query,
    body: (body ?? {}) as Record<string, unknown>,
    token,
    request,
    fault,
  };
  return handler(exchange as Exchange<never>);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused(400, "Problems parsing JSON");
  }
}

/** An answer that GitHub's description does not allow is a mistake of this server. */
function checked(world: World, { id, operation }: Route, answer: Answer): Answer {
  const body = answer.body === undefined ? undefined : JSON.parse(JSON.stringify(answer.body));
  if (answer.status >= 500) return answer;
  const problems = githubDescription().answerProblems(id, operation, answer.status, body);
  if (problems.length === 0) return answer;
  world.violations.push(...problems);
  return { status: 500, body: { message: "This server's answer is none GitHub describes", problems } };
}

/** A read carries an ETag, and is 304 for who has it already. */
function tagged(request: IncomingMessage, answer: Answer): Answer {
  if (request.method !== "GET" || answer.status !== 200) return answer;
  const etag = `W/"${createHash("sha256").update(JSON.stringify(answer.body)).digest("hex")}"`;
  const headers = { ...answer.headers, etag };
  return request.headers["if-none-match"] === etag ? { status: 304, headers } : { ...answer, headers };
}
