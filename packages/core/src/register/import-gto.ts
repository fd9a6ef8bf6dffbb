import { ModelName } from "../document.ts";
import type { EventBody } from "../registry/event.ts";
import type { Registry } from "../registry/registry.ts";
import { timestamp } from "../time.ts";
import { type GitTag, type GtoEvent, type GtoHistory, gtoHistory } from "./gto.ts";

/** Where the bytes of a GTO version stand, as far as the repository tells. */
export interface ArtifactBytes {
  /** `git`: a file or folder of the commit; `dvc`: a DVC pointer beside it; `missing`: artifacts.yaml names a path that is not there; `unnamed`: it names none. */
  readonly where: "git" | "dvc" | "missing" | "unnamed";
  readonly path: string | null;
}

export interface GtoImport {
  readonly tags: readonly ImportedTag[];
  /** Who was in which stage: no alias is set, as there is no version to point at. */
  readonly stages: readonly (GtoHistory["stages"][number] & { readonly model: string | null })[];
  /** Notes that were written, and those that stood there already. */
  readonly written: number;
  readonly known: number;
}

export interface ImportedTag {
  readonly tag: string;
  readonly kind: GtoEvent["kind"];
  readonly artifact: string;
  /** The model whose history has it; null when it was not carried. */
  readonly model: string | null;
  readonly version: string | null;
  readonly stage: string | null;
  readonly commit: string;
  /** Of a registration alone. */
  readonly bytes: ArtifactBytes | null;
  /** What is odd about it, or why it was not carried. */
  readonly problem: string | null;
}

/** A subject of a tag may be long; a note has room for this many characters of it. */
const SUBJECT = 500;

/**
 * Writes what GTO's tags say into the history, a note a tag. They become notes and not versions: a Trainyard version has a run's record and an
 * evaluation, GTO has neither, and nothing is made up here. Importing again adds only what is new.
 * @throws what the registry throws
 */
export async function importGto(
  { tags, dry }: { tags: readonly GitTag[]; dry: boolean },
  { registry, bytesOf }: { registry: Registry; bytesOf: (events: readonly GtoEvent[]) => Promise<ArtifactBytes[]> },
): Promise<GtoImport> {
  const { events, stages } = gtoHistory(tags);
  const models = modelNames(events.map(({ artifact }) => artifact));
  const registrations = events.filter(({ kind }) => kind === "registered");
  const found = await bytesOf(registrations);
  const bytes = new Map(registrations.map((event, index) => [event, found[index] ?? null]));
  const rows = events.map((event): ImportedTag => {
    const model = models.get(event.artifact) ?? null;
    const { kind, artifact, version, stage } = event;
    const carried = model !== null && event.tag.tagger !== null;
    const problem =
      model === null ? `"${artifact}" cannot be a model's name here, or another artifact has it` : event.problem;
    const place = { tag: event.tag.name, kind, artifact, version, stage, commit: event.tag.commit };
    return { ...place, model: carried ? model : null, bytes: bytes.get(event) ?? null, problem };
  });

  let written = 0;
  let known = 0;
  for (const model of new Set(rows.flatMap((row) => row.model ?? []))) {
    const texts = rows.flatMap((row, index) => (row.model === model ? [noteOf(events[index] as GtoEvent, row)] : []));
    const fresh = async () => {
      const there = new Set(
        (await registry.events(model)).flatMap((one) => (one.type === "note" ? [keyOf(one.text)] : [])),
      );
      return texts.filter((text) => !there.has(keyOf(text)));
    };
    const missing = dry
      ? (await fresh()).length
      : (
          await registry.transact(model, async () => {
            const notes = (await fresh()).map((text): EventBody => ({ type: "note", model, text }));
            return { events: notes, result: null };
          })
        ).events.length;
    written += dry ? 0 : missing;
    known += texts.length - missing;
  }
  return {
    tags: rows,
    stages: stages.map((stage) => ({ ...stage, model: models.get(stage.artifact) ?? null })),
    written,
    known,
  };
}

/** `models:churn` → `models-churn`. Where two artifacts would get one name, the first keeps it. */
export function modelNames(artifacts: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const artifact of artifacts) {
    const name = artifact.replace(/[:/]+/g, "-");
    if (names.has(artifact) || taken.has(name) || !ModelName.safeParse(name).success) continue;
    names.set(artifact, name);
    taken.add(name);
  }
  return names;
}

/** A note begins with the tag and its object id: a tag that was moved since is another one. */
function noteOf({ tag }: GtoEvent, row: ImportedTag): string {
  const what = {
    registered: `${row.version} registered`,
    deregistered: `${row.version} taken back`,
    assigned: `${row.version ?? "a commit without a version"} assigned to ${row.stage}`,
    unassigned: `${row.version ?? "a commit without a version"} taken out of ${row.stage}`,
    deprecated: "deprecated",
    created: "created",
  }[row.kind];
  const at = timestamp((tag.tagger?.at ?? 0) * 1000);
  const subject = tag.subject === "" ? "" : `: ${[...tag.subject].slice(0, SUBJECT).join("")}`;
  return `GTO ${tag.name} ${tag.id} ${what} at commit ${tag.commit} by ${tag.tagger?.name ?? "nobody"}, ${at}${bytesWords(row.bytes)}${subject}`;
}

function keyOf(text: string): string {
  return /^GTO (\S+ [0-9a-f]+) /.exec(text)?.[1] ?? "";
}

function bytesWords(bytes: ArtifactBytes | null): string {
  if (bytes === null) return "";
  if (bytes.where === "unnamed") return ", its bytes not named";
  return bytes.where === "missing"
    ? `, its bytes ${bytes.path} not there`
    : `, its bytes in ${bytes.where}: ${bytes.path}`;
}
