import type { Backend } from "../../backend.ts";
import type { Sha256 } from "../../document.ts";
import { isRefusal } from "../../errors.ts";
import { readLog } from "../../registry/read/read-log.ts";
import { openSnapshot, type ReadPorts } from "../../registry/read/snapshot.ts";
import { documentOf, type ReadDocument, type RequiredBlob, requiredBlobs } from "./required-blobs.ts";

/** What a registry needs of the store. */
export interface Needed {
  /** Blobs that must be there. */
  readonly required: ReadonlyMap<Sha256, RequiredBlob>;
  /** These, and every digest that one of their documents mentions, whatever for: what may not be taken away. */
  readonly mentioned: ReadonlySet<Sha256>;
  /** Documents that are lost or damaged: what they mention is not known. */
  readonly unread: readonly { readonly digest: Sha256; readonly what: string; readonly problem: string }[];
}

/** Everything the log and the manifests name, and what the documents behind them name. @throws REGISTRY_DAMAGED, REGISTRY_FUTURE */
export async function neededBy(ports: ReadPorts & Pick<Backend, "store">): Promise<Needed> {
  const mentioned = new Set<Sha256>();
  const unread: { digest: Sha256; what: string; problem: string }[] = [];
  const snapshot = await openSnapshot(ports);
  const events = snapshot === null ? [] : await readLog(snapshot, ports);
  const read: ReadDocument = async (digest, what) => {
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
  const required = await requiredBlobs(events, read);
  for (const digest of required.keys()) mentioned.add(digest);
  for (const { event, text } of events) {
    for (const digest of mentionedIn(text)) mentioned.add(digest);
    const document = documentOf(event);
    if (document !== null) await read(...document);
  }
  return { required, mentioned, unread };
}

/** Every digest a text holds: a document of a later version may name bytes in a field nobody here knows. */
export function mentionedIn(text: string): Sha256[] {
  return text.match(/sha256:[0-9a-f]{64}/g) ?? [];
}
