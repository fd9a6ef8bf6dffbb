import { fold } from "../fold/folding.ts";
import { type LoggedEvent, replay } from "../fold/projection.ts";
import { problemOf } from "../fold/root-digest.ts";
import { goesWithTree, newestEvent } from "../log/commit-message.ts";
import { modelOf, type RegistryEvent } from "../log/event.ts";
import { checkChain } from "../read/read-log.ts";
import { OTHER_FILES, type ReadPorts, type Snapshot, snapshotAt } from "../read/snapshot.ts";
import { type Finding, Findings, seqIn } from "./findings.ts";
import { readBranch } from "./read-branch.ts";
import { movedWithoutDeploying } from "./verify-deployed.ts";
import { forbiddenEvents } from "./verify-policy.ts";

/**
 * Reads the whole branch again: the history of commits, the chain of events, what they add up to, every file against that, and every manifest
 * against its root digest. Never throws for damage: it lists it.
 *
 * @throws REGISTRY_FUTURE, and what reading the branch throws for other reasons than damage
 */
export async function verifyBranch(ports: ReadPorts): Promise<{ events: readonly LoggedEvent[]; findings: Findings }> {
  const findings = new Findings();
  const revision = await findings.collect(() => ports.branch.head());
  if (revision === undefined || revision === null) return { events: [], findings };
  const snapshot = await findings.collect(() => snapshotAt(revision, ports));
  const { files, events, whole } = await readBranch(revision, snapshot?.head.seq ?? null, ports, findings);
  if (events.length === 0) return { events, findings };
  await findings.collect(() => checkChain(events));
  for (const [model, own] of byModel(events)) await findings.collect(() => fold(model, own));
  for (const { seq, problem } of [...forbiddenEvents(events), ...movedWithoutDeploying(events)])
    findings.add({ where: `event ${seq}`, seq, problem });
  for (const { event } of events) {
    const problem = event.type === "version.registered" ? problemOf(event, ports.sha256) : null;
    if (problem !== null) findings.add({ where: `event ${event.seq}`, seq: event.seq, problem });
  }
  // A log that is cut off at a bad event says nothing about commits and files of what follows.
  if (whole && snapshot !== undefined) await checkHistory(snapshot, events, ports, findings);
  if (whole) checkFiles(files, events, ports, findings);
  return { events, findings };
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
  const oldest = commits?.at(-1);
  const first = ends[(commits?.length ?? 0) - 1]?.event.seq ?? null;
  if (oldest !== undefined && oldest.parents.length === 0 && (commits?.length ?? 0) < ends.length)
    findings.add({
      where: `commit ${oldest.revision}`,
      seq: first,
      problem: `the history begins here, though ${ends.length - (commits?.length ?? 0)} operations of the log came before`,
    });
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
