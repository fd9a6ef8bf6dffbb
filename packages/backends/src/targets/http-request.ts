/** Longest answer that is read, in bytes. */
const LIMIT = 1024 * 1024;

export type Answer =
  | { readonly status: number; readonly text: string; readonly location: string | null }
  | { readonly problem: string };

/**
 * One HTTP request on a connection of its own, without redirects, proxies or credentials; at most a mebibyte is read. Never rejects.
 *
 * @param body JSON text to send, or null.
 * @param stopped Ends the request once it says so.
 */
export async function request(
  method: string,
  url: string,
  body: string | null,
  timeoutMs: number,
  stopped: () => boolean,
): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const headers =
    body === null ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const client = await (url.startsWith("https:") ? import("node:https") : import("node:http")); // 10 ms that only a smoke test pays
  const sent = client.request(url, { method, headers, agent: false });
  const end = (answer: Answer) => {
    clearTimeout(deadline);
    clearInterval(watch);
    sent.destroy();
    resolve(answer);
  };
  const deadline = setTimeout(() => end({ problem: `no answer within ${(timeoutMs / 1000).toFixed(1)} s` }), timeoutMs);
  const watch = setInterval(() => {
    if (stopped()) end({ problem: "stopped on request" });
  }, 100);

  sent.on("error", (error: NodeJS.ErrnoException) => end({ problem: error.code ?? error.message }));
  sent.on("response", (response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > LIMIT) end({ problem: "the answer is longer than 1 MiB" });
    });
    response.on("error", (error: Error) => end({ problem: error.message }));
    response.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      end({ status: response.statusCode ?? 0, text, location: response.headers.location ?? null });
    });
  });
  sent.end(body ?? undefined);
  return promise;
}
