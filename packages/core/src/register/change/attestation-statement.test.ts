import fc from "fast-check";
import { expect, test } from "vitest";
import { aDigest } from "../../testing/index.ts";
import { readAttestation } from "./attestation-statement.ts";

const sha256 = aDigest("a").slice(7);
const statement = {
  _type: "https://in-toto.io/Statement/v1",
  subject: [{ name: "churn", digest: { sha256 } }],
  predicateType: "https://slsa.dev/provenance/v1",
  predicate: { builder: "Ü 😀" },
};
const base64 = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64");
const envelope = (payload: string, payloadType = "application/vnd.in-toto+json") => ({
  payload,
  payloadType,
  signatures: [{ sig: "MEUC" }],
});
const bundle = (inside: object) => ({ mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json", ...inside });
const read = (value: unknown) => readAttestation(typeof value === "string" ? value : JSON.stringify(value), "a.json");

test.each([
  ["in-toto Statement", statement],
  ["in-toto Statement", { ...statement, _type: "https://in-toto.io/Statement/v0.1" }],
  ["DSSE envelope", envelope(base64(statement))],
  ["DSSE envelope", envelope(Buffer.from(JSON.stringify(statement)).toString("base64url"))],
  ["Sigstore bundle", bundle({ dsseEnvelope: envelope(base64(statement)) })],
])("what a %s says is read", (form, value) => {
  expect(read(value)).toEqual({
    form,
    predicateType: "https://slsa.dev/provenance/v1",
    subjects: [{ name: "churn", sha256 }],
    resources: null,
  });
});

test.each([
  ["it is not JSON", "{"],
  ["it is not JSON", `${JSON.stringify(statement)}\n${JSON.stringify(statement)}`],
  ["messageSignature", bundle({ messageSignature: { signature: "x" } })],
  ["its payload is of type", envelope(base64(statement), "text/plain")],
  ["its payload is not base64", envelope("a*b=")],
  ["its payload is not base64", envelope(Buffer.from([0xff, 0xfe]).toString("base64"))],
  ["its payload is not base64", envelope("")],
  ["its payload is not JSON", envelope(base64("hello"))],
  ["a DSSE envelope whose subject is not", envelope(base64({ ...statement, subject: [] }))],
  ["JSON whose _type is not", { ...statement, _type: "https://example.com" }],
  ["JSON whose predicateType is not", { ...statement, predicateType: undefined }],
  ["JSON with nothing in it", "[]"],
  ["JSON with nothing in it", "null"],
  [
    "a DSSE envelope without a payloadType, a payload or a signature",
    '{"payloadType":"x","payload":"e30=","signatures":[]}',
  ],
])("refused with what came: %s", (got, value) => {
  expect(() => read(value)).toThrow(expect.objectContaining({ code: "ATTESTATION_INVALID" }));
  expect(() => read(value)).toThrow(got);
});

test("any text comes through base64 as it was, and any bytes are read or refused", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
      (predicateType) => {
        fc.pre(predicateType.length > 0 && predicateType.length <= 256);
        expect(read(envelope(base64({ ...statement, predicateType }))).predicateType).toBe(predicateType);
      },
    ),
  );
  fc.assert(
    fc.property(fc.uint8Array(), fc.boolean(), (bytes, inside) => {
      const text = Buffer.from(bytes).toString("latin1");
      const refused = expect.objectContaining({ code: "ATTESTATION_INVALID" });
      expect(() => read(inside ? envelope(Buffer.from(bytes).toString("base64")) : text)).toThrow(refused);
    }),
  );
});
