import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { RequestError } from "@octokit/request-error";
import { TrainyardError } from "@trainyard/core";
import type { Github } from "../call/github.ts";
import { githubRefusal } from "../call/refusal.ts";

/** A stream that moves no byte for this long is broken. */
const IDLE_MS = 60_000;
/** Longest answer that is kept; what GitHub says of an asset has 2 kB. */
const LIMIT = 1024 * 1024;

/**
 * One HTTP request that is streamed, without redirects and without octokit, which holds bodies in memory.
 * @throws SERVICE_UNREACHABLE
 */
export async function openRequest(
  github: Github,
  method: "GET" | "POST",
  url: URL,
  headers: Readonly<Record<string, string | number>>,
  body: Readable | null,
): Promise<IncomingMessage> {
  const { request } = await (url.protocol === "https:" ? import("node:https") : import("node:http"));
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent = request(url, { method, headers: { "user-agent": "trainyard", ...headers } });
  sent.setTimeout(IDLE_MS, () => sent.destroy(new Error(`nothing came for ${IDLE_MS / 1000} s`)));
  sent.on("response", resolve);
  sent.on("error", (error) => reject(unreachable(github, error)));
  if (body === null) sent.end();
  else {
    body.on("error", (error) => sent.destroy(error));
    sent.on("close", () => body.destroy()); // an answer may come before all is sent
    body.pipe(sent);
  }
  return promise;
}

/** The whole answer as JSON; null when it is none. @throws SERVICE_UNREACHABLE */
export async function readJson(github: Github, response: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= LIMIT) chunks.push(chunk);
    }
  } catch (error) {
    throw unreachable(github, error);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return null;
  }
}

/** What an answer that is none of success means; a RequestError for the caller where it says what to do. */
export function answerRefusal(
  github: Github,
  asked: { method: string; url: string },
  { statusCode = 0, headers }: IncomingMessage,
  data: unknown,
): unknown {
  const said = (data as { message?: unknown } | null)?.message;
  const error = new RequestError(typeof said === "string" ? said : `HTTP ${statusCode}`, statusCode, {
    request: { method: asked.method as "GET", url: asked.url, headers: {} },
    response: { status: statusCode, url: asked.url, headers: headers as Record<string, string>, data },
  });
  return githubRefusal(error, asked, github.connection);
}

export function unreachable({ connection }: Github, error: unknown): TrainyardError {
  const problem = (error as NodeJS.ErrnoException).code ?? (error as Error).message ?? String(error);
  const service = `GitHub (${connection.owner}/${connection.name})`;
  return new TrainyardError("SERVICE_UNREACHABLE", { service, problem }, { cause: error });
}
