import type { IncomingMessage } from "node:http";
import { TrainyardError } from "@trainyard/core";
import type { Github } from "../call/github.ts";
import type { Asset } from "./answers.ts";
import { beforeTry, isOpenEnded, waitAsAsked } from "./pace.ts";
import { answerRefusal, openRequest, readJson, unreachable } from "./raw-request.ts";

/** Tries in a row that bring not one byte. */
const TRIES = 6;
const REDIRECTS = 5;

/**
 * The bytes of an asset, each once and in order, handed on as they come. A connection that breaks is taken up where it broke; an address that expired
 * meanwhile is asked for again.
 * @param take Gets each chunk; the next is read when it has resolved.
 * @returns False when there is no such asset.
 * @throws SERVICE_UNREACHABLE, GITHUB_ANSWER, and what a token is refused
 */
export async function downloadAsset(
  github: Github,
  asset: Pick<Asset, "id" | "name" | "size">,
  take: (chunk: Buffer) => Promise<void>,
): Promise<boolean> {
  const what = `the download of ${asset.name}`;
  let done = 0;
  for (let tries = 1; done < asset.size; ) {
    const before = done;
    try {
      const response = await open(github, asset.id, done);
      if (response === null) return false;
      if (response !== "again") {
        let skip = firstByte(response, what) === done ? 0 : done; // a server that knows no ranges begins at 0
        for await (const chunk of chunksOf(github, response)) {
          const fresh = chunk.subarray(Math.min(skip, chunk.length));
          skip -= chunk.length - fresh.length;
          if (done + fresh.length > asset.size)
            throw new TrainyardError("GITHUB_ANSWER", { what, problem: `it has more than ${asset.size} bytes` });
          if (fresh.length > 0) await take(fresh);
          done += fresh.length;
        }
        if (done < asset.size)
          throw unreachable(github, new Error(`${what} ended after ${done} of ${asset.size} bytes`));
      }
    } catch (error) {
      if (!isOpenEnded(error) || (tries >= TRIES && done === before)) throw error;
    }
    if (done > before) tries = 1;
    else if (++tries > TRIES) throw unreachable(github, new Error(`${what} brings nothing`));
    if (done < asset.size) await beforeTry(github, tries);
  }
  return true;
}

/** Opens the bytes from one on. The token goes to the API alone: to another origin a redirect is followed without it. */
async function open(github: Github, id: number, from: number): Promise<IncomingMessage | "again" | null> {
  const { apiUrl, owner, name } = github.connection;
  const first = new URL(`${apiUrl}/repos/${owner}/${name}/releases/assets/${id}`);
  let url = first;
  for (let hops = 0; hops <= REDIRECTS; hops++) {
    const own = url.origin === first.origin;
    const headers = {
      accept: "application/octet-stream",
      "accept-encoding": "identity",
      ...(own ? { authorization: github.authorization } : {}),
      ...(from > 0 ? { range: `bytes=${from}-` } : {}),
    };
    const response = await openRequest(github, "GET", url, headers, null);
    const { statusCode: status = 0 } = response;
    if (status === 200 || status === 206) return response;
    const { location } = response.headers;
    if (status >= 300 && status < 400 && location !== undefined && URL.canParse(location, url.href)) {
      response.resume();
      const next = new URL(location, url);
      if (!/^https?:$/.test(next.protocol) || (first.protocol === "https:" && next.protocol !== "https:"))
        throw new TrainyardError("GITHUB_ANSWER", {
          what: "a download",
          problem: `it redirects to ${next.protocol} addresses`,
        });
      url = next;
      continue;
    }
    const data = await readJson(github, response);
    if (own && status === 404) return null;
    const limited = status === 429 || (status === 403 && response.headers["retry-after"] !== undefined);
    if (limited && (await waitAsAsked(github, response.headers))) return "again";
    if (own) throw answerRefusal(github, { method: "GET", url: url.href }, response, data);
    throw unreachable(github, new Error(`${url.host} answered ${status}`)); // a signed address may have expired: the API gives another
  }
  throw new TrainyardError("GITHUB_ANSWER", {
    what: "a download",
    problem: `it redirects more than ${REDIRECTS} times`,
  });
}

function firstByte({ statusCode, headers }: IncomingMessage, what: string): number {
  if (statusCode === 200) return 0;
  const [, first] = /^bytes (\d+)-/.exec(headers["content-range"] ?? "") ?? [];
  if (first === undefined) throw new TrainyardError("GITHUB_ANSWER", { what, problem: "a part without content-range" });
  return Number(first);
}

async function* chunksOf(github: Github, response: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    throw unreachable(github, error);
  }
}
