import { existsSync } from "node:fs";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { outwaitLock } from "./stale-ref-lock.ts";
import { refRefusal } from "./update-ref.ts";

let folder: string;
let lock: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ref-lock-"));
  lock = join(folder, "packed-refs.lock");
  await writeFile(lock, "");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const refusal = (path = lock) =>
  refRefusal(`fatal: Unable to create '${path}': File exists.`, { folder, ref: "r", command: "git update-ref" });
const hoursFromNow = (hours: number) => utimes(lock, Date.now() / 1000, Date.now() / 1000 + hours * 3600);

test("a lock that is released while it is watched is a conflict, whatever old a date another clock gave it", async () => {
  await hoursFromNow(-2);
  const [refused] = await Promise.all([refusal(), sleep(300).then(() => rm(lock))]);
  expect(refused).toMatchObject({ code: "REGISTRY_CONFLICT" });
  expect(await refusal()).toMatchObject({ code: "REGISTRY_CONFLICT" }); // gone by now
});

test("a lock that stays is named, whatever new a date another clock gave it, also by a path from the repository", async () => {
  await hoursFromNow(2);
  expect(await refusal("./packed-refs.lock")).toMatchObject({
    code: "REGISTRY_LOCKED",
    details: { path: lock, seconds: 5 },
  });
}, 20_000);

test("a lock that somebody holds for more than a second is not taken away", async () => {
  const waiting = outwaitLock(lock);
  await sleep(1_500);
  expect(existsSync(lock)).toBe(true);
  await rm(lock);
  expect(await waiting).toBe(true);
});
