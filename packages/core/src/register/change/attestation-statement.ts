import { z } from "zod";
import { parseJson, type Sha256 } from "../../document.ts";
import { isRefusal, TrainyardError } from "../../errors.ts";

/** What an attestation says: of which bytes, and what kind of thing. Whether its signature holds is not looked at. */
export interface AttestationStatement {
  readonly form: "Sigstore bundle" | "DSSE envelope" | "in-toto Statement";
  readonly predicateType: string;
  readonly subjects: readonly { readonly name: string; readonly sha256: string | null }[];
  /** The files an OpenSSF model signature lists, in its order; null for every other kind. */
  readonly resources: readonly { readonly path: string; readonly digest: Sha256 }[] | null;
}

const IN_TOTO = "application/vnd.in-toto+json";

/** https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md, and v0.1 before it, which older tools still write. */
const Statement = z.object({
  _type: z.enum(["https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"]),
  subject: z.array(z.object({ name: z.string().default(""), digest: z.record(z.string(), z.string()) })).min(1),
  predicateType: z.string().min(1).max(256),
});
/** https://github.com/ossf/model-signing-spec: whole files, SHA-256. */
const ModelSignature = z.object({
  predicateType: z.string().startsWith("https://model_signing/signature/"),
  predicate: z.object({
    serialization: z.object({ method: z.literal("files"), hash_type: z.literal("sha256") }),
    resources: z.array(z.object({ name: z.string(), digest: z.string().regex(/^[0-9a-f]{64}$/) })).min(1),
  }),
});
/** https://github.com/secure-systems-lab/dsse/blob/master/envelope.md */
const Envelope = z.object({ payloadType: z.string(), payload: z.string(), signatures: z.array(z.unknown()).min(1) });
/** https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto */
const Bundle = z.object({
  mediaType: z.string().startsWith("application/vnd.dev.sigstore.bundle"),
  dsseEnvelope: Envelope.optional(),
});

/**
 * Reads a Sigstore bundle, a DSSE envelope or a bare in-toto Statement, as JSON.
 * @param source What messages call it.
 * @throws ATTESTATION_INVALID
 */
export function readAttestation(text: string, source: string): AttestationStatement {
  const refuse = (got: string) => new TrainyardError("ATTESTATION_INVALID", { source, got });
  const json = (part: string, what: string): unknown => {
    try {
      return parseJson(part, source);
    } catch (error) {
      throw refuse(
        `${what} is not JSON${isRefusal(error) ? `: ${(error.details as { problem?: string }).problem}` : ""}`,
      );
    }
  };
  const open = (envelope: z.output<typeof Envelope>) => {
    if (envelope.payloadType !== IN_TOTO)
      throw refuse(`its payload is of type ${JSON.stringify(envelope.payloadType.slice(0, 80))}, not ${IN_TOTO}`);
    const payload = base64Text(envelope.payload);
    if (payload === null) throw refuse("its payload is not base64 of UTF-8 text");
    return json(payload, "its payload");
  };
  const value = json(text, "it");
  const bundle = Bundle.safeParse(value);
  const envelope = Envelope.safeParse(value);
  if (bundle.success && bundle.data.dsseEnvelope === undefined)
    throw refuse("a Sigstore bundle that signs bytes (messageSignature) and states nothing");
  const keys = new Set(Object.keys(Object(value)));
  if (
    !bundle.success &&
    !envelope.success &&
    (keys.has("payload") || keys.has("payloadType") || keys.has("signatures"))
  )
    throw refuse("a DSSE envelope without a payloadType, a payload or a signature");
  if (keys.size === 0) throw refuse("JSON with nothing in it");
  const [form, inner]: [AttestationStatement["form"], unknown] = bundle.data?.dsseEnvelope
    ? ["Sigstore bundle", open(bundle.data.dsseEnvelope)]
    : envelope.success
      ? ["DSSE envelope", open(envelope.data)]
      : ["in-toto Statement", value];
  const statement = Statement.safeParse(inner);
  if (!statement.success) {
    const [issue] = statement.error.issues;
    throw refuse(
      `${form === "in-toto Statement" ? "JSON" : `a ${form}`} whose ${issue?.path.join(".") || "statement"} is not as in an in-toto Statement`,
    );
  }
  const { predicateType, subject } = statement.data;
  const subjects = subject.map(({ name, digest }) => ({ name, sha256: digest["sha256"]?.toLowerCase() ?? null }));
  const listed = ModelSignature.safeParse(inner).data?.predicate.resources ?? null;
  const resources = listed?.map(({ name, digest }) => ({ path: name, digest: `sha256:${digest}` })) ?? null;
  return { form, predicateType, subjects, resources };
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Text in base64 (RFC 4648, section 4 or 5), as UTF-8; null when it is none. */
function base64Text(base64: string): string | null {
  const digits = base64.replace(/=+$/, "").replaceAll("-", "+").replaceAll("_", "/");
  const parts: string[] = [];
  let bits = 0;
  let held = 0;
  for (const digit of digits) {
    const value = ALPHABET.indexOf(digit);
    if (value < 0) return null;
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    parts.push(((bits >> held) & 0xff).toString(16).padStart(2, "0"));
  }
  if (parts.length === 0) return null;
  try {
    return decodeURIComponent(`%${parts.join("%")}`);
  } catch {
    return null;
  }
}
