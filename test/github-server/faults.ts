import type { Call } from "./world.ts";

/**
 * What goes wrong with one call:
 * - `502-before`, `502-after`: the server answers 502 without, or with, the work done
 * - `502-starter`: an upload ends in 502 and leaves an asset in the state `starter`
 * - `drop-before`, `drop-after`: the connection ends without an answer, the work not done, or done
 * - `drop-request-at N`: it ends after N bytes of the request's body; `drop-answer-at N`: after N bytes of the answer's
 * - `stale-head`: another commit lands on the branch just before
 * - `secondary-limit [S]`, `rate-limit [S]`: 403 with `retry-after` (S seconds, 1 unless told), or with nothing remaining until then
 * - `truncated-upload`: the first half of the bytes is stored, and the answer is 201
 * - `duplicate-draft`: another job has drafted the same release just before
 * - `redirect`: the repository was renamed: the answer points to `/repositories/ID/…`
 * - `delay MS`: the answer comes late; `clock-skew S`: this server's clock is S seconds ahead from now on
 * - `unauthorized`: 401, as with a token of a job that has ended
 */
export type FaultKind =
  | "502-before"
  | "502-after"
  | "502-starter"
  | "drop-before"
  | "drop-after"
  | `drop-request-at ${number}`
  | `drop-answer-at ${number}`
  | "stale-head"
  | "secondary-limit"
  | `secondary-limit ${number}`
  | "rate-limit"
  | `rate-limit ${number}`
  | "truncated-upload"
  | "duplicate-draft"
  | "redirect"
  | `delay ${number}`
  | `clock-skew ${number}`
  | "unauthorized";

export interface FaultRule {
  readonly match?: {
    readonly kind?: Call["kind"];
    /** Part of `METHOD /template`, of the path, or the operation. */
    readonly route?: string | RegExp;
    /** Which of the calls that match, from 1; without it, the first. */
    readonly nth?: number;
  };
  readonly do: FaultKind;
  /** How often it fires: once unless told; `Infinity` for always. */
  readonly times?: number;
}

/** The plan of what goes wrong, and what of it did. */
export class Faults {
  readonly fired: { readonly rule: FaultRule; readonly call: Call }[] = [];
  readonly #rules: { rule: FaultRule; seen: number; left: number }[] = [];

  add(rule: FaultRule): void {
    this.#rules.push({ rule, seen: 0, left: rule.times ?? 1 });
  }

  clear(): void {
    this.#rules.length = 0;
  }

  /** Rules that never fired: a test that planned them tests nothing. */
  get waiting(): readonly FaultRule[] {
    return this.#rules.filter(({ rule, left }) => left === (rule.times ?? 1)).map(({ rule }) => rule);
  }

  /** What happens to this call; the first rule of the plan that takes it. */
  take(call: Call): FaultKind | null {
    let taken: FaultKind | null = null;
    for (const entry of this.#rules) {
      if (!matches(entry.rule, call)) continue;
      entry.seen++;
      if (taken !== null || entry.left <= 0 || entry.seen < (entry.rule.match?.nth ?? 1)) continue;
      entry.left--;
      this.fired.push({ rule: entry.rule, call });
      call.fault = entry.rule.do;
      taken = entry.rule.do;
    }
    return taken;
  }
}

function matches({ match }: FaultRule, call: Call): boolean {
  if (match?.kind !== undefined && match.kind !== call.kind) return false;
  if (match?.route === undefined) return true;
  const names = [`${call.method} ${call.route}`, `${call.method} ${call.path}`, call.operation ?? ""];
  const { route } = match;
  return names.some((name) => (typeof route === "string" ? name === route || name.includes(route) : route.test(name)));
}

/** The number after the name of a fault. */
export function amountOf(fault: string, otherwise: number): number {
  const amount = Number(fault.split(" ")[1]);
  return Number.isFinite(amount) ? amount : otherwise;
}
