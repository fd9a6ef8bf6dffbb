import { matchesGlob, relative, sep } from "node:path";
import type { Project } from "@trainyard/backends";
import { ask } from "@trainyard/backends/github/call/ask";
import { CONFIG_NAME, type Config, canonicalJson, type ModelConfig, type RunRecord, z } from "@trainyard/core";
import type { GithubJob } from "../step/github-job.ts";

/** The rules a model is judged by, and what a reader must know of them. */
export interface Rules {
  readonly config: Config;
  /** The branch they come from; null: what is checked out. */
  readonly from: string | null;
  readonly notes: readonly string[];
  /** Why a pass by these rules is no more than inconclusive. */
  readonly doubts: readonly string[];
}

const Content = z.object({ type: z.literal("file"), encoding: z.literal("base64"), content: z.string() });

/**
 * The config of a branch, by GitHub's word for what stands there now.
 * @returns Null where the branch has none.
 * @throws GITHUB_ANSWER, and what the config refuses
 */
export async function configOf(job: Pick<GithubJob, "github">, branch: string, path: string): Promise<Config | null> {
  const asked = { path, ref: `refs/heads/${branch}` };
  const found = await ask(job.github, "GET /repos/{owner}/{repo}/contents/{path}", asked, Content).catch(
    (error: { status?: number }) => {
      if (error.status === 404) return null;
      throw error;
    },
  );
  if (found === null) return null;
  const { parseConfig } = await import("@trainyard/backends/config/parse-config");
  return parseConfig(Buffer.from(found.content, "base64"), `${branch}:${CONFIG_NAME}`);
}

/** The config's path in the repository. */
export function configPath(workspace: string, root: string): string {
  return [...relative(workspace, root).split(sep), CONFIG_NAME].filter((part) => part !== "").join("/");
}

/** A model as it is judged: what trains it is its own, what judges it the base's. */
export function judgedBy(project: Pick<Project, "config">, model: string, base: Config | null, branch: string): Rules {
  const own = project.config;
  const [ours, theirs] = [own.models[model], base?.models[model]];
  if (theirs === undefined) {
    // Before there is any config there is nothing to get around; afterwards a new name would be a way around a model's gates.
    if (base === null)
      return {
        config: own,
        from: null,
        notes: [`${branch} has no ${CONFIG_NAME} yet: the gates are this change's own.`],
        doubts: [],
      };
    const doubt = `${branch} does not know ${model} yet, so its gates are this change's own: a pass by them counts as inconclusive until they are merged.`;
    return { config: own, from: null, notes: [], doubts: [doubt] };
  }
  const judged: ModelConfig = {
    ...(ours ?? theirs),
    task: theirs.task,
    evaluate: theirs.evaluate,
    deploy: theirs.deploy,
  };
  const changed = ours === undefined ? [] : differences(theirs, ours);
  const notes =
    changed.length === 0
      ? []
      : [
          `Judged by the settings of ${branch}. This change of them takes effect after the merge: ${changed.join("; ")}.`,
        ];
  return { config: { ...own, models: { ...own.models, [model]: judged } }, from: branch, notes, doubts: [] };
}

/** Settings that judge and are others here, each with both values. */
function differences(theirs: ModelConfig, ours: ModelConfig): string[] {
  const flat = ({ task, evaluate }: ModelConfig): Record<string, unknown> => ({
    task,
    ...Object.fromEntries(Object.entries(evaluate).map(([name, value]) => [`evaluate.${name}`, value])),
  });
  const [from, to] = [flat(theirs), flat(ours)];
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return names
    .filter((name) => say(from[name]) !== say(to[name]))
    .map((name) => `${name}: ${short(say(from[name]))} → ${short(say(to[name]))}`);
}

const say = (value: unknown) => (value === undefined ? "not set" : canonicalJson(value));
const short = (text: string) => (text.length > 200 ? `${text.slice(0, 197)}…` : text);

/** Why a pass of these rows would not count: they are not those the base names. */
export function otherRows(record: RunRecord, data: string | undefined): string[] {
  const paths = record.datasets.filter(({ role }) => role === "evaluation").map(({ path }) => path);
  if (data === undefined || paths.length === 0) return [];
  const named = (path: string) =>
    path === data || path.startsWith(`${data.replace(/\/$/, "")}/`) || matchesGlob(path, data);
  const other = paths.filter((path) => !named(path));
  if (other.length === 0) return [];
  return [
    `It was scored on ${other.slice(0, 3).join(", ")}, and the rules name ${data}: a pass of other rows does not count.`,
  ];
}
