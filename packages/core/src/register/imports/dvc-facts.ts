import type { JsonValue, Params } from "../../data/params.ts";
import { ObjectId } from "../../document.ts";
import { timestamp } from "../../time.ts";
import { keyPart, RECORD_CHARACTERS, shortened, type UpstreamFact } from "./upstream.ts";

/** An artifact of a `dvc.yaml`, as one commit has it. */
export interface DvcArtifact {
  /** "churn", or "models:churn" for one of the folder `models`. */
  readonly name: string;
  /** What names its bytes: the MD5 DVC tracks them by, or git's id. */
  readonly identity: string;
  readonly commit: string;
  /** Of the commit: seconds since 1970, and its author. */
  readonly at: number;
  readonly by: string;
  readonly description: string | null;
  /** Of the stage that makes it, as `dvc.lock` has them; empty where no stage does. */
  readonly params: Params;
  readonly metrics: readonly { readonly name: string; readonly value: number | null }[];
  readonly facts: Readonly<Record<string, string>>;
}

/** DVC numbers nothing: each content of an artifact is a version, where it came first. */
export function dvcFacts(artifacts: readonly DvcArtifact[]): Map<string, UpstreamFact[]> {
  const found = new Map<string, UpstreamFact[]>();
  const seen = new Set<string>();
  for (const artifact of artifacts) {
    const { name, identity, commit } = artifact;
    const key = `dvc ${keyPart(name)} ${keyPart(identity)}`;
    const facts = found.get(name) ?? [];
    found.set(name, facts);
    if (seen.has(key)) continue;
    seen.add(key);
    const at = Number.isFinite(artifact.at) && Math.abs(artifact.at) < 8.64e12 ? timestamp(artifact.at * 1000) : null;
    const by = shortened(artifact.by, 100);
    facts.push({
      kind: "version",
      key,
      label: `${name} ${identity.slice(0, 12)}`,
      words: `in DVC since commit ${commit.slice(0, 12)} by ${by}`,
      problem: null,
      version: {
        origin: { system: "dvc", name, version: identity, id: null, at, by },
        commit: ObjectId.safeParse(commit).success ? commit : null,
        description: artifact.description === null ? null : shortened(artifact.description, RECORD_CHARACTERS),
        params: artifact.params,
        metrics: artifact.metrics.flatMap(({ name: metric, value }) =>
          value === null ? [] : [{ name: shortened(metric, 250), value }],
        ),
        facts: artifact.facts,
        left: artifact.metrics
          .filter(({ value }) => value === null)
          .map(({ name: metric }) => `metric ${shortened(metric, 80)} is no finite number`),
      },
    });
  }
  return found;
}

/** Numbers of a metrics file by the way to them: `{"test": {"auc": 0.7}}` → `test.auc`. What Python writes for NaN is null; text is no metric. */
export function metricsIn(value: unknown, path = "", depth = 0): DvcArtifact["metrics"] {
  if (typeof value === "number")
    return path === "" ? [] : [{ name: path, value: Number.isFinite(value) ? value : null }];
  if (typeof value === "string")
    return /^-?(nan|inf(inity)?)$/i.test(value) && path !== "" ? [{ name: path, value: null }] : [];
  if (value === null || typeof value !== "object" || Array.isArray(value) || depth > 20) return [];
  return Object.entries(value)
    .slice(0, 1000)
    .flatMap(([name, inner]) => metricsIn(inner, path === "" ? name : `${path}.${name}`, depth + 1));
}

/** Parameters as `dvc.lock` keeps them, by file; of several files that say the same name, the last. */
export function paramsIn(files: unknown): Params {
  if (files === null || typeof files !== "object") return {};
  const params: Params = {};
  for (const values of Object.values(files)) {
    if (values === null || typeof values !== "object") continue;
    for (const [name, value] of Object.entries(values).slice(0, 1000)) params[name] = value as JsonValue;
  }
  return params;
}
