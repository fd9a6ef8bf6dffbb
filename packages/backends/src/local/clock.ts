import { setTimeout as sleep } from "node:timers/promises";
import { type Clock, instant, TrainyardError } from "@trainyard/core";

export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    seconds: monotonicSeconds,
    simulated: false,
    sleep: (milliseconds) => sleep(milliseconds),
  };
}

/**
 * A clock that stands at an instant, for telling a story that happened then; durations and waiting stay real.
 *
 * @param text ISO 8601: a date (midnight UTC), or date and time with `Z` or an offset.
 * @throws INPUT_INVALID
 */
export function simulatedClock(text: string): Clock {
  const now = calendarInstant(text);
  if (now === null) {
    const expected = "a date or an instant like 2001-03-22T06:00:00Z";
    throw new TrainyardError("INPUT_INVALID", { input: "TRAINYARD_NOW", expected, got: JSON.stringify(text) });
  }
  return { ...systemClock(), now: () => now, simulated: true };
}

/** The clock the environment asks for. @throws INPUT_INVALID */
export function clockFrom(environment: Readonly<Record<string, string | undefined>>): Clock {
  const told = environment.TRAINYARD_NOW;
  return told === undefined || told === "" ? systemClock() : simulatedClock(told);
}

const ISO = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

function calendarInstant(text: string): number | null {
  const day = ISO.exec(text)?.[1];
  if (day === undefined) return null;
  const midnight = instant(`${day}T00:00:00Z`);
  // JavaScript reads 30 February as 2 March.
  if (midnight === null || new Date(midnight).toISOString().slice(0, 10) !== day) return null;
  return instant(text);
}

const monotonicSeconds = () => performance.now() / 1000;
