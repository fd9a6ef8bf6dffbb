import type { Backend } from "../backend.ts";
import type { Sha256 } from "../document.ts";
import { isRefusal } from "../errors.ts";
import { checkChain, parseEvent, type ReadPorts, type Snapshot, snapshotAt } from "./branch-files.ts";
import { newestEvent } from "./commit-message.ts";
import { modelOf, type RegistryEvent, registeredVersion } from "./event.ts";
import { EVENTS_FOLDER, eventPath } from "./layout.ts";
import type { ModelVersion } from "./model-version.ts";
import { type LoggedEvent, replay } from "./projection.ts";
import { problemOf } from "./read-model.ts";
import { fold } from "./state.ts";
import { forbiddenEvents } from "./verify-policy.ts";

/** Something that is not as Trainyard wrote it. */
export interface Finding {
  /** A file of the branch, `event N`, a commit, or a digest of the store. */
  readonly where: string;
  /** The event it shows in, where it is one's. */
  readonly seq: number | null;
  readonly problem: string;
}

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
  const findings: Finding[] = [];
  const nothing = { events: 0, versions: 0, blobs: 0, findings };
  const revision = await collect(findings, () => ports.branch.head());
  if (revision === undefined || revision === null) return nothing;
  const snapshot = await collect(findings, () => snapshotAt(revision, ports));
  const files = await allFiles(revision, ports, findings);
  const events = await eventsOf(files, snapshot?.head.seq ?? null, ports, findings);
  if (events.length === 0) return { ...nothing, findings: sorted(findings) };
  await collect(findings, async () => checkChain(events));
  for (const [model, own] of byModel(events)) await collect(findings, async () => fold(model, own));
  for (const { seq, problem } of forbiddenEvents(events)) findings.push({ where: `event ${seq}`, seq, problem });
  if (snapshot !== undefined) await checkHistory(snapshot, events, ports, findings);
  const manifests = checkFiles(files, events, ports, findings);
  const digests = blobs ? storeDigests(events, manifests) : [];
  for (const { digest, problem } of await ports.store.verify(digests)) {
    const seq = events.find(({ text }) => text.includes(digest))?.event.seq ?? null;
    findings.push({ where: digest, seq, problem: `the store's bytes are ${problem}` });
  }
  return { events: events.length, versions: manifests.length, blobs: digests.length, findings: sorted(findings) };
}

/** Every file of the branch that can be read: at once, or one by one where one of them is damaged. */
async function allFiles(
  revision: string,
  { branch }: ReadPorts,
  findings: Finding[],
): Promise<ReadonlyMap<string, string>> {
  const paths = (await collect(findings, () => branch.list(revision, ""))) ?? [];
  const whole = await collect([], () => branch.read(revision, paths));
  if (whole !== undefined) return whole;
  const files = new Map<string, string>();
  for (const path of paths) {
    const one = await collect(findings, () => branch.read(revision, [path]));
    for (const [name, text] of one ?? []) files.set(name, text);
  }
  return files;
}

/** All events that can be read, up to `seq`, or without it as many as there are files. */
async function eventsOf(
  files: ReadonlyMap<string, string>,
  seq: number | null,
  { sha256 }: ReadPorts,
  findings: Finding[],
): Promise<LoggedEvent[]> {
  const count = seq ?? [...files.keys()].filter((path) => path.startsWith(`${EVENTS_FOLDER}/`)).length;
  const events: LoggedEvent[] = [];
  for (let number = 1; number <= count; number++) {
    const event = await collect(findings, async () => parseEvent(number, files.get(eventPath(number)), sha256));
    if (event === undefined) break; // what follows a bad event proves nothing
    events.push(event);
  }
  return events;
}

