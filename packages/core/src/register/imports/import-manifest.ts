import type { Backend } from "../../backend.ts";
import { prettyJson } from "../../document.ts";
import { isRefusal } from "../../errors.ts";
import type { ModelVersion } from "../../registry/log/model-version.ts";
import type { ImportRecord } from "../../registry/log/origin.ts";
import { timestamp } from "../../time.ts";
import { trimmed } from "../version/trim-manifest.ts";
import { importCard } from "./import-card.ts";
import type { CarrySettings, KeptFiles, UpstreamVersion } from "./upstream.ts";

/** The manifest of an imported version, its record and card stored first; null when even the shortest is too long. @throws DISK_FULL */
export async function importManifest(
  { said, version, files, root }: { said: UpstreamVersion; version: number } & Exclude<KeptFiles, { missing: string }>,
  { model, from, dry }: Pick<CarrySettings, "model" | "from" | "dry">,
  { clock, actor, store, sha256 }: Pick<Backend, "store" | "sha256" | "clock" | "actor">,
): Promise<ModelVersion | null> {
  const record: ImportRecord = {
    kind: "trainyard.import/v1",
    origin: said.origin,
    from,
    commit: said.commit,
    description: said.description,
    params: said.params,
    metrics: [...said.metrics],
    facts: { ...said.facts },
    files: [...files],
  };
  const put = async (text: string) => (dry ? sha256(text) : (await store.put({ text })).digest);
  const whatIsNotThere = {
    run: null,
    inputsDigest: null,
    headCommit: null,
    tree: null,
    verdict: null,
    record: null,
    evaluation: null,
    predictions: null,
    evaluationProfile: null,
    predictionsProfile: null,
    override: null,
  };
  try {
    return trimmed({
      kind: "trainyard.version/v1",
      model,
      version,
      rootDigest: root,
      files: record.files,
      size: files.reduce((sum, { size }) => sum + size, 0),
      ...whatIsNotThere,
      commit: said.commit,
      params: said.params,
      metrics: said.metrics.map(({ name, value }) => ({ name, estimate: { value, interval: null } })),
      data: [],
      card: await put(importCard(model, version, record)),
      registeredAt: timestamp(clock.now()),
      by: actor,
      origin: { ...said.origin, record: await put(prettyJson(record)) },
    });
  } catch (error) {
    if (isRefusal(error) && error.code === "TEXT_TOO_LONG") return null;
    throw error;
  }
}
