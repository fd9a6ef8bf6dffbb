import type { Backend } from "../../backend.ts";
import { isRefusal } from "../../errors.ts";
import type { ReadPorts } from "../../registry/read/snapshot.ts";
import type { Finding } from "../../registry/verify/findings.ts";
import { verifyBranch } from "../../registry/verify/verify.ts";
import { type ReadDocument, requiredBlobs } from "./required-blobs.ts";

export interface Verification {
  readonly events: number;
  readonly versions: number;
  /** Blobs of the store that were read; 0 when not asked for. */
  readonly blobs: number;
  /** The first bad event first; empty when everything is as it was written. */
  readonly findings: readonly Finding[];
}

/**
 * Reads everything again: the branch, and (unless `blobs` is false) every byte of the store that the log or a version's record names. Never throws
 * for damage: it lists it.
 *
 * @throws REGISTRY_FUTURE, and what reading the branch throws for other reasons than damage
 */
export async function verifyRegistry(
  ports: ReadPorts & Pick<Backend, "store">,
  { blobs = true }: { blobs?: boolean } = {},
): Promise<Verification> {
  const { events, findings } = await verifyBranch(ports);
  const read: ReadDocument = async (digest, what) => {
    try {
      return await ports.store.text(digest, what);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return null; // found below
    }
  };
  const required = blobs ? await requiredBlobs(events, read) : new Map();
  for (const { digest, problem } of await ports.store.verify([...required.keys()]))
    findings.add({
      where: digest,
      seq: required.get(digest)?.seq ?? null,
      problem: `${required.get(digest)?.what ?? "it"}: the store's bytes are ${problem}`,
    });
  return {
    events: events.length,
    versions: events.filter(({ event }) => event.type === "version.registered").length,
    blobs: required.size,
    findings: findings.sorted(),
  };
}