/** One parent a commit, one commit an operation, in the order of the log. */
async function checkHistory(
  { revision }: Snapshot,
  events: readonly LoggedEvent[],
  { branch }: ReadPorts,
  findings: Finding[],
): Promise<void> {
  const ends = events.filter(({ event }, index) => event.operation !== events[index + 1]?.event.operation);
  const newestFirst = ends.map(({ event }) => event.seq).reverse();
  const commits = await collect(findings, () => branch.log(revision, newestFirst.length + 1));
  for (const [index, commit] of (commits ?? []).entries()) {
    const expected = newestFirst[index] ?? null;
    const seq = newestEvent(commit.message)?.seq ?? null;
    const where = `commit ${commit.revision}`;
    if (commit.parents.length > 1)
      findings.push({ where, seq: null, problem: "it is a merge; the registry's history is linear" });
    if (seq === expected && seq !== null) continue;
    const problem =
      seq === null
        ? "Trainyard did not make this commit"
        : `it says event ${seq} is the newest, the log says ${expected ?? "none"}`;
    findings.push({ where, seq: expected, problem });
    return; // everything older is out of step too
  }
}

/** Every file of the branch against the replayed log; its manifests. */
function checkFiles(
  files: ReadonlyMap<string, string>,
  events: readonly LoggedEvent[],
  { sha256 }: ReadPorts,
  findings: Finding[],
): ModelVersion[] {
  const expected = replay(events, sha256);
  for (const [path, text] of expected) {
    if (files.get(path) === text) continue;
    findings.push({
      where: path,
      seq: seqIn(path),
      problem: files.has(path) ? "it says other things than the log" : "it is missing",
    });
  }
  for (const path of files.keys()) {
    if (!expected.has(path)) findings.push({ where: path, seq: seqIn(path), problem: "the log knows nothing of it" });
  }
  const manifests: ModelVersion[] = [];
  for (const { event } of events) {
    if (event.type !== "version.registered") continue;
    const problem = problemOf(event, sha256);
    if (problem !== null) findings.push({ where: `event ${event.seq}`, seq: event.seq, problem });
    manifests.push(registeredVersion(event));
  }
  return manifests;
}

function storeDigests(events: readonly LoggedEvent[], manifests: readonly ModelVersion[]): Sha256[] {
  const digests = new Set<Sha256>();
  for (const { event } of events) {
    if (event.type === "evaluation.recorded" || event.type === "drift.detected") digests.add(event.report);
    if (event.type === "deploy.recorded") digests.add(event.deployment);
    if (event.type === "attestation.attached") digests.add(event.digest);
  }
  for (const {
    files,
    record,
    evaluation,
    predictions,
    evaluationProfile,
    predictionsProfile,
    card,
    origin,
  } of manifests) {
    const own = [
      ...files.map(({ digest }) => digest),
      record,
      evaluation,
      predictions,
      evaluationProfile,
      predictionsProfile,
      card,
      origin?.record ?? null,
    ];
    for (const digest of own) if (digest !== null) digests.add(digest);
  }
  return [...digests];
}

/** Runs a check; damage becomes a finding, anything else is thrown. */
async function collect<T>(findings: Finding[], check: () => Promise<T>): Promise<T | undefined> {
  try {
    return await check();
  } catch (error) {
    if (!isRefusal(error) || (error.code !== "REGISTRY_DAMAGED" && error.code !== "DOCUMENT_INVALID")) throw error;
    const where = (error.details as { where?: string }).where ?? "the branch";
    const problem = (error.details as { problem?: string }).problem ?? error.message;
    if (!findings.some((finding) => finding.where === where && finding.problem === problem))
      findings.push({ where, seq: seqIn(where), problem });
    return undefined;
  }
}

function seqIn(where: string): number | null {
  const seq = /^(?:event |events\/.*\/)(\d+)/.exec(where)?.[1];
  return seq === undefined ? null : Number(seq);
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

/** The first bad event first, then what belongs to none. */
function sorted(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => (a.seq ?? Number.MAX_SAFE_INTEGER) - (b.seq ?? Number.MAX_SAFE_INTEGER));
}
