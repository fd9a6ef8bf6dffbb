import { join } from "node:path";
import { canonicalJson, type FileRef, parseJson, type Sha256 } from "@trainyard/core";
import { withLock } from "./file-lock.ts";
import { readText, writeAtomically } from "./plain-file.ts";

/** An OCI content descriptor. https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Sha256;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";
const REF_NAME = "org.opencontainers.image.ref.name";
/** CNCF ModelPack, https://github.com/modelpack/model-spec: what model registries and runtimes look for. */
const MODEL = "application/vnd.cncf.model";

export interface PublishedVersion {
  readonly model: string;
  readonly version: number;
  readonly rootDigest: Sha256;
  readonly files: readonly FileRef[];
}

/** The manifest's small description of the model. It names no time: equal versions are equal bytes. */
export function modelConfig({ model, version, files }: PublishedVersion): string {
  return canonicalJson({
    descriptor: { name: model, version: `v${version}` },
    config: {},
    modelfs: { type: "layers", diffIds: files.map((file) => file.digest) },
  });
}

/** An OCI manifest with one raw layer a file, named so that tools like oras write the files back, and the card as its documentation. */
export function modelManifest(
  version: PublishedVersion,
  config: { digest: Sha256; size: number },
  card: { digest: Sha256; size: number },
): string {
  const taken = new Set(version.files.map((file) => file.path));
  const cardName =
    ["README.md", "MODEL-CARD.md"].find((name) => !taken.has(name)) ?? `${version.rootDigest.slice(7, 19)}.md`;
  return canonicalJson({
    schemaVersion: 2,
    mediaType: MANIFEST,
    artifactType: `${MODEL}.manifest.v1+json`,
    config: { mediaType: `${MODEL}.config.v1+json`, ...config },
    layers: [
      ...version.files.map(({ path, digest, size }) => layer("weight", path, digest, size)),
      layer("doc", cardName, card.digest, card.size),
    ],
    annotations: {
      "org.opencontainers.image.title": `${version.model} v${version.version}`,
      "org.opencontainers.image.version": `v${version.version}`,
      "trainyard.root-digest": version.rootDigest,
    },
  });
}

function layer(kind: "weight" | "doc", path: string, digest: Sha256, size: number): Descriptor {
  const annotations = { "org.cncf.model.filepath": path, "org.opencontainers.image.title": path };
  return { mediaType: `${MODEL}.${kind}.v1.raw`, digest, size, annotations };
}

/** The entry of index.json under which tools find a version: "flight-delays:v12". */
export function indexEntry(
  { model, version }: PublishedVersion,
  manifest: { digest: Sha256; size: number },
): Descriptor {
  return {
    mediaType: MANIFEST,
    artifactType: `${MODEL}.manifest.v1+json`,
    digest: manifest.digest,
    size: manifest.size,
    annotations: { [REF_NAME]: `${model}:v${version}` },
  };
}

/** Puts an entry into index.json, in place of one of the same name. Other people's entries and fields stay. @throws JSON_SYNTAX, DISK_FULL */
export async function addToIndex(folder: string, entry: Descriptor): Promise<void> {
  const path = join(folder, "index.json");
  await withLock(`${path}.lock`, async () => {
    const text = await readText(path);
    const index = (text === null ? {} : parseJson(text, path)) as { manifests?: Descriptor[] };
    const others = (index.manifests ?? []).filter(
      (one) => one.annotations?.[REF_NAME] !== entry.annotations?.[REF_NAME],
    );
    const next = { schemaVersion: 2, mediaType: INDEX, ...index, manifests: [...others, entry] };
    await writeAtomically(path, `${JSON.stringify(next, null, 2)}\n`);
  });
}
