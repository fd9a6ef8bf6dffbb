import { spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { readAll } from "./exchange.ts";
import { gitEnvironment } from "./git-repository.ts";
import { landCommit } from "./stale-head.ts";
import { allows } from "./tokens.ts";
import type { World } from "./world.ts";

const LARGEST_PUSH = 64 * 1024 * 1024;

/** Git over HTTP by git's own `http-backend`; who may do what is decided here. */
export async function serveGit(
  world: World,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  fault: string | null,
): Promise<void> {
  const { searchParams, search } = new URL(request.url ?? "/", world.url);
  const service = path.endsWith("/info/refs") ? searchParams.get("service") : path.split("/").at(-1);
  const token = world.tokens.of(request.headers.authorization);
  if (token === null) {
    request.resume();
    response.writeHead(401, { "www-authenticate": 'Basic realm="GitHub"' }).end("Invalid username or token.\n");
    return;
  }
  const needed = service === "git-receive-pack" ? "write" : "read";
  if (!allows(token.permissions, [{ contents: needed }])) {
    request.resume();
    const text =
      needed === "write"
        ? `Permission to ${world.slug}.git denied to ${token.login}.\n`
        : "Write access to repository not granted.\n";
    response.writeHead(403, { "content-type": "text/plain" }).end(text);
    return;
  }
  let input: Readable = request;
  if (fault === "stale-head" && service === "git-receive-pack" && request.method === "POST") {
    const body = await readAll(request, LARGEST_PUSH);
    const branch = /[0-9a-f]{40} [0-9a-f]{40} refs\/heads\/([^\0 ]+)/.exec(body.toString("latin1"))?.[1];
    if (branch !== undefined) await landCommit(world, branch);
    input = Readable.from([body]);
  }
  await runBackend(world, path, search.slice(1), token.login, request, input, response);
}

function runBackend(
  world: World,
  path: string,
  query: string,
  user: string,
  request: IncomingMessage,
  input: Readable,
  response: ServerResponse,
): Promise<void> {
  const { headers } = request;
  const child = spawn("git", ["http-backend"], {
    env: {
      ...gitEnvironment(),
      GIT_PROJECT_ROOT: dirname(world.git.path),
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: path.replace(/^\/[^/]+\/[^/]+?(?:\.git)?(?=\/)/, `/${world.git.path.split("/").at(-1)}`),
      REQUEST_METHOD: request.method ?? "GET",
      QUERY_STRING: query,
      CONTENT_TYPE: headers["content-type"] ?? "",
      REMOTE_USER: user,
      REMOTE_ADDR: "127.0.0.1",
      ...(headers["content-length"] === undefined ? {} : { CONTENT_LENGTH: headers["content-length"] }),
      ...(headers["content-encoding"] === undefined ? {} : { HTTP_CONTENT_ENCODING: headers["content-encoding"] }),
      ...(typeof headers["git-protocol"] === "string" ? { GIT_PROTOCOL: headers["git-protocol"] } : {}),
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => {}); // the backend may end first
  child.stderr.resume();
  input.pipe(child.stdin);
  request.on("aborted", () => child.kill());
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    let open = false;
    child.stdout.on("data", (chunk: Buffer) => {
      if (open) return void response.write(chunk);
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      open = true;
      const fields = head
        .subarray(0, end)
        .toString("latin1")
        .split("\r\n")
        .map((line) => line.split(/: ?/, 2) as [string, string]);
      const status = Number(fields.find(([name]) => name === "Status")?.[1]?.slice(0, 3) ?? 200);
      response.writeHead(status, Object.fromEntries(fields.filter(([name]) => name !== "Status")));
      response.write(head.subarray(end + 4));
    });
    child.on("error", reject);
    child.on("close", () => {
      if (!open) response.writeHead(500);
      response.end();
      resolve();
    });
  });
}
