import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { prettyJson } from "../../document.ts";
import { rootDigest } from "../../registry/fold/root-digest.ts";
import { type EventBody, registrationOf } from "../../registry/log/event.ts";
import { openRegistry } from "../../registry/write/open-registry.ts";
import { aDigest, aVersion, memoryBackend } from "../../testing/index.ts";
import { neededBy } from "./needed.ts";

const sha256 = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const model = "flight-delays";

/** What a registry with these events needs of the store, by its digest. */
async function neededWith(backend: ReturnType<typeof memoryBackend>, ...events: EventBody[]) {
  await openRegistry(backend).transact(model, () => ({ events, result: null }));
  return neededBy(backend);
}

test("the statements of a version and what its deployments were are needed", async () => {
  const version = aVersion();
  const { required } = await neededWith(
    memoryBackend(sha256),
    registrationOf(version),
    {
      type: "attestation.attached",
      model,
      version: 1,
      predicateType: "slsa",
      digest: aDigest("6"),
      subject: version.rootDigest,
    },
    {
      type: "deploy.recorded",
      model,
      environment: "production",
      version: 1,
      rootDigest: version.rootDigest,
      from: null,
      outcome: "live",
      smoke: "passed",
      reason: null,
      deployment: aDigest("7"),
    },
  );
  expect(required.get(aDigest("6"))).toEqual({ what: "flight-delays v1: attestation (event 3)", seq: 3 });
  expect(required.get(aDigest("7"))).toEqual({ what: "flight-delays: deployment (event 4)", seq: 4 });
});

test("the files of an imported version that only its import record names are needed", async () => {
  const backend = memoryBackend(sha256);
  const files = [{ path: "model.onnx", size: 11, digest: aDigest("8") }];
  const record = await backend.store.put({ text: prettyJson({ kind: "trainyard.import/v1", files }) });
  const { required } = await neededWith(
    backend,
    registrationOf(
      aVersion({
        files: [], // left out of a manifest that would be too long
        rootDigest: rootDigest(files, sha256),
        run: null,
        record: null,
        evaluation: null,
        commit: null,
        headCommit: null,
        origin: {
          system: "gto",
          name: "churn",
          version: "v1.0.0",
          id: null,
          at: null,
          by: null,
          record: record.digest,
        },
      }),
    ),
  );
  expect(required.get(record.digest)?.what).toBe("flight-delays v1: import record");
  expect(required.get(aDigest("8"))).toEqual({ what: "flight-delays v1: model.onnx", seq: 2 });
});

test("what a record of a later version mentions is kept, though nobody here knows what for", async () => {
  const backend = memoryBackend(sha256);
  const later = { kind: "trainyard.run/v9", checkpoints: [{ bytes: aDigest("9") }] };
  const { digest: record } = await backend.store.put({ text: prettyJson(later) });
  const { required, mentioned, unread } = await neededWith(backend, registrationOf(aVersion({ record })));
  expect(mentioned.has(aDigest("9"))).toBe(true);
  expect(required.has(aDigest("9"))).toBe(false);
  expect(unread.map(({ digest }) => digest)).not.toContain(record);
});
