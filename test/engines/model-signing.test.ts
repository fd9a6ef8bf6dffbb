import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { attest, openRegistry, registrationOf, rootDigest, type Sha256 } from "@trainyard/core";
import { aVersion, memoryBackend } from "@trainyard/core/testing";
import { afterEach, beforeEach, expect } from "vitest";
import { digestFile } from "../../packages/backends/src/local/plain-file.ts";
import { sha256 } from "../../packages/backends/src/local/sha256.ts";
import { byCodePoint } from "../../packages/core/src/order.ts";
import { engineTest } from "./engine-test.ts";
import { MODEL_SIGNING } from "./python-engine.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trainyard-signing-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Statement {
  readonly subject: readonly { digest: { sha256: string } }[];
  readonly predicate: { readonly resources: readonly { name: string; digest: string }[] };
}

/** Signs files with a key of its own and verifies that again. */
async function signed(bin: (command: string) => string, texts: Readonly<Record<string, string>>) {
  const at = (name: string) => join(folder, name);
  const files: { path: string; digest: Sha256 }[] = [];
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(at(`model/${path}`)), { recursive: true });
    writeFileSync(at(`model/${path}`), text);
    files.push({ path, digest: (await digestFile(at(`model/${path}`))).digest });
  }
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(at("key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
  writeFileSync(at("public.pem"), publicKey.export({ type: "spki", format: "pem" }));
  const call = (...words: string[]) => execFileSync(bin("model_signing"), words, { cwd: folder, stdio: "pipe" });
  call("sign", "key", "--private_key", at("key.pem"), "--signature", at("model.sig"), at("model"));
  call("verify", "key", "--public_key", at("public.pem"), "--signature", at("model.sig"), at("model"));
  const bundle = JSON.parse(readFileSync(at("model.sig"), "utf8")) as { dsseEnvelope: { payload: string } };
  const text = Buffer.from(bundle.dsseEnvelope.payload, "base64").toString("utf8");
  const { subject, predicate } = JSON.parse(text) as Statement;
  const resources = predicate.resources.map(({ name, digest }) => ({ path: name, digest: `sha256:${digest}` }));
  return {
    files,
    resources,
    digest: `sha256:${subject[0]?.digest.sha256}`,
    bundle: readFileSync(at("model.sig"), "utf8"),
  };
}

/** Attaches a bundle to a version of these files. */
async function attached(files: readonly { path: string; digest: Sha256 }[], bundle: string) {
  const backend = memoryBackend(sha256);
  const registry = openRegistry(backend);
  const root = rootDigest(files, sha256);
  const made = aVersion({ model: "churn", rootDigest: root, files: files.map((file) => ({ ...file, size: 1 })) });
  await registry.transact("churn", () => ({ events: [registrationOf(made)], result: null }));
  return attest({ model: "churn", version: 1, text: bundle, source: "model.sig" }, { ...backend, registry });
}

engineTest(
  MODEL_SIGNING,
  "the digest that OpenSSF model signing signs is our root digest of the same files",
  async (bin) => {
    const { files, resources, digest, bundle } = await signed(bin, {
      "model.onnx": "weights",
      "a/b/c/d.json": "{}",
      "\u{ff5e}.txt": "sorts after the next in UTF-16, before it in code points",
      "\u{1f600}.txt": "outside the first plane",
      "Ä.txt": "umlaut",
      Z: "",
    });
    expect(digest).toBe(rootDigest(files, sha256));
    expect(resources).toEqual(files.sort((a, b) => byCodePoint(a.path, b.path)));
    expect(await attached(files, bundle)).toMatchObject({ form: "Sigstore bundle", changed: true });
    await expect(attached(files.slice(1), bundle)).rejects.toMatchObject({ code: "ATTESTATION_OTHER" });
  },
);

// Specification 1.0 sorts names by code point; model_signing 1.1.1 sorts folders' names first. It verifies a bundle in the bundle's own order.
engineTest(
  MODEL_SIGNING,
  "a folder beside a file whose name begins like it is the one order in which model_signing differs from us",
  async (bin) => {
    const { files, resources, digest, bundle } = await signed(bin, { "model/w.bin": "w", "model.onnx": "o" });
    expect(resources.map(({ path }) => path)).toEqual(["model/w.bin", "model.onnx"]);
    expect(digest).not.toBe(rootDigest(files, sha256));
    expect(await attached(files, bundle)).toMatchObject({ changed: true });
  },
);
