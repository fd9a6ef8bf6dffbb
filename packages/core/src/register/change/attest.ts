import type { Backend, Digester } from "../../backend.ts";
import { byteLength } from "../../byte-length.ts";
import type { Sha256 } from "../../document.ts";
import { TrainyardError } from "../../errors.ts";
import { digestInOrder, rootDigest } from "../../registry/fold/root-digest.ts";
import type { Registry } from "../../registry/read/registry.ts";
import { type AttestationStatement, readAttestation } from "./attestation-statement.ts";

/** GitHub takes predicates up to 16 MB (actions/attest); what is longer is something else. */
export const ATTESTATION_LIMIT = 24 * 1024 * 1024;

export interface AttestSettings {
  readonly model: string;
  readonly version: number;
  /** The attestation as it came. */
  readonly text: string;
  /** What messages call it: its file. */
  readonly source: string;
}

export interface Attested {
  readonly digest: Sha256;
  readonly predicateType: string;
  readonly form: AttestationStatement["form"];
  /** False when it was attached before: nothing was written. */
  readonly changed: boolean;
}

/**
 * Keeps somebody's signed statement about a version beside it: a Sigstore bundle, a DSSE envelope or an in-toto Statement, of which one subject is
 * the version's root digest, that of OpenSSF model signing. It is checked that it speaks of these bytes; its signature is not: `cosign`, `gh
 * attestation verify` or `model_signing verify` do that.
 * @throws VERSION_UNKNOWN, ATTESTATION_INVALID, ATTESTATION_OTHER, TEXT_TOO_LONG, DISK_FULL, and what the registry throws
 */
export async function attest(
  { model, version, text, source }: AttestSettings,
  { registry, store, sha256 }: Pick<Backend, "store" | "sha256"> & { registry: Registry },
): Promise<Attested> {
  const bytes = byteLength(text);
  if (bytes > ATTESTATION_LIMIT)
    throw new TrainyardError("TEXT_TOO_LONG", { what: `The attestation ${source}`, bytes, limit: ATTESTATION_LIMIT });
  const statement = readAttestation(text, source);
  const { form, predicateType, subjects } = statement;
  const known = (await registry.state(model)).versions[version - 1];
  if (known === undefined) throw new TrainyardError("VERSION_UNKNOWN", { model, version: `v${version}` });
  const subject = known.rootDigest;
  if (!speaksOf(statement, subject, sha256))
    throw new TrainyardError("ATTESTATION_OTHER", {
      source,
      model,
      version,
      expected: subject,
      subjects: subjects.map(subjectWords),
    });
  const { digest } = await store.put({ text });
  await store.settle({ model, digest, title: `${model} v${version}: attestation` });
  const { events } = await registry.transact(model, (state) => ({
    events: state.proofs.attestations(version).some((one) => one.digest === digest)
      ? []
      : [{ type: "attestation.attached", model, version, predicateType, digest, subject } as const],
    result: null,
  }));
  return { digest, predicateType, form, changed: events.length > 0 };
}

/**
 * True when a subject is the root digest; or when it is that of the very files in another order: model_signing 1.1.1 sorts `model/w.bin` before
 * `model.onnx`, specification 1.0 and we do not.
 */
function speaksOf({ subjects, resources }: AttestationStatement, rootOfVersion: Sha256, digester: Digester): boolean {
  const isSubject = (digest: Sha256) => subjects.some(({ sha256 }) => `sha256:${sha256}` === digest);
  if (isSubject(rootOfVersion)) return true;
  if (resources === null || rootDigest(resources, digester) !== rootOfVersion) return false;
  return isSubject(digestInOrder(resources, digester));
}

function subjectWords({ name, sha256 }: AttestationStatement["subjects"][number]): string {
  return `${name === "" ? "a subject" : name} ${sha256 === null ? "without a sha256" : `sha256:${sha256}`}`;
}
