import { ObjectId } from "../../document.ts";
import type { ModelEvent } from "../../registry/log/event.ts";
import { timestamp } from "../../time.ts";
import { keyPart, NOTE_CHARACTERS, RECORD_CHARACTERS, shortened, type UpstreamFact } from "../imports/upstream.ts";
import type { GtoEvent } from "./gto.ts";

/** What `artifacts.yaml` of a tag's commit says about its artifact, beyond where it is. */
export type ArtifactFacts = Readonly<Record<string, string>>;

/**
 * What GTO's tags say, by artifact: a registration is a version, a deregistration its withdrawal, an assignment an alias. GTO knows neither
 * parameters nor metrics.
 * @param of What the artifact's own file says at a registration.
 * @param mirrored Events here that tags stand for, by the tag's id: they came from here and do not come back.
 */
export function gtoFacts(
  events: readonly GtoEvent[],
  of: (event: GtoEvent) => ArtifactFacts,
  mirrored: ReadonlyMap<string, ModelEvent> = new Map(),
): Map<string, UpstreamFact[]> {
  const artifacts = new Map<string, UpstreamFact[]>();
  for (const event of events) {
    const facts = artifacts.get(event.artifact) ?? [];
    artifacts.set(event.artifact, facts);
    const own = mirrored.get(event.tag.id);
    const said = factsOf(event, of);
    if (own === undefined) facts.push(...said);
    else for (const fact of said) facts.push({ ...fact, here: hereOf(own, fact) });
  }
  return artifacts;
}

function hereOf(own: ModelEvent, { kind }: UpstreamFact): number | null {
  return kind === "version" && own.type === "version.registered" ? own.version : null;
}

function factsOf(event: GtoEvent, of: (event: GtoEvent) => ArtifactFacts): UpstreamFact[] {
  const { tag, kind, problem } = event;
  const key = gtoKey(event);
  const who = tag.tagger === null ? "" : ` by ${tag.tagger.name}, ${timeOf(tag.tagger.at) ?? "at no time"}`;
  const subject = tag.subject === "" ? "" : `: ${shortened(tag.subject, NOTE_CHARACTERS)}`;
  const said = (words: string) => ({ key, label: tag.name, words: `${words}${who}${subject}`, problem });
  const moves = event.moves.map(({ stage, version }): UpstreamFact => {
    const own = event.stage === stage;
    const words = version === null ? `nobody is in ${stage} any more` : `${version} is in ${stage}`;
    const place = own ? { key } : { key: `${key} ${keyPart(stage)}` };
    return { ...said(words), ...place, kind: "alias", alias: stage, to: version, tense: "then" };
  });
  switch (kind) {
    case "registered":
      if (tag.tagger === null) return [{ ...said("registered"), kind: "note" }, ...moves];
      return [
        { ...said(`${event.version} registered`), kind: "version", version: versionOf(event, of(event)) },
        ...moves,
      ];
    case "deregistered":
      if (problem !== null) return [{ ...said("taken back"), kind: "note" }, ...moves];
      return [
        ...moves,
        { ...said(`${event.version} taken back in GTO`), kind: "withdrawn", version: event.version as string },
      ];
    case "assigned":
    case "unassigned": {
      const words = kind === "assigned" ? `assigned to ${event.stage}` : `taken out of ${event.stage}`;
      if (moves.length > 0) return moves;
      return [{ ...said(`${event.version ?? "a commit without a version"} ${words}`), kind: "note" }];
    }
    default:
      return [{ ...said(kind), kind: "note" }, ...moves];
  }
}

/** A tag that was moved since is another one. */
function gtoKey({ tag }: Pick<GtoEvent, "tag">): string {
  return `gto ${keyPart(tag.name)} ${tag.id}`;
}

function versionOf({ tag, artifact, version }: GtoEvent, facts: ArtifactFacts) {
  const at = tag.tagger === null ? null : timeOf(tag.tagger.at);
  const by = tag.tagger === null ? null : shortened(tag.tagger.name, 100);
  return {
    origin: { system: "gto" as const, name: artifact, version: version as string, id: tag.id, at, by },
    commit: ObjectId.safeParse(tag.commit).success ? tag.commit : null,
    description: tag.subject === "" ? null : shortened(tag.subject, RECORD_CHARACTERS),
    params: {},
    metrics: [],
    facts: { tag: tag.name, ...facts },
    left: [],
  };
}

/** Null for what no calendar has: a tag can hold any number. */
function timeOf(seconds: number): string | null {
  const milliseconds = seconds * 1000;
  return Number.isFinite(milliseconds) && Math.abs(milliseconds) < 8.64e15 && seconds > -62_135_596_800
    ? timestamp(milliseconds)
    : null;
}
