import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setCheck } from "@trainyard/backends/github/show/check-run";
import { putComment } from "@trainyard/backends/github/show/comment";
import { evaluationForms, isRefusal, reviewSection } from "@trainyard/core";
import { uploadArtifact } from "../lazy/artifact.ts";
import { noticesOf } from "./gate-places.ts";
import type { Judged, Setting } from "./judge-runs.ts";

/**
 * Says what was judged where people decide: in the pull request's one comment, and in the check of the commit, which is set in any case.
 * @param expected All models that must be judged before the check concludes.
 * @param complete This step judged every model concerned.
 */
export async function sayVerdicts(
  judged: readonly Judged[],
  {
    onInconclusive,
    expected,
    complete,
  }: { onInconclusive: "fail" | "warn" | null; expected: readonly string[]; complete: boolean },
  setting: Setting,
): Promise<{ commentUrl: string | null; reportUrls: ReadonlyMap<string, string> }> {
  const { job, occasion, run: trained, temp } = setting;
  const { github, runId, attempt, url } = job;
  const run = { label: `#${runId}`, url, id: runId, attempt };
  const reportUrls = await keepReports(judged, job, temp);
  const sections = judged.map(({ model, document, rules }) => {
    const reportUrl = reportUrls.get(model);
    return reviewSection(document, {
      run,
      sha: occasion.sha,
      onInconclusive: trained.foreign
        ? "ask"
        : (onInconclusive ?? rules?.config.models[model]?.evaluate["on-inconclusive"] ?? "fail"),
      ...(rules?.from == null ? {} : { gatesFrom: rules.from }),
      ...(reportUrl === undefined ? {} : { reportUrl }),
    });
  });
  const whole = { complete: complete ? { id: runId, attempt } : null };
  const { pullRequest, sha, checkName: name } = occasion;
  const commentUrl = pullRequest === null ? null : await putComment(github, pullRequest.number, sections, whole);
  const notices = await noticesOf(judged, setting);
  await setCheck(github, sections, { sha, name, expected, ...whole, detailsUrl: commentUrl ?? url, notices });
  return { commentUrl, reportUrls };
}

/** The reports with pictures, as artifacts of this run; one that cannot be kept is no reason not to tell the verdict. */
async function keepReports(
  judged: readonly Judged[],
  { url, storeFolder }: Setting["job"],
  temp: string | undefined,
): Promise<Map<string, string>> {
  const urls = new Map<string, string>();
  if (storeFolder !== null) return urls;
  for (const { model, report } of judged) {
    if (report === null) continue;
    const folder = await mkdtemp(join(temp || tmpdir(), "trainyard-report-"));
    try {
      const file = join(folder, `${model}.html`);
      await writeFile(file, evaluationForms(report).html());
      const { id } = await uploadArtifact(`trainyard-report-${model}`, folder, [file]);
      urls.set(model, `${url}/artifacts/${id}`);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return urls;
}
