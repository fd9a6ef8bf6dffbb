import type { Backend } from "../../backend.ts";
import type { FileRef } from "../../document.ts";
import { isRefusal } from "../../errors.ts";
import { rootDigest } from "../../registry/fold/root-digest.ts";
import { registeredVersion } from "../../registry/log/event.ts";
import type { ModelVersion } from "../../registry/log/model-version.ts";
import type { Policy } from "../../registry/log/policy.ts";
import type { Registry } from "../../registry/read/registry.ts";
import { publish } from "../version/publish.ts";
import { CarryDraft } from "./carry-draft.ts";
import { importPapers } from "./import-manifest.ts";
import { readMarks } from "./import-marks.ts";
import { importedAs } from "./imported-as.ts";
import type { CarriedFact, CarrySettings, KeptBytes, KeptFiles, UpstreamBytes, UpstreamVersion } from "./upstream.ts";

export interface CarryPorts extends Pick<Backend, "store" | "sha256" | "clock" | "actor" | "progress"> {
  readonly registry: Registry;
  readonly bytesOf: (version: UpstreamVersion) => Promise<UpstreamBytes>;
}

/**
 * Brings what another registry says about a model into its history, in one commit. What earlier imports brought is known by its key, so importing
 * again writes only what is new, and never moves back what was moved here since.
 * @returns What became of each fact, and how many events were written (of a dry run: would be).
 * @throws DISK_FULL, REGISTRY_BUSY, and what the registry throws
 */
export async function carryOver(
  settings: CarrySettings,
  ports: CarryPorts,
): Promise<{ facts: CarriedFact[]; written: number }> {
  const { registry } = ports;
  const { model, facts } = settings;
  const bytes = await collectBytes();
  const policy: Policy | null = (await registry.policy())?.policy ?? null;
  const decide = async (state: Awaited<ReturnType<Registry["state"]>>) => {
    const marks = readMarks(await history());
    const draft = new CarryDraft(settings, { state, marks, policy, bytes }, ports);
    await draft.take(facts);
    return draft;
  };
  if (settings.dry) {
    const { facts: rows, events } = await decide(await registry.state(model));
    return { facts: rows, written: events.length };
  }
  const { events, result } = await registry.transact(model, async (state) => {
    const draft = await decide(state);
    return { events: draft.events, result: draft.facts };
  });
  const made = events.flatMap((event) => (event.type === "version.registered" ? [registeredVersion(event)] : []));
  await publishAll(made, ports);
  return { facts: result, written: events.length };

  async function history() {
    return (await registry.models()).includes(model) ? await registry.events(model) : [];
  }

  async function collectBytes(): Promise<KeptBytes> {
    const { versions } = await registry.state(model);
    const marks = readMarks(await history()).facts;
    const wanted = facts.flatMap((fact) =>
      fact.kind === "version" &&
      fact.here === undefined &&
      importedAs(versions, fact.version) === null &&
      marks.get(fact.key)?.what !== "same"
        ? [fact]
        : [],
    );
    const kept = new Map<string, KeptFiles>();
    for (const [index, { key, label, version }] of wanted.entries()) {
      ports.progress.working(`reading ${label}`, index / wanted.length);
      const found = await readOrRefuse(version, ports.bytesOf);
      kept.set(key, "files" in found ? await keepPapers(version, found.files, settings, ports) : found);
    }
    return kept;
  }
}

/** Stores a version's record and card beside its files, which are in the store already. @throws DISK_FULL */
async function keepPapers(
  version: UpstreamVersion,
  files: readonly FileRef[],
  settings: CarrySettings,
  { store, sha256 }: CarryPorts,
): Promise<KeptFiles> {
  const { model, dry } = settings;
  const { record, card } = importPapers(version, files, settings);
  const root = rootDigest(files, sha256);
  if (!dry) {
    await store.put({ text: record });
    await store.put({ text: card });
    await store.settle({ model, digest: root, title: `${model}: ${version.origin.version}`, card });
  }
  return { files, root, record: sha256(record), card: sha256(card) };
}

/** A version whose files cannot be read stands in nobody's way; a full disk does. */
async function readOrRefuse(version: UpstreamVersion, bytesOf: CarryPorts["bytesOf"]): Promise<UpstreamBytes> {
  try {
    const found = await bytesOf(version);
    return "files" in found && found.files.length === 0 ? { missing: "there is no file in it" } : found;
  } catch (error) {
    if (!isRefusal(error) || error.code === "DISK_FULL" || error.code === "SERVICE_UNREACHABLE") throw error;
    return { missing: error.message.replace(/\.$/, "") };
  }
}

async function publishAll(manifests: readonly ModelVersion[], ports: CarryPorts): Promise<void> {
  for (const manifest of manifests)
    await publish(manifest, await ports.store.text(manifest.card, `the card of v${manifest.version}`), ports);
}
