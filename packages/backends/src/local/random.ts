import { randomInt, randomUUID } from "node:crypto";
import type { Random } from "@trainyard/core";

const RANGE = 2 ** 48 - 1; // the largest randomInt takes

export function systemRandom(): Random {
  return { uuid: () => randomUUID(), fraction: () => randomInt(RANGE) / RANGE };
}
