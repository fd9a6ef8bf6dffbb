import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readAll, send } from "../exchange.ts";
import type { World } from "../world.ts";
import { artifactService } from "./artifact-service.ts";
import type { Blobs } from "./blobs.ts";
import { cacheService } from "./cache-service.ts";
import type { Claims, RuntimeTokens } from "./runtime-tokens.ts";

/** A message of the services, in JSON with the names of their protobuf. */
export type Message = Record<string, unknown>;

export interface ResultsCall {
  readonly world: World;
  readonly claims: Claims;
  readonly message: Message;
  readonly blobs: Blobs;
  /** An address that takes the bytes of an upload called `key`. */
  readonly uploadUrl: (key: string) => string;
}

export type Method = (call: ResultsCall) => Message;

/** What a service answers instead, as Twirp says it. */
export class TwirpError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const services: Readonly<Record<string, Readonly<Record<string, Method>>>> = {
  "github.actions.results.api.v1.ArtifactService": artifactService,
  "github.actions.results.api.v1.CacheService": cacheService,
};

/** Artifacts (v4) and caches (v2) as the toolkit's own libraries call them. */
export async function serveResults(
  world: World,
  { blobs, tokens }: { blobs: Blobs; tokens: RuntimeTokens },
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, , service = "", name = ""] = path.split("/");
  const method = services[service]?.[name];
  const claims = tokens.of(request.headers.authorization);
  const message = JSON.parse((await readAll(request, 1 << 20)).toString("utf8") || "{}") as Message;
  try {
    if (claims === null) throw new TwirpError(401, "unauthenticated", "invalid token");
    if (method === undefined) {
      world.violations.push(`results: nobody serves ${path}`);
      throw new TwirpError(404, "bad_route", `no handler for path ${path}`);
    }
    const uploadUrl = (key: string) => `${world.blobUrl}/upload/${key}?sig=${randomBytes(8).toString("hex")}`;
    send(response, { status: 200, body: method({ world, claims, message, blobs, uploadUrl }) });
  } catch (error) {
    if (!(error instanceof TwirpError)) throw error;
    send(response, { status: error.status, body: { code: error.code, msg: error.message } });
  }
}
