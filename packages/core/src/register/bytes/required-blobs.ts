import { keptFiles } from "../../data/dataset.ts";
import { parseDocument, type Sha256 } from "../../document.ts";
import { isRefusal } from "../../errors.ts";
import type { LoggedEvent } from "../../registry/fold/projection.ts";
import { type RegistryEvent, registeredVersion } from "../../registry/log/event.ts";
import type { ModelVersion } from "../../registry/log/model-version.ts";
import { ImportRecord } from "../../registry/log/origin.ts";
import { RunRecord } from "../../train/run-record.ts";

/** A blob that must be in the store. */
export interface RequiredBlob {
  /** "churn v3: model.onnx". */
  readonly what: string;
  /** The first event that leads to it. */
  readonly seq: number;
}

/** The text of a document in the store; null where it cannot be had. */
export type ReadDocument = (digest: Sha256, what: string) => Promise<string | null>;

/** Records read at once. */
const AT_ONCE = 32;

/** Every blob that events and manifests name, and that only the records behind them name: the rest of a long manifest, the training's profile. */
export async function requiredBlobs(
  events: readonly LoggedEvent[],
  read: ReadDocument,
): Promise<ReadonlyMap<Sha256, RequiredBlob>> {
  const required = new Map<Sha256, RequiredBlob>();
  const add = (seq: number, blobs: readonly Blob[]) => {
    for (const [digest, what] of blobs) required.set(digest, { what, seq: required.get(digest)?.seq ?? seq });
  };
  const records: { seq: number; named: () => Promise<readonly Blob[]> }[] = [];
  for (const { event } of events) {
    const document = documentOf(event);
    if (document !== null) add(event.seq, [document]);
    if (event.type !== "version.registered") continue;
    const manifest = registeredVersion(event);
    add(event.seq, blobsOf(manifest));
    records.push({ seq: event.seq, named: () => blobsOfRecord(manifest, read) });
  }
  for (let start = 0; start < records.length; start += AT_ONCE) {
    const some = records.slice(start, start + AT_ONCE);
    const named = await Promise.all(some.map((record) => record.named()));
    for (const [index, { seq }] of some.entries()) add(seq, named[index] ?? []);
  }
  return required;
}

/** The document of an event that is no registration. */
export function documentOf(event: RegistryEvent): Blob | null {
  const where = `event ${event.seq}`;
  if (event.type === "evaluation.recorded")
    return [event.report, `${event.model}: evaluation of run ${event.run} (${where})`];
  if (event.type === "drift.detected") return [event.report, `${event.model}: drift report (${where})`];
  if (event.type === "attestation.attached")
    return [event.digest, `${event.model} v${event.version}: attestation (${where})`];
  if (event.type === "deploy.recorded") return [event.deployment, `${event.model}: deployment (${where})`];
  return null;
}

type Blob = readonly [digest: Sha256, what: string];

function nameOf({ model, version }: ModelVersion, part: string): string {
  return `${model} v${version}: ${part}`;
}

function blobsOf(manifest: ModelVersion): Blob[] {
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
    ...manifest.files.map(({ path, digest }): Blob => [digest, nameOf(manifest, path)]),
    ...Object.entries(own).flatMap(([part, digest]): Blob[] =>
      digest === null ? [] : [[digest, nameOf(manifest, part)]],
    ),
  ];
}

const NamedByRun = RunRecord.pick({ kind: true, modelFiles: true, profiles: true, datasets: true });
const NamedByImport = ImportRecord.pick({ kind: true, files: true });

async function blobsOfRecord(manifest: ModelVersion, read: ReadDocument): Promise<Blob[]> {
  const blobs: Blob[] = [];
  const take = async (
    digest: Sha256 | null | undefined,
    part: string,
    named: (text: string, what: string) => Blob[],
  ) => {
    if (digest === null || digest === undefined) return;
    const what = nameOf(manifest, part);
    const text = await read(digest, what);
    if (text !== null) blobs.push(...unlessNewer(() => named(text, what)));
  };
  await take(manifest.origin?.record, "import record", (text, what) =>
    parseDocument(NamedByImport, text, what).files.map(({ path, digest }) => [digest, nameOf(manifest, path)]),
  );
  await take(manifest.record, "record", (text, what) => {
    const { modelFiles, profiles, datasets } = parseDocument(NamedByRun, text, what);
    const files = [...modelFiles, ...keptFiles(datasets)].map(
      ({ path, digest }): Blob => [digest, nameOf(manifest, path)],
    );
    const { training } = profiles;
    return training === null ? files : [...files, [training.digest, nameOf(manifest, "profile of the training rows")]];
  });
  return blobs;
}

/** A record of a later version names blobs in words nobody here knows. */
function unlessNewer(named: () => Blob[]): Blob[] {
  try {
    return named();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return [];
  }
}
