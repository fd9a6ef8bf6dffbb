import {
  type GitTag,
  type ModelEvent,
  mirrorGto,
  type NotMirrored,
  parseGtoName,
  sourceCommits,
  TrainyardError,
} from "@trainyard/core";
import { REGISTRY_REF } from "../git/choose-branch.ts";
import { askRemote, originOf } from "../git/remote.ts";
import { readTags } from "../imports/gto-tags.ts";
import { fetchTags, needOrigin, type PushedTags, pushTags, tagsOfOrigin } from "../mirror/origin-tags.ts";
import { commitsHere, writeTags } from "../mirror/write-tags.ts";
import type { Project } from "../project.ts";
import { knownModel } from "./known-model.ts";

export interface MirrorReport {
  readonly system: "gto";
  readonly models: readonly { readonly model: string; readonly artifact: string }[];
  /** Tags that this run wrote; of a dry run, would. */
  readonly tags: readonly {
    readonly model: string;
    readonly tag: string;
    readonly commit: string;
    /** Seconds since 1970. */
    readonly at: number;
    readonly event: number;
  }[];
  /** How many tags of earlier runs stand for events here. */
  readonly known: number;
  readonly left: readonly NotMirrored[];
  /** Null when nothing was to leave this machine. */
  readonly push: PushedTags | null;
  readonly dryRun: boolean;
}

/** `mirror gto`: versions and aliases as the tags GTO would have written. */
export async function mirrorGtoVerb(
  project: Project,
  inputs: { readonly models: readonly string[]; readonly dry: boolean; readonly push: boolean },
): Promise<MirrorReport> {
  const { root, registry } = project;
  const origin = inputs.push ? needOrigin(await originOf(root)) : null;
  if (origin !== null && (await askRemote(root, origin, REGISTRY_REF)) === null)
    throw new TrainyardError("REGISTRY_UNPUBLISHED", { remote: origin.name });
  const histories = new Map<string, ModelEvent[]>();
  const known = new Set(await registry.models());
  for (const name of inputs.models.length > 0 ? inputs.models : known) {
    const { model } = await knownModel(project, name);
    const events = known.has(model) ? await registry.events(model) : [];
    histories.set(
      model,
      events.filter((event): event is ModelEvent => "model" in event),
    );
  }

  const there = origin === null ? new Map<string, string>() : await tagsOfOrigin(root, origin);
  if (origin !== null && !inputs.dry) {
    const here = new Set((await readTags(root)).map(({ name }) => name));
    const absent = [...there.keys()].filter((name) => !here.has(name) && parseGtoName(name) !== null);
    await fetchTags(root, origin, absent);
  }
  const tags = await readTags(root);
  const commits = await commitsHere(root, [...histories.values()].flatMap(sourceCommits));
  const mirrors = [...histories].map(([model, events]) => ({
    model,
    ...mirrorGto(model, events, tags, (commit) => commits.has(commit)),
  }));
  const wanted = mirrors.flatMap((mirror) => mirror.tags);
  if (!inputs.dry) await writeTags(root, wanted);
  const ours = new Set(mirrors.flatMap((mirror) => [...mirror.known, ...mirror.tags.map(({ name }) => name)]));
  const inTheirOrder = (a: GitTag, b: GitTag) => (a.tagger?.at ?? 0) - (b.tagger?.at ?? 0);
  const pushes = async (remote: NonNullable<typeof origin>) => {
    const written = (await readTags(root)).filter(({ name }) => ours.has(name)).sort(inTheirOrder);
    return pushTags(root, remote, written, there);
  };
  return {
    system: "gto",
    models: mirrors.map(({ model, artifact }) => ({ model, artifact })),
    tags: mirrors.flatMap(({ model, tags: made }) =>
      made.map(({ name, commit, at, event }) => ({ model, tag: name, commit, at, event })),
    ),
    known: mirrors.reduce((sum, mirror) => sum + mirror.known.length, 0),
    left: mirrors.flatMap(({ left }) => left),
    push: origin === null || inputs.dry ? null : await pushes(origin),
    dryRun: inputs.dry,
  };
}
