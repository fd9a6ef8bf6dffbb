import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import type { Token } from "./tokens.ts";
import type { World } from "./world.ts";

/** A request that is known, allowed and well formed, as a handler gets it. */
export interface Exchange<Body = Record<string, unknown>> {
  readonly world: World;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Body;
  readonly token: Token;
  readonly request: IncomingMessage;
  /** What a fault of the plan asks the handler itself to do. */
  readonly fault: string | null;
}

export interface Answer {
  readonly status: number;
  /** Absent: an answer without a body. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler<Body = Record<string, unknown>> = (exchange: Exchange<Body>) => Answer | Promise<Answer>;
/** Handlers by operation id; each with a body of its own. */
export type Handlers = Readonly<Record<string, Handler<never>>>;

/** An answer that is an error, as GitHub words it. */
export class Refused extends Error {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    errors?: readonly (Readonly<Record<string, unknown>> | string)[],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.headers = headers;
    this.body = {
      message,
      ...(errors === undefined ? {} : { errors }),
      documentation_url: "https://docs.github.com/rest",
      status: String(status),
    };
  }
}

export const notFound = () => new Refused(404, "Not Found");
export const invalid = (resource: string, field: string, code: string, message?: string) =>
  new Refused(422, "Validation Failed", [{ resource, field, code, ...(message === undefined ? {} : { message }) }]);

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const done = (): Answer => ({ status: 204 });

/** The bytes of a request, of at most so many. */
export async function readAll(stream: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += (chunk as Buffer).length;
    if (size > limit) throw new Refused(413, `Request body of more than ${limit} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

export function send(response: ServerResponse, answer: Answer, extra: Readonly<Record<string, string>> = {}): void {
  const text = answer.body === undefined ? "" : JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    ...(answer.body === undefined ? {} : { "content-type": "application/json; charset=utf-8" }),
    ...(answer.status === 204 || answer.status === 304 ? {} : { "content-length": String(Buffer.byteLength(text)) }),
    ...extra,
    ...answer.headers,
  });
  response.end(text);
}
