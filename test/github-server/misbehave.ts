import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { send } from "./exchange.ts";
import { amountOf, type FaultKind } from "./faults.ts";
import { idOf } from "./shapes.ts";
import type { Call, World } from "./world.ts";

/** Does what a fault says to a connection. @returns Whether the call is answered already. */
export async function misbehave(
  world: World,
  fault: FaultKind | null,
  call: Call,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (fault === null) return false;
  const say = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) => {
    request.resume(); // the client hears the answer only once it has sent all
    send(response, { status, body, headers });
    return true;
  };
  const [name] = fault.split(" ");
  const seconds = amountOf(fault, 1);
  switch (name) {
    case "delay":
      await sleep(amountOf(fault, 100));
      return false;
    case "502-before":
      return say(502, { message: "Server Error" });
    case "502-after":
      afterwards(response, (answer) => answer(502, { message: "Server Error" }));
      return false;
    case "drop-before":
      request.socket.destroy();
      return true;
    case "drop-after":
      afterwards(response, () => request.socket.destroy());
      return false;
    case "drop-request-at": {
      const { socket } = request;
      await readSome(request, amountOf(fault, 0));
      socket.destroy();
      return true;
    }
    case "drop-answer-at":
      dropAt(response, amountOf(fault, 0), () => request.socket.destroy());
      return false;
    case "secondary-limit":
      return say(
        403,
        { message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again." },
        { "retry-after": String(seconds) },
      );
    case "rate-limit":
      if (call.kind === "graphql")
        return say(200, {
          errors: [{ type: "RATE_LIMITED", message: "API rate limit exceeded for installation ID 1." }],
        });
      return say(
        403,
        { message: "API rate limit exceeded for installation ID 1." },
        {
          "x-ratelimit-limit": "1000",
          "x-ratelimit-remaining": "0",
          "x-ratelimit-reset": String(Math.floor(Date.parse(world.now()) / 1000) + seconds),
        },
      );
    case "unauthorized":
      return say(401, { message: "Bad credentials", documentation_url: "https://docs.github.com/rest", status: "401" });
    case "redirect":
      return redirect(world, call, request, say);
    default:
      return false; // the handler does it
  }
}

function redirect(
  world: World,
  call: Call,
  request: IncomingMessage,
  say: (status: number, body: unknown, headers: Readonly<Record<string, string>>) => boolean,
): boolean {
  const path = request.url ?? "/";
  if (call.kind === "download") {
    const location = `${world.blobUrl.replace("127.0.0.1", "localhost")}${path}`;
    return say(302, undefined, { location });
  }
  const url = `${world.url}${path.replace(`/repos/${world.slug}`, `/repositories/${idOf(world.slug)}`)}`;
  const read = request.method === "GET" || request.method === "HEAD";
  const body = { message: "Moved Permanently", url, documentation_url: "https://docs.github.com/rest" };
  return say(read ? 301 : 307, body, { location: url });
}

/** Ends when so many bytes have come, or all of them. */
function readSome(request: IncomingMessage, bytes: number): Promise<void> {
  if (request.readableEnded) return Promise.resolve(); // a GraphQL call was read to know what it asks
  return new Promise((resolve) => {
    let read = 0;
    request.on("data", (chunk: Buffer) => {
      read += chunk.length;
      if (read >= bytes) resolve();
    });
    request.on("end", resolve);
    request.on("close", resolve);
  });
}

/** The work is done, and its answer lost: something else happens instead. */
function afterwards(
  response: ServerResponse,
  instead: (answer: (status: number, body: unknown) => void) => void,
): void {
  const { writeHead, write, end } = response;
  const real = (status: number, body: unknown) => {
    Object.assign(response, { writeHead, write, end });
    send(response, { status, body });
  };
  response.writeHead = (() => response) as never;
  response.write = ((_chunk: unknown, ...rest: unknown[]) => {
    for (const callback of rest) if (typeof callback === "function") callback();
    return true;
  }) as never;
  response.end = (() => {
    instead(real);
    return response;
  }) as never;
}

function dropAt(response: ServerResponse, bytes: number, drop: () => void): void {
  const { write, end } = response;
  let left = bytes;
  const passed = (chunk: unknown): boolean => {
    if (typeof chunk !== "string" && !Buffer.isBuffer(chunk)) return true;
    const buffer = Buffer.from(chunk as Buffer);
    if (buffer.length <= left) {
      left -= buffer.length;
      write.call(response, buffer, "utf8");
      return true;
    }
    write.call(response, buffer.subarray(0, left), "utf8", drop);
    left = 0;
    return false;
  };
  response.write = ((chunk: unknown, ...rest: unknown[]) => {
    passed(chunk);
    for (const callback of rest) if (typeof callback === "function") callback();
    return true;
  }) as never;
  response.end = ((chunk: unknown) => {
    if (passed(chunk)) (end as () => unknown).call(response);
    return response;
  }) as never;
}
