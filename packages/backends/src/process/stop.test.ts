import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { stopOnSignals } from "./stop.ts";

test("the first signal asks, the same one sent twice at once is one, a later second one hurries", async () => {
  const source = new EventEmitter();
  const stop = stopOnSignals(source, 30);
  source.emit("SIGTERM");
  source.emit("SIGINT");
  expect([stop.asked.aborted, stop.now.aborted, stop.signal]).toEqual([true, false, "SIGTERM"]);
  await sleep(50);
  source.emit("SIGHUP"); // a terminal that closes does not make it more urgent
  expect(stop.now.aborted).toBe(false);
  source.emit("SIGINT");
  expect(stop.now.aborted).toBe(true);
});

test("afterwards signals mean what they meant before", () => {
  const source = new EventEmitter();
  const stop = stopOnSignals(source);
  stop.off();
  source.emit("SIGINT");
  expect([stop.asked.aborted, stop.signal, source.listenerCount("SIGINT")]).toEqual([false, null, 0]);
});
