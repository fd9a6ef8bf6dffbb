import {
  type EvaluateInputs,
  evaluationMarkdown,
  markdownFence,
  type Verdict,
  verdictSentence,
  visibleText,
} from "@trainyard/core";
import type { GithubJob, Job, Outcome } from "@trainyard/runner-kit";
import { type Judged, reviewRuns, settingOf } from "@trainyard/runner-kit/review";
import { formsOf } from "./forms.ts";

type Outputs = "verdict" | "verdicts" | "comment-url" | "report-json" | "report-markdown";

/** What this workflow run trained, judged and said in the pull request; what could not be judged at all is a refusal when it is alone. */
export async function reviewed(inputs: EvaluateInputs, job: Job, github: GithubJob): Promise<Outcome<Outputs>> {
  const { judged, beaten, commentUrl } = await reviewRuns(inputs, await settingOf(job, github));
  const [only, another] = judged;
  if (only?.refusal && another === undefined) throw only.refusal;
  const first = judged.find(({ report }) => report !== null)?.report ?? null;
  const kept =
    first === null ? { json: "", markdown: "" } : await job.report("evaluation", inputs.report, formsOf(first));
  const verdicts = judged.map((one) => [one.model, verdictOf(one)] as const);
  return {
    outputs: {
      verdict: worst(verdicts.map(([, verdict]) => verdict)),
      verdicts: JSON.stringify(Object.fromEntries(verdicts)),
      "comment-url": commentUrl ?? "",
      "report-json": kept.json,
      "report-markdown": kept.markdown,
    },
    summary: judged.length === 0 ? "No model changed.\n" : [...judged, ...beaten].map(summaryOf).join("\n"),
    text:
      judged.length === 0
        ? "No model changed."
        : [...judged.map(textOf), ...beaten.map((one) => `Another candidate of ${textOf(one)}`)].join("\n"),
    exit: ([2, 1, 3] as const).find((exit) => judged.some((one) => one.exit === exit)) ?? 0,
  };
}

/** A run that broke, or could not be judged, is no pass. */
const verdictOf = ({ report }: Judged): Verdict => report?.verdict ?? "fail";

const worst = (verdicts: readonly Verdict[]): Verdict | "none" =>
  verdicts.length === 0
    ? "none"
    : ((["fail", "inconclusive"] as const).find((one) => verdicts.includes(one)) ?? "pass");

function summaryOf({ model, document }: Judged): string {
  if (document.kind !== "refused") return evaluationMarkdown(document);
  return `### ${model}: refused (${document.code})\n\n${markdownFence([document.message, document.hint])}\n`;
}

function textOf({ model, document }: Judged): string {
  if (document.kind === "refused") return `${model}: ${document.message}`;
  if (document.kind === "trainyard.run/v1") return `${model}: the training ${document.status}`;
  return `${model}: ${visibleText(verdictSentence(document).headline, 200)}`;
}
