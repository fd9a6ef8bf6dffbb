import { TrainyardError } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import type { ModelState, VersionState } from "../fold/model-state.ts";
import { type OriginName, OriginSystem } from "../log/origin.ts";
import type { Registry } from "./registry.ts";
import { sameBytesAs } from "./same-bytes.ts";

/**
 * A version as people write it: `flight-delays@12`, `@v12`, `@production`, `@sha256:…`, and by what it was called where it was imported from,
 * `@gto:v1.2.3`, `@mlflow:7`, `@dvc:1a2b…`; without `@`, `which` is null.
 */
export interface Reference {
  readonly model: string;
  readonly which:
    | { version: number }
    | { alias: string }
    | { rootDigest: string }
    | { origin: Pick<OriginName, "system" | "version"> }
    | null;
}

/** Splits MODEL@WHICH. @throws REFERENCE_INVALID */
export function parseReference(text: string): Reference {
  const match = /^([a-z0-9][a-z0-9._-]*)(?:@(.+))?$/.exec(text);
  const [, model, which] = match ?? [];
  if (model === undefined) throw new TrainyardError("REFERENCE_INVALID", { reference: text });
  if (which === undefined) return { model, which: null };
  return { model, which: parseWhich(which, text) };
}

/** The part after `@`. @throws REFERENCE_INVALID */
export function parseWhich(which: string, whole: string = which): NonNullable<Reference["which"]> {
  const number = /^v?([1-9]\d{0,9})$/.exec(which)?.[1];
  if (number !== undefined) return { version: Number(number) };
  if (/^sha256:[0-9a-f]{6,64}$/.test(which)) return { rootDigest: which };
  const [, from = "", name = ""] = /^([a-z]+):(.{1,300})$/.exec(which) ?? [];
  const system = OriginSystem.safeParse(from);
  if (system.success) return { origin: { system: system.data, version: name } };
  if (/^[a-z0-9][a-z0-9._-]*$/.test(which)) return { alias: which };
  throw new TrainyardError("REFERENCE_INVALID", { reference: whole });
}

/** The version a reference means; `latest` is the newest that was not withdrawn. @throws VERSION_UNKNOWN, ALIAS_UNKNOWN, REGISTRY_EMPTY */
export async function resolve(registry: Registry, reference: Reference): Promise<VersionState> {
  const { model, which } = reference;
  if (which !== null && "alias" in which && which.alias !== "latest") {
    const holder = await registry.holder(model, which.alias);
    if (holder !== null) return holder;
  }
  const state = await registry.state(model);
  if (state.versions.length === 0) {
    const known = (await registry.models()).filter((other) => other !== model);
    const near = (await asVersionOf(registry, reference, known)) ?? nearest(model, known);
    throw new TrainyardError("REGISTRY_EMPTY", { model, nearest: near, known });
  }
  if (which === null || ("alias" in which && which.alias === "latest")) {
    const newest = state.versions.findLast((version) => version.withdrawn === null);
    if (newest === undefined) throw new TrainyardError("VERSIONS_WITHDRAWN", { model });
    return newest;
  }
  if ("alias" in which) {
    // A version's own name of a registry that writes v1.2.3, where nobody holds an alias of that name.
    const imported = state.versions.findLast(({ origin }) => origin?.version === which.alias);
    if (imported !== undefined) return imported;
    const twin = await sameBytes(registry, state, { system: null, version: which.alias });
    if (twin !== undefined) return twin;
    const known = [...state.aliases.values()].filter((alias) => alias.version !== null).map((alias) => alias.alias);
    throw new TrainyardError("ALIAS_UNKNOWN", { model, alias: which.alias, known });
  }
  const found = named(state, which) ?? ("origin" in which ? await sameBytes(registry, state, which.origin) : undefined);
  if (found === undefined) throw new TrainyardError("VERSION_UNKNOWN", { model, version: whichText(which) });
  return found;
}

/** A second name of bytes that were imported under a first: the history knows it, the versions do not. */
async function sameBytes(
  registry: Registry,
  { model, versions }: Pick<ModelState, "model" | "versions">,
  name: Parameters<typeof sameBytesAs>[1],
): Promise<VersionState | undefined> {
  if (versions.every(({ origin }) => origin === null)) return undefined;
  const number = sameBytesAs(await registry.events(model), name);
  return number === null ? undefined : versions[number - 1];
}

/** `production` or `12` alone, where one model has such a version: "churn@production". */
async function asVersionOf(
  registry: Registry,
  { model: word, which }: Reference,
  models: readonly string[],
): Promise<string | null> {
  const [only, another] = models;
  if (only === undefined || another !== undefined || which !== null) return null;
  const isHeld = /^v?\d+$/.test(word) || word === "latest" || (await registry.holder(only, word)) !== null;
  return isHeld ? `${only}@${word}` : null;
}

type Named = Exclude<Reference["which"], { alias: string } | null>;

/** The version a number, a digest or another registry's name means; of several that were imported under one name, the newest. */
export function named({ versions }: Pick<ModelState, "versions">, which: Named): VersionState | undefined {
  if ("version" in which) return versions[which.version - 1];
  if ("rootDigest" in which) return versions.find((version) => version.rootDigest.startsWith(which.rootDigest));
  const { system, version: name } = which.origin;
  const isIt = ({ origin }: VersionState) =>
    origin?.system === system &&
    (origin.version === name || (system === "dvc" && name.length >= 6 && origin.version.startsWith(name)));
  return versions.findLast((version) => isIt(version) && version.withdrawn === null) ?? versions.findLast(isIt);
}

function whichText(which: Named): string {
  if ("version" in which) return `v${which.version}`;
  return "rootDigest" in which ? which.rootDigest : `${which.origin.system}:${which.origin.version}`;
}
