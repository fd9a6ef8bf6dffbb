import { byCodePoint } from "../../order.ts";

/** A tag of a repository, as git tells it. */
export interface GitTag {
  readonly name: string;
  /** Object id of the tag itself; of the commit where it is a lightweight one. */
  readonly id: string;
  readonly commit: string;
  /** Null for a lightweight tag: it has neither an author nor a time. */
  readonly tagger: { readonly name: string /** Seconds since 1970. */; readonly at: number } | null;
  /** First line of its message. */
  readonly subject: string;
  /** What its message says of an event of a registry of Trainyard, where a mirror wrote it: "17 5f0c…". */
  readonly event?: string;
}

export type GtoKind = "registered" | "deregistered" | "assigned" | "unassigned" | "deprecated" | "created";

/** What a tag's name says in GTO's language. */
export interface GtoName {
  /** "churn", or "models:churn" for an artifact of the folder `models`; a tag writes `=` for `:`. */
  readonly artifact: string;
  readonly kind: GtoKind;
  readonly version: string | null;
  readonly stage: string | null;
  readonly counter: number | null;
}

/** One thing that happened in GTO. */
export interface GtoEvent extends GtoName {
  readonly tag: GitTag;
  /** What the tag says that cannot be; null when it is in order. */
  readonly problem: string | null;
  /** Stages whose holder is another one after it, as GTO shows them; null: nobody any more. */
  readonly moves: readonly { readonly stage: string; readonly version: string | null }[];
}

export interface GtoHistory {
  /** In GTO's order: by the taggers' clocks, to the second; of one second by counter, then by name. */
  readonly events: readonly GtoEvent[];
  /** Who is in which stage at the end: the version assigned last and not unassigned since. As GTO shows it, nobody of a deprecated artifact, until something else happens to it. */
  readonly stages: readonly { readonly artifact: string; readonly stage: string; readonly version: string }[];
}

