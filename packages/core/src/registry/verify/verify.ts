import type { Backend } from "../../backend.ts";
import type { Sha256 } from "../../document.ts";
import { type LoggedEvent, replay } from "../fold/projection.ts";
import { fold } from "../fold/state.ts";
import { goesWithTree, newestEvent } from "../log/commit-message.ts";
import { modelOf, type RegistryEvent } from "../log/event.ts";
import { checkChain, OTHER_FILES, type ReadPorts, type Snapshot, snapshotAt } from "../read/branch-files.ts";
import { problemOf } from "../read/read-model.ts";
import { type Finding, Findings, seqIn } from "./findings.ts";
import { readBranch } from "./read-branch.ts";
import { forbiddenEvents } from "./verify-policy.ts";

export type { Finding };

export interface Verification {
  readonly events: number;
  readonly versions: number;
  /** Blobs of the store that were read; 0 when not asked for. */
  readonly blobs: number;
  /** The first bad event first; empty when everything is as it was written. */
  readonly findings: readonly Finding[];
}

/**
 * Reads everything again: the history of commits, the chain of events, what they add up to, every file against that, every manifest's digest and
 * root digest, and (unless `blobs` is false) every byte of the store. Never throws for damage: it lists it.
 *
 * @throws REGISTRY_FUTURE, and what reading the branch throws for other reasons than damage
 */
export async function verifyRegistry(
  ports: ReadPorts & Pick<Backend, "store">,
  { blobs = true }: { blobs?: boolean } = {},
): Promise<Verification> {
  const findings = new Findings();
  const nothing = () => ({ events: 0, versions: 0, blobs: 0, findings: findings.sorted() });
  const revision = await findings.collect(() => ports.branch.head());
  if (revision === undefined || revision === null) return nothing();
  const snapshot = await findings.collect(() => snapshotAt(revision, ports));
  const { files, events, whole } = await readBranch(revision, snapshot?.head.seq ?? null, ports, findings);
  if (events.length === 0) return nothing();
  await findings.collect(() => checkChain(events));
  for (const [model, own] of byModel(events)) await findings.collect(() => fold(model, own));
  for (const { seq, problem } of forbiddenEvents(events)) findings.add({ where: `event ${seq}`, seq, problem });
  for (const { event } of events) {
    const problem = event.type === "version.registered" ? problemOf(event, ports.sha256) : null;
    if (problem !== null) findings.add({ where: `event ${event.seq}`, seq: event.seq, problem });
  }
  // A log that is cut off at a bad event says nothing about commits and files of what follows.
  if (whole && snapshot !== undefined) await checkHistory(snapshot, events, ports, findings);
  if (whole) checkFiles(files, events, ports, findings);
  const digests = blobs ? storeDigests(events) : [];
  for (const { digest, problem } of await ports.store.verify(digests)) {
    const seq = events.find(({ text }) => text.includes(digest))?.event.seq ?? null;
    findings.add({ where: digest, seq, problem: `the store's bytes are ${problem}` });
  }
  return {
    events: events.length,
    versions: events.filter(({ event }) => event.type === "version.registered").length,
    blobs: digests.length,
    findings: findings.sorted(),
  };
}

/** One parent a commit, one commit an operation, in the order of the log, and the events that the commits named when they were made. */
async function checkHistory(
  { revision }: Snapshot,
  events: readonly LoggedEvent[],
  { branch }: ReadPorts,
  findings: Findings,
): Promise<void> {
  const ends = events.filter(({ event }, index) => event.operation !== events[index + 1]?.event.operation).reverse();
  const commits = await findings.collect(() => branch.log(revision, ends.length + 1));
  let rewritten: Finding | null = null;
  for (const [index, commit] of (commits ?? []).entries()) {
    const expected = ends[index];
    const seq = expected?.event.seq ?? null;
    const said = newestEvent(commit.message);
    const where = `commit ${commit.revision}`;
    if (commit.parents.length > 1)
      findings.add({ where, seq: null, problem: "it is a merge; the registry's history is linear" });
    if (!goesWithTree(commit)) findings.add({ where, seq, problem: OTHER_FILES });
    if (said === null || said.seq !== seq) {
      const problem =
        said === null
          ? "Trainyard did not make this commit"
          : `it says event ${said.seq} is the newest, the log says ${seq ?? "none"}`;
      findings.add({ where, seq, problem });
      break; // everything older is out of step too
    }
    if (expected?.digest.startsWith(said.digest)) continue;
    rewritten = {
      where,
      seq,
      problem: `event ${seq} was ${said.digest}… when it was committed: the log was rewritten`,
    };
  }
  if (rewritten !== null) findings.add(rewritten); // the oldest: what follows it was rewritten with it
}

/** Every file of the branch against the replayed log. */
function checkFiles(
  files: ReadonlyMap<string, string>,
  events: readonly LoggedEvent[],
  { sha256 }: ReadPorts,
  findings: Findings,
): void {
  const expected = replay(events, sha256);
  for (const [path, text] of expected) {
    if (files.get(path) === text) continue;
    findings.add({
      where: path,
      seq: seqIn(path),
      problem: files.has(path) ? "it says other things than the log" : "it is missing",
    });
  }
  for (const path of files.keys()) {
    if (!expected.has(path)) findings.add({ where: path, seq: seqIn(path), problem: "the log knows nothing of it" });
  }
}

/** Digests that events name, and their manifests; each once. */
function storeDigests(events: readonly LoggedEvent[]): Sha256[] {
  const digests = new Set<Sha256 | null | undefined>();
  for (const { event } of events) {
    if (event.type === "evaluation.recorded" || event.type === "drift.detected") digests.add(event.report);
    if (event.type === "deploy.recorded") digests.add(event.deployment);
    if (event.type === "attestation.attached") digests.add(event.digest);
    if (event.type !== "version.registered") continue;
    const { files, record, evaluation, predictions, evaluationProfile, predictionsProfile, card, origin } =
      event.manifest;
    for (const { digest } of files) digests.add(digest);
    for (const digest of [record, evaluation, predictions, evaluationProfile, predictionsProfile, card, origin?.record])
      digests.add(digest);
  }
  return [...digests].filter((digest) => typeof digest === "string");
}

function byModel(events: readonly LoggedEvent[]): Map<string, RegistryEvent[]> {
  const models = new Map<string, RegistryEvent[]>();
  for (const { event } of events) {
    const model = modelOf(event);
    if (model === null) continue;
    const own = models.get(model) ?? [];
    own.push(event);
    models.set(model, own);
  }
  return models;
}
