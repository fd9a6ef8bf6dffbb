import type { IncomingMessage, ServerResponse } from "node:http";
import { readAll, send } from "../exchange.ts";
import type { World } from "../world.ts";
import { artifactService } from "./artifact-service.ts";
import type { Blobs, Upload } from "./blobs.ts";
import { cacheService } from "./cache-service.ts";
import type { Claims, RuntimeTokens } from "./runtime-tokens.ts";
import { readMessage, TwirpError } from "./twirp.ts";

export interface ResultsCall {
  readonly world: World;
  readonly claims: Claims;
  /** In JSON with the names of its protobuf; the method checks it. */
  readonly message: unknown;
  readonly blobs: Blobs;
  /** Where the bytes of an upload go. */
  readonly uploadUrl: (upload: Upload) => string;
}

export type Method = (call: ResultsCall) => Readonly<Record<string, unknown>>;

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
  const methods = Object.hasOwn(services, service) ? services[service] : undefined;
  const method = methods !== undefined && Object.hasOwn(methods, name) ? methods[name] : undefined;
  const claims = tokens.of(request.headers.authorization);
  const text = (await readAll(request, 1 << 20)).toString("utf8");
  try {
    if (method === undefined || request.method !== "POST") {
      world.violations.push(`results: nobody serves ${request.method} ${path}`);
      throw new TwirpError("bad_route", `no handler for path ${path}`);
    }
    if (claims === null) throw new TwirpError("unauthenticated", "invalid token");
    // Its key is the signature too: in hex, for the `=` at the end of a real one gets lost in @azure/storage-blob.
    const uploadUrl = ({ key }: Upload) => `${world.blobUrl}/upload/${key}?sig=${key}`;
    send(response, { status: 200, body: method({ world, claims, message: readMessage(text), blobs, uploadUrl }) });
  } catch (error) {
    if (!(error instanceof TwirpError)) throw error;
    send(response, { status: error.status, body: { code: error.code, msg: error.message } });
  }
}
