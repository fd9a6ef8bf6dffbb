import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { rootDigest } from "../../registry/fold/root-digest.ts";
import { type EventBody, registrationOf } from "../../registry/log/event.ts";
import { openRegistry } from "../../registry/write/open-registry.ts";
import { aDigest, aVersion, memoryBackend } from "../../testing/index.ts";
import { showVersion } from "./show-version.ts";

const sha256 = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

test("a version is shown with the deployment that made it live, as long as it is", async () => {
  const registry = openRegistry(memoryBackend(sha256));
  const files = [{ path: "m", size: 1, digest: sha256("m") }];
  const version = aVersion({ files, rootDigest: rootDigest(files, sha256) });
  const { model, rootDigest: root } = version;
  const place = { model, version: 1, rootDigest: root, from: null, smoke: "passed", reason: null } as const;
  const deployed = (environment: string, letter: string, outcome: "live" | "failed") =>
    ({ type: "deploy.recorded", ...place, environment, outcome, deployment: aDigest(letter) }) as const;
  const alias = { model, alias: "production", reason: null } as const;
  const write = (...events: EventBody[]) => registry.transact(model, () => ({ events, result: null }));
  await write(registrationOf(version), deployed("production", "a", "live"));
  expect((await showVersion(model, 1, { registry })).live).toBeNull(); // nobody's alias is there
  await write({ type: "alias.set", ...alias, from: null, to: 1, generation: 1 }, deployed("production", "b", "failed"));
  expect((await showVersion(model, 1, { registry })).live).toMatchObject({ deployment: aDigest("a") });
  await write({ type: "alias.removed", ...alias, from: 1, generation: 2 });
  expect((await showVersion(model, 1, { registry })).live).toBeNull();
});
