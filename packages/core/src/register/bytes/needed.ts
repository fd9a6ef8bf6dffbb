import type { Backend } from "../../backend.ts";
import { parseDocument, type Sha256 } from "../../document.ts";
import { isRefusal } from "../../errors.ts";
import type { RegistryEvent } from "../../registry/log/event.ts";
import type { ModelVersion } from "../../registry/log/model-version.ts";
import { ImportRecord } from "../../registry/log/origin.ts";
import { openSnapshot, type ReadPorts, readLog } from "../../registry/read/branch-files.ts";
import { allManifests } from "../../registry/read/manifests.ts";
import { RunRecord } from "../../train/run-record.ts";

/** What a registry needs of the store. */
export interface Needed {
  /** Blobs that must be there, each with what it is: "churn v3: model.onnx". */
  readonly required: ReadonlyMap<Sha256, string>;
  /** These, and every digest that one of their documents mentions, whatever for: what may not be taken away. */
  readonly mentioned: ReadonlySet<Sha256>;
  /** Documents that are lost or damaged: what they mention is not known. */
  readonly unread: readonly { readonly digest: Sha256; readonly what: string; readonly problem: string }[];
}

/** Everything the log and the manifests name, and what the documents behind them name. @throws REGISTRY_DAMAGED, REGISTRY_FUTURE */
export async function neededBy(ports: ReadPorts & Pick<Backend, "store">): Promise<Needed> {
  const required = new Map<Sha256, string>();
  const mentioned = new Set<Sha256>();
  const unread: { digest: Sha256; what: string; problem: string }[] = [];
  const snapshot = await openSnapshot(ports);
  if (snapshot === null) return { required, mentioned, unread };

  const read = async (digest: Sha256, what: string): Promise<string | null> => {
    try {
      const text = await ports.store.text(digest, what);
      for (const one of mentionedIn(text)) mentioned.add(one);
      return text;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      unread.push({ digest, what, problem: error.message });
      return null;
    }
  };
  const models = new Set<string>();
  for (const { event, text } of await readLog(snapshot, ports)) {
    for (const digest of mentionedIn(text)) mentioned.add(digest);
    if ("model" in event) models.add(event.model);
    const document = documentOf(event);
    if (document === null) continue;
    required.set(...document);
    await read(...document);
  }
  for (const model of models) {
    for (const manifest of (await allManifests(model, ports)).manifests) {
      for (const digest of mentionedIn(JSON.stringify(manifest))) mentioned.add(digest);
      for (const [digest, what] of blobsOf(manifest)) required.set(digest, what);
      const { origin } = manifest;
      if (origin !== undefined) {
        const text = await read(origin.record, nameOf(manifest, "import record"));
        for (const [digest, what] of text === null ? [] : blobsOfImport(manifest, text)) required.set(digest, what);
      }
      if (manifest.record === null) continue;
      const record = await read(manifest.record, nameOf(manifest, "record"));
      for (const [digest, what] of record === null ? [] : blobsOfRecord(manifest, record)) required.set(digest, what);
    }
  }
  for (const digest of required.keys()) mentioned.add(digest);
  return { required, mentioned, unread };
}

/** Every digest a text holds: a document of a later version may name bytes in a field nobody here knows. */
export function mentionedIn(text: string): Sha256[] {
  return text.match(/sha256:[0-9a-f]{64}/g) ?? [];
}

function documentOf(event: RegistryEvent): [Sha256, string] | null {
  const where = `event ${event.seq}`;
  if (event.type === "evaluation.recorded")
    return [event.report, `${event.model}: evaluation of run ${event.run} (${where})`];
  if (event.type === "drift.detected") return [event.report, `${event.model}: drift report (${where})`];
  if (event.type === "attestation.attached")
    return [event.digest, `${event.model} v${event.version}: attestation (${where})`];
  if (event.type === "deploy.recorded") return [event.deployment, `${event.model}: deployment (${where})`];
  return null;
}

function nameOf({ model, version }: ModelVersion, part: string): string {
  return `${model} v${version}: ${part}`;
}

function blobsOf(manifest: ModelVersion): [Sha256, string][] {
  const own = {
    record: manifest.record,
    "import record": manifest.origin?.record ?? null,
    evaluation: manifest.evaluation,
    card: manifest.card,
    predictions: manifest.predictions,
    "profile of the evaluation rows": manifest.evaluationProfile,
    "profile of the predictions": manifest.predictionsProfile,
  };
  return [
    ...manifest.files.map(({ path, digest }): [Sha256, string] => [digest, nameOf(manifest, path)]),
    ...Object.entries(own).flatMap(([part, digest]): [Sha256, string][] =>
      digest === null ? [] : [[digest, nameOf(manifest, part)]],
    ),
  ];
}

/** Files that did not fit into the manifest. A record of a later version names them in words nobody here knows: then `mentioned` has them. */
function blobsOfImport(manifest: ModelVersion, text: string): [Sha256, string][] {
  try {
    const { files } = parseDocument(ImportRecord, text, nameOf(manifest, "import record"));
    return files.map(({ path, digest }): [Sha256, string] => [digest, nameOf(manifest, path)]);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return [];
  }
}

/** What registering stores and only the record names. A record of a later version names it in words nobody here knows: then `mentioned` has it. */
function blobsOfRecord(manifest: ModelVersion, text: string): [Sha256, string][] {
  let record: RunRecord;
  try {
    record = parseDocument(RunRecord, text, nameOf(manifest, "record"));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return [];
  }
  const { training } = record.profiles;
  return [
    ...record.modelFiles.map(({ path, digest }): [Sha256, string] => [digest, nameOf(manifest, path)]),
    ...(training === null
      ? []
      : [[training.digest, nameOf(manifest, "profile of the training rows")] as [Sha256, string]]),
  ];
}
