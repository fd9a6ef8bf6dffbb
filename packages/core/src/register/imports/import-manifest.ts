import type { Backend } from "../../backend.ts";
import { prettyJson } from "../../document.ts";
import { isRefusal } from "../../errors.ts";
import type { ModelVersion } from "../../registry/log/model-version.ts";
import type { ImportRecord } from "../../registry/log/origin.ts";
import { timestamp } from "../../time.ts";
import { trimmed } from "../version/trim-manifest.ts";
import { importCard } from "./import-card.ts";
import type { CarrySettings, KeptFiles, UpstreamVersion } from "./upstream.ts";

type Kept = Exclude<KeptFiles, { missing: string }>;

/** What is stored of an imported version beside its files: its record and its card. */
export function importPapers(
  said: UpstreamVersion,
  files: Kept["files"],
  { model, from }: Pick<CarrySettings, "model" | "from">,
): { record: string; card: string } {
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
  return { record: prettyJson(record), card: importCard(model, record) };
}

/** The manifest of an imported version; null when even the shortest is too long. */
export function importManifest(
  { said, version, files, root, record, card }: { said: UpstreamVersion; version: number } & Kept,
  model: string,
  { clock, actor }: Pick<Backend, "clock" | "actor">,
): ModelVersion | null {
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
      files: [...files],
      size: files.reduce((sum, { size }) => sum + size, 0),
      ...whatIsNotThere,
      commit: said.commit,
      params: said.params,
      metrics: said.metrics.map(({ name, value }) => ({ name, estimate: { value, interval: null } })),
      data: [],
      card,
      registeredAt: timestamp(clock.now()),
      by: actor,
      origin: { ...said.origin, record },
    });
  } catch (error) {
    if (isRefusal(error) && error.code === "TEXT_TOO_LONG") return null;
    throw error;
  }
}
