import { ObjectId } from "../../document.ts";
import { timestamp } from "../../time.ts";
import { keyPart, NOTE_CHARACTERS, RECORD_CHARACTERS, shortened, type UpstreamFact } from "./upstream.ts";

/** A registered model of MLflow, read from its database or asked of its server. */
export interface MlflowModel {
  readonly name: string;
  readonly description: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly aliases: readonly { readonly alias: string; readonly version: string }[];
  /** By number, the lowest first. */
  readonly versions: readonly MlflowVersion[];
}

export interface MlflowVersion {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number | null;
  readonly user: string | null;
  readonly description: string | null;
  /** "None", "Staging", "Production", "Archived"; of one that was deleted "Deleted_Internal". */
  readonly stage: string | null;
  /** Where its files are, in MLflow's words: `runs:/…/model`, `models:/m-…`, `file:///…`, `s3://…`. */
  readonly source: string | null;
  readonly run: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly params: readonly { readonly name: string; readonly value: string }[];
  /** The last value of each; null where it is not a number: NaN, and the infinities, which MLflow keeps as the largest number. */
  readonly metrics: readonly { readonly name: string; readonly value: number | null }[];
  readonly runTags: Readonly<Record<string, string>>;
}

/** Beyond this many, params, metrics and tags are counted in what was left. */
const MOST = 1000;

/**
 * What MLflow says of a model. It keeps no history: aliases and stages are what they are now.
 * @see https://mlflow.org/docs/latest/ml/model-registry/
 */
export function mlflowFacts(model: MlflowModel): UpstreamFact[] {
  const { name, versions, aliases } = model;
  const facts: UpstreamFact[] = [];
  const about = [model.description ?? "", ...tagWords(model.tags)].filter((text) => text !== "").join("; ");
  if (about !== "") {
    const key = `mlflow ${keyPart(name)} about ${textSum(about)}`;
    facts.push({ kind: "note", key, label: name, words: shortened(about, NOTE_CHARACTERS), problem: null });
  }
  for (const version of versions) facts.push(versionFact(name, version));
  for (const stage of ["Archived", "Staging", "Production"]) {
    const inIt = versions.filter((one) => one.stage === stage).map(({ version }) => version);
    const newest = inIt.at(-1);
    const others = inIt.slice(0, -1);
    if (newest === undefined) continue;
    const problem =
      others.length === 0 ? null : `in ${stage} are also ${others.slice(0, 20).join(", ")}; an alias has one holder`;
    facts.push(aliasFact(name, "stage", stage, newest, problem));
  }
  for (const { alias, version } of aliases) facts.push(aliasFact(name, "alias", alias, version, null));
  return facts;
}

/** Aliases and stages of a model begin their keys with one of these. */
export function mlflowSlots(name: string): string[] {
  return ["alias", "stage"].map((kind) => `mlflow ${keyPart(name)} ${kind}`);
}

function aliasFact(
  name: string,
  kind: "alias" | "stage",
  alias: string,
  to: string,
  problem: string | null,
): UpstreamFact {
  return {
    kind: "alias",
    key: `mlflow ${keyPart(name)} ${kind} ${keyPart(alias)} ${keyPart(to)}`,
    label: `${kind} ${alias}`,
    words: `MLflow's ${kind} ${alias} is version ${to}`,
    problem,
    alias,
    to,
    tense: "now",
  };
}

function versionFact(name: string, said: MlflowVersion): UpstreamFact {
  const { version, run, user, source, stage } = said;
  const key = `mlflow ${keyPart(name)} version ${keyPart(version)} ${keyPart(run ?? "-")}`;
  const label = `${name} version ${version}`;
  if (stage === "Deleted_Internal")
    return { kind: "note", key, label, words: "was deleted in MLflow", problem: "it was deleted in MLflow" };
  const at =
    said.createdAt !== null && said.createdAt >= 0 && said.createdAt < 8.64e15 ? timestamp(said.createdAt) : null;
  const by = user ?? said.runTags["mlflow.user"] ?? null;
  const commit = said.runTags["mlflow.source.git.commit"] ?? "";
  const metrics = said.metrics
    .slice(0, MOST)
    .flatMap(({ name: metric, value }) => (value === null ? [] : [{ name: shortened(metric, 250), value }]));
  const left = [
    ...said.metrics
      .filter(({ value }) => value === null)
      .map(({ name: metric }) => `metric ${shortened(metric, 80)} is no finite number`),
    ...tooMany("metrics", said.metrics.length),
    ...tooMany("parameters", said.params.length),
    ...tooMany("tags", Object.keys(said.tags).length),
  ];
  const facts: Record<string, string> = {};
  if (source !== null) facts["source"] = shortened(withoutPassword(source), 2000);
  if (stage !== null && stage !== "None") facts["stage"] = shortened(stage, 100);
  for (const [tag, value] of Object.entries(said.tags).slice(0, MOST))
    facts[`tag ${shortened(tag, 250)}`] = shortened(value, 2000);
  return {
    kind: "version",
    key,
    label,
    words: `MLflow's version ${version}${by === null ? "" : ` by ${shortened(by, 100)}`}${at === null ? "" : `, ${at}`}`,
    problem: null,
    version: {
      origin: { system: "mlflow", name, version, id: run, at, by: by === null ? null : shortened(by, 100) },
      commit: ObjectId.safeParse(commit).success ? commit : null,
      description:
        said.description === null || said.description === "" ? null : shortened(said.description, RECORD_CHARACTERS),
      params: Object.fromEntries(
        said.params.slice(0, MOST).map((param) => [shortened(param.name, 250), paramValue(param.value)]),
      ),
      metrics,
      facts,
      left,
    },
  };
}

/** MLflow keeps every parameter as text. One that is written just as a number would be is that number again, so that it can be compared. */
function paramValue(text: string): string | number {
  const number = Number(text);
  return Number.isFinite(number) && String(number) === text ? number : shortened(text, RECORD_CHARACTERS);
}

function tooMany(what: string, count: number): string[] {
  return count > MOST ? [`${count - MOST} of its ${count} ${what}`] : [];
}

function tagWords(tags: MlflowModel["tags"]): string[] {
  return Object.entries(tags).map(([name, value]) => `${name}: ${value}`);
}

export function withoutPassword(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, "$1");
}

/** Tells texts apart in a key (FNV-1a, 32 bits): what was said before is not said again. */
function textSum(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
