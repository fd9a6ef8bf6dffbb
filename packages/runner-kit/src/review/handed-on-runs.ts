import type { Project } from "@trainyard/backends";
import { parseJson, TrainyardError, z } from "@trainyard/core";
import { type BundleRef, parseBundleRefs } from "../bundle/bundle-ref.ts";
import type { GithubJob } from "../step/github-job.ts";

/** A run that was handed on; its id is null where only artifacts' names told of it. */
export type HandedRun = Omit<BundleRef, "run"> & { readonly run: string | null };

/**
 * The runs a step is to work on: the one that `bundle:` names, else all that a workflow run handed on, of one model where one is named.
 * @param made The workflow run that made them: this one, or of a fork's pull request the one before it.
 * @throws INPUT_INVALID, BUNDLE_FOREIGN, BUNDLE_GONE, ARTIFACTS_UNAVAILABLE
 */
export async function handedOnRuns(
  { handOver }: Pick<GithubJob, "handOver">,
  made: number,
  inputs: { readonly bundle?: string | undefined; readonly model?: string | undefined },
): Promise<HandedRun[]> {
  handOver.refuseUnavailable();
  if (inputs.bundle !== undefined) {
    const refs = parseBundleRefs(inputs.bundle);
    for (const ref of refs) {
      if (inputs.model !== undefined && inputs.model !== ref.model)
        throw new TrainyardError("INPUT_INVALID", { input: "bundle", expected: `of ${inputs.model}`, got: ref.model });
      for (const part of [ref.record, ref.bytes]) if (part !== null) await handOver.refuseOthers(part, made, ref.run);
    }
    return refs;
  }
  const all = await handOver.list(made);
  return all
    .filter(({ half, model }) => half === "record" && (inputs.model === undefined || inputs.model === model))
    .map(({ model, part }) => ({
      model,
      run: null,
      record: part,
      bytes: all.find((other) => other.half === "bytes" && other.model === model)?.part ?? null,
    }))
    .sort((a, b) => (a.model < b.model ? -1 : 1));
}

const Matrix = z.object({ include: z.array(z.object({ model: z.string() })) });
const Expected = z.union([z.array(z.string()), Matrix.transform(({ include }) => include.map(({ model }) => model))]);

/** The models that `models:` names: a list, or the matrix of plan. @throws INPUT_INVALID */
export function expectedModels(text: string | undefined, { config }: Pick<Project, "config">): string[] | null {
  if (text === undefined) return null;
  const { success, data } = Expected.safeParse(parseJson(text, "models"));
  if (success && data.every((model) => Object.hasOwn(config.models, model))) return data;
  throw new TrainyardError("INPUT_INVALID", {
    input: "models",
    expected: "the output `matrix` of plan",
    got: JSON.stringify(text.slice(0, 200)),
  });
}