// GTO 1.x, gto/constants.py: tag_re. A version is SemVer 2.0.0 with a `v`; a counter is left out by `--simple`.
const NAME = "[a-zA-Z0-9](?:[a-zA-Z0-9/_-]*[a-zA-Z0-9])?";
const FULL_NAME = `(?:[a-zA-Z0-9._/-]+=)?${NAME}`;
const ARTIFACT = new RegExp(`^(${FULL_NAME})([@#].*)$`);
const SEMVER = /^v(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
const STAGE = new RegExp(`^${NAME}$`);
const ARTIFACT_NAME = new RegExp(`^${FULL_NAME.replace("=", ":")}$`);

/** Reads a tag's name: `name@v1.2.3`, `name@v1.2.3!`, `name#stage#N`, `name#stage!#N`, `name@deprecated#N`, `name@created#N`, each also as `dir=name…`. Null when it is not GTO's. */
export function parseGtoName(tag: string): GtoName | null {
  const [, artifact = "", rest = ""] = ARTIFACT.exec(tag) ?? [];
  const [, sign, what = "", cancelled, number] = /^([@#])([^#!]+)(!?)(?:#(\d+))?$/.exec(rest) ?? [];
  if (artifact === "" || sign === undefined) return null;
  const counter = number === undefined ? null : Number(number);
  const said = { artifact: artifact.replace("=", ":"), counter, version: null, stage: null };
  const isCancelled = cancelled === "!";
  if (sign === "#") {
    if (!STAGE.test(what)) return null;
    return { ...said, kind: isCancelled ? "unassigned" : "assigned", stage: what };
  }
  if (what === "deprecated" || what === "created") return isCancelled ? null : { ...said, kind: what };
  if (!SEMVER.test(what)) return null;
  return { ...said, kind: isCancelled ? "deregistered" : "registered", version: what };
}

/** A tag that has the form of GTO's, but what it says is none of GTO's: `churn@v2`, `churn@1.2.3`. */
export const isNearGto = (tag: string) => ARTIFACT.test(tag) && parseGtoName(tag) === null;

/** Whether GTO can hold an artifact of this name, or a stage. */
export const isGtoArtifact = (name: string) => ARTIFACT_NAME.test(name);
export const isGtoStage = (name: string) => STAGE.test(name);

/** The name GTO gives a tag of something that happened. */
export function gtoTagName({ artifact, kind, version, stage, counter }: GtoName): string {
  const mark = kind === "deregistered" || kind === "unassigned" ? "!" : "";
  const what = stage === null ? `@${version}` : `#${stage}`;
  return `${artifact.replace(":", "=")}${what}${mark}${counter === null ? "" : `#${counter}`}`;
}

/** What the tags of a repository add up to. Tags that are not GTO's are left out. */
export function gtoHistory(tags: readonly GitTag[]): GtoHistory {
  const known = tags
    .flatMap((tag) => {
      const name = parseGtoName(tag.name);
      return name === null ? [] : [{ ...name, tag }];
    })
    .sort(inOrder);
  const artifacts = new Map<string, Artifact>();
  const events = known.map((event) => {
    const artifact = artifacts.get(event.artifact) ?? { versions: new Map(), stages: new Map(), deprecated: false };
    artifacts.set(event.artifact, artifact);
    const before = shown(artifact);
    artifact.deprecated = event.kind === "deprecated";
    return { ...take(event, artifact), moves: movesBetween(before, shown(artifact)) };
  });
  const stages = [...artifacts].flatMap(([artifact, one]) =>
    [...shown(one)].map(([stage, version]) => ({ artifact, stage, version })),
  );
  return { events, stages };
}

/** Versions with their commits, and who holds each stage, the last one assigned last. */
interface Artifact {
  readonly versions: Map<string, string>;
  readonly stages: Map<string, string[]>;
  deprecated: boolean;
}

/** Who is in which stage: the one assigned last, and nobody of a deprecated artifact. */
function shown({ stages, deprecated }: Artifact): Map<string, string> {
  return new Map(deprecated ? [] : [...stages].map(([stage, versions]) => [stage, versions.at(-1) as string]));
}

function movesBetween(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): GtoEvent["moves"] {
  const stages = new Set([...before.keys(), ...after.keys()]);
  return [...stages]
    .filter((stage) => before.get(stage) !== after.get(stage))
    .map((stage) => ({ stage, version: after.get(stage) ?? null }));
}

type Unjudged = GtoName & { readonly tag: GitTag };

function inOrder(a: Unjudged, b: Unjudged): number {
  return (
    (a.tag.tagger?.at ?? 0) - (b.tag.tagger?.at ?? 0) ||
    (a.counter ?? 0) - (b.counter ?? 0) ||
    byCodePoint(a.tag.name, b.tag.name)
  );
}

function take(event: Unjudged, { versions, stages }: Artifact): Omit<GtoEvent, "moves"> {
  const { tag, stage } = event;
  const judged = (version: string | null, problem: string | null) => ({ ...event, version, problem });
  if (tag.tagger === null) return judged(event.version, "it is a lightweight tag: nobody knows who made it, or when");
  switch (event.kind) {
    case "registered":
      versions.set(event.version as string, tag.commit);
      return judged(event.version, null);
    case "deregistered": {
      const version = event.version as string;
      if (!versions.delete(version)) return judged(version, `there was no ${version} to take back`);
      for (const held of [...stages.keys()]) leave(stages, held, version);
      return judged(version, null);
    }
    case "assigned":
    case "unassigned": {
      // GTO tags the commit; the version is the one that was registered there.
      const version = [...versions].findLast(([, commit]) => commit === tag.commit)?.[0] ?? null;
      if (version === null) return judged(null, "no version was registered at its commit");
      const held = stages.get(stage as string) ?? [];
      if (event.kind === "assigned") {
        stages.set(stage as string, [...held.filter((one) => one !== version), version]);
        return judged(version, null);
      }
      leave(stages, stage as string, version);
      return judged(version, held.includes(version) ? null : `${version} was not in ${stage}`);
    }
    default:
      return judged(null, null);
  }
}

function leave(stages: Map<string, string[]>, stage: string, version: string): void {
  const rest = (stages.get(stage) ?? []).filter((one) => one !== version);
  if (rest.length === 0) stages.delete(stage);
  else stages.set(stage, rest);
}
