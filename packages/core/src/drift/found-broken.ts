import type { Backend } from "../backend.ts";
import { parseDocument } from "../document.ts";
import type { Registry } from "../registry/read/registry.ts";
import { DriftReport } from "./drift-report.ts";

/**
 * Digests of the files of every batch that was found broken: nothing may be trained on them, later either. A batch is left out whole, since a
 * report does not say which of its files broke it; a repaired file has another digest and counts again.
 */
export async function foundBroken(
  model: string,
  { registry, store }: Pick<Backend, "store"> & { registry: Registry },
): Promise<Set<string>> {
  const digests = new Set<string>();
  for (const event of await registry.events(model)) {
    if (event.type !== "drift.detected" || event.verdict !== "data-broken") continue;
    const what = `the drift report of event ${event.seq}`;
    const report = parseDocument(DriftReport, await store.text(event.report, what), what);
    for (const file of report.current.files) digests.add(file.digest);
  }
  return digests;
}
