import { setTimeout as sleep } from "node:timers/promises";
import type { Probe, Target } from "@trainyard/core";
import { type Answer, request } from "./http-request.ts";

const POLL_MS = 100;
/** The longest wait for one answer; a server that hangs is asked again until the whole time is over. */
const ONE_ANSWER_MS = 10_000;

/** Waits until GET {url}/ready names the digest, then sends the golden request once. Never throws: what went wrong is the `problem`. */
export async function probeServer({
  url,
  timeoutSeconds,
  digest,
  golden,
  stopped = () => false,
}: Parameters<Target["probe"]>[0]): Promise<Probe> {
  const started = performance.now();
  const base = url.replace(/\/+$/, "");
  const seconds = () => (performance.now() - started) / 1000;
  const left = () => Math.min(ONE_ANSWER_MS, Math.max(POLL_MS, (timeoutSeconds - seconds()) * 1000));
  let served: string | null = null;
  const ended = (problem: string | null, answer: unknown = null): Probe => ({
    served,
    answer,
    problem,
    seconds: seconds(),
  });

  for (;;) {
    if (stopped()) return ended("stopped on request");
    const answer = await request("GET", `${base}/ready`, null, left(), stopped);
    served = namedDigest(answer);
    if (served === digest) break;
    const last = served === null ? describe(answer) : `it serves ${served}`;
    // What is left after the next pause would be too short to ask again, and its failure would hide what the server really said.
    if (seconds() + (2 * POLL_MS) / 1000 >= timeoutSeconds) {
      return ended(`${base}/ready did not name ${digest} within ${timeoutSeconds} s: ${last}`);
    }
    await sleep(POLL_MS);
  }
  if (golden === null) return ended(null);

  const answer = await request("POST", base + golden.path, JSON.stringify(golden.request), left(), stopped);
  if (stopped()) return ended("stopped on request");
  if ("problem" in answer || answer.status < 200 || answer.status > 299) {
    return ended(`POST ${golden.path}: ${describe(answer)}`);
  }
  const parsed = parse(answer.text);
  return parsed === undefined ? ended(`POST ${golden.path}: the answer is not JSON`) : ended(null, parsed);
}

/** The digest that an answer of /ready names; null when it is not ready or says none. */
function namedDigest(answer: Answer): string | null {
  if ("problem" in answer || answer.status !== 200) return null;
  const said = parse(answer.text);
  if (typeof said !== "object" || said === null || !("digest" in said)) return null;
  return typeof said.digest === "string" ? said.digest.slice(0, 200) : null;
}

function describe(answer: Answer): string {
  if ("problem" in answer) return answer.problem;
  const { status, location, text } = answer;
  if (status >= 300 && status < 400)
    return `it redirects (${status}) to ${location ?? "nowhere"}, which is not followed`;
  const start = text
    .slice(0, 120)
    .replace(/\p{Cc}+/gu, " ")
    .trim();
  if (status !== 200) return `it answers ${status}${start === "" ? "" : `: ${start}`}`;
  return parse(text) === undefined ? "the answer is not JSON" : `the answer names no digest: ${start}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
