import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest, IncomingMessage } from "node:http";

const CHANNEL = "http.client.response.finish"; // published when the head of an answer is there
/** Where the services of artifacts and caches are asked. */
const SERVICE = "/twirp/";

/**
 * Runs a call of the toolkit's libraries. Their HTTP client listens for the `end` of an answer and for nothing else (@actions/http-client 4.0.1,
 * HttpClientResponse.readBody): when the connection breaks in the middle of one, it waits for ever, and so would the job. Such an answer is ended here;
 * half a JSON text is an error, and the library asks again.
 */
export async function endingBrokenAnswers<T>(call: () => Promise<T>): Promise<T> {
  const watch = (message: unknown) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
    if (!request.path.startsWith(SERVICE)) return;
    response.once("close", () => {
      if (!response.complete) response.emit("end");
    });
  };
  subscribe(CHANNEL, watch);
  try {
    return await call();
  } finally {
    unsubscribe(CHANNEL, watch);
  }
}
