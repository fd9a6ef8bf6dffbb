import { setTimeout as pause } from "node:timers/promises";
import type { FaultKind } from "../github-server/faults.ts";
import type { Call } from "../github-server/world.ts";
import type { Ended, Scene } from "./scene.ts";
import type { Verb } from "./verbs.ts";

/** What can go wrong with any call, and with what kind of call only. */
const ALWAYS = [
  "502-before",
  "502-after",
  "drop-before",
  "drop-after",
  "drop-answer-at 40",
  "secondary-limit",
  "delay 100",
] as const;

function faultsOf({ kind, method, operation }: Call): FaultKind[] {
  const write = method !== "GET";
  const faults: FaultKind[] = [...ALWAYS];
  if (kind === "rest" || kind === "graphql") faults.push("rate-limit", "unauthorized", "clock-skew 3600");
  if (kind === "rest" && !write) faults.push("redirect");
  if (kind !== "git" && write) faults.push("drop-request-at 20");
  if (operation === "repos/create-release") faults.push("duplicate-draft");
  if (kind === "upload") faults.push("truncated-upload", "502-starter");
  return faults;
}

export interface Case {
  readonly call: string;
  readonly kind: Call["kind"];
  readonly fault: FaultKind;
  /** The refusal of the run that met the fault, "" when it went on by itself. */
  readonly refusal: string;
  /** Plain re-runs until it was done. */
  readonly again: number;
  readonly problems: readonly string[];
  readonly seconds: number;
}

/** What came of a verb's cases. */
export interface Tried {
  readonly verb: string;
  /** Calls it makes when nothing goes wrong. */
  readonly calls: number;
  readonly cases: readonly Case[];
}

/** A step that takes longer than this hangs: each takes seconds, and no library waits so long for a call that failed. */
const MOST_SECONDS = 300;

/** Longest row of re-runs: an answer that came too late may make the first of them look again. */
const MOST_RUNS = 3;

/**
 * Each fault at each call of a verb, each from the same state; then plain re-runs, and what is wrong in the end.
 * @param done Told of each case.
 */
export async function casesOf(
  scene: Scene,
  verb: Verb,
  chosen: (index: number) => boolean,
  done: (one: Case) => void = () => {},
): Promise<Tried> {
  const step = await verb.prepare(scene);
  const back = scene.snapshot();
  const run = (what: string) => within(scene.run(step), `${verb.name}, ${what}`);
  const clean = await run("without any fault");
  const wrong = [
    ...(clean.exit === verb.exit ? [] : [`it ended with ${clean.exit} ${clean.refusal}\n${clean.log}`]),
    ...(await verb.problems(scene, clean, step)),
  ];
  if (wrong.length > 0) throw new Error(`${verb.name}, without any fault: ${wrong.join("; ")}`);
  const cases: Case[] = [];
  let index = 0;
  for (const [at, call] of clean.calls.entries()) {
    const same = (other: Call) =>
      other.kind === call.kind && other.method === call.method && other.route === call.route;
    const nth = clean.calls.slice(0, at + 1).filter(same).length;
    for (const fault of faultsOf(call)) {
      if (!chosen(index++)) continue;
      back();
      const began = performance.now();
      const { server } = scene;
      const route = new RegExp(`^${`${call.method} ${call.route}`.replace(/[^\w ]/g, "\\$&")}$`);
      server.faults.add({ match: { kind: call.kind, route, nth }, do: fault });
      scene.rerun(step.trigger);
      const first = await run(`${fault} at ${call.method} ${call.route} #${nth}`);
      const problems: string[] = [];
      if (server.faults.fired.length === 0) problems.push("the fault never fired");
      server.faults.clear();
      problems.push(...crashed(first));
      let last = first;
      let again = 0;
      // Once more even where the first run went well: a re-run is what people press.
      do {
        scene.rerun(step.trigger);
        last = await run(`after ${fault} at ${call.method} ${call.route} #${nth}`);
        again++;
        problems.push(...crashed(last));
      } while (last.exit !== verb.exit && again < MOST_RUNS);
      if (last.exit !== verb.exit)
        problems.push(`${again} re-runs end with ${last.exit} ${last.refusal}: ${last.log.slice(-600)}`);
      problems.push(...(await verb.problems(scene, last, step)), ...server.violations.splice(0));
      const one = {
        call: `${call.kind} ${call.operation ?? `${call.method} ${call.route}`} #${nth}`,
        kind: call.kind,
        fault,
        refusal: first.exit === verb.exit ? "" : first.refusal,
        again,
        problems,
        seconds: (performance.now() - began) / 1000,
      };
      cases.push(one);
      done(one);
    }
  }
  back();
  return { verb: verb.name, calls: clean.calls.length, cases };
}

/** What hangs cannot be stopped in this process: nothing after it would mean anything. */
async function within<T>(work: Promise<T>, what: string): Promise<T> {
  const late = new AbortController();
  const limit = pause(MOST_SECONDS * 1000, null, { signal: late.signal }).then(() => {
    throw new Error(`${what}: not done within ${MOST_SECONDS} s`);
  });
  limit.catch(() => {}); // when the work is done first
  try {
    return await Promise.race([work, limit]);
  } finally {
    late.abort();
  }
}

/** A bug of ours, whatever the fault. */
function crashed({ exit, log }: Ended): string[] {
  return exit === 70 ? [`it crashed: ${log.slice(-1500)}`] : [];
}
