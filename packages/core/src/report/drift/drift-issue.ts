import { z } from "zod";
import { Timestamp } from "../../document.ts";
import type { DriftReport } from "../../drift/drift-report.ts";
import { markdownText, visibleText } from "../../escape.ts";
import { COMMENT_LIMIT } from "../budget.ts";
import { moment } from "../format/moment.ts";
import { firstMark, writeMark } from "../mark.ts";
import { markdownTable } from "../markdown/block.ts";
import { markdownSentence, phrasesOf } from "../phrase.ts";
import { type DriftMarkdownOptions, driftMarkdown } from "./drift-markdown.ts";
import { DRIFT_HEADLINES, DRIFT_SIGNS } from "./drift-words.ts";

const Verdict = z.enum(["quiet", "drift", "data-broken", "insufficient-data"]);
const DriftIssueState = z.object({
  model: z.string(),
  /** The check that opened it, or opened it again. */
  since: Timestamp,
  /** The quiet check that closed it; null while the matter is open. */
  recovered: Timestamp.nullable(),
  /** Newest last. */
  checks: z.array(
    z.object({ at: Timestamp, verdict: Verdict, summary: z.string(), simulated: z.boolean().optional() }),
  ),
});
/** What a model's tracking issue knows of the checks it tells of. */
export type DriftIssueState = z.infer<typeof DriftIssueState>;

const MOST_CHECKS = 20;

/** What an issue of ours says about the model it tracks; null for any other text. */
export function readDriftIssue(body: string, model: string): DriftIssueState | null {
  const mark = firstMark(body);
  const state = mark?.word === "drift" ? DriftIssueState.safeParse(mark.value) : null;
  return state?.success && state.data.model === model ? state.data : null;
}

/** True when the issue already tells of this check, or of a later one. */
export function toldOf(state: DriftIssueState, { at }: DriftReport): boolean {
  return (state.checks.at(-1)?.at ?? "") >= at;
}

export interface DriftIssue {
  readonly title: string;
  readonly body: string;
}

/** A model's tracking issue after one more check: the report, and the checks since it began. */
export function driftIssue(
  report: DriftReport,
  before: DriftIssueState | null,
  options: DriftMarkdownOptions = {},
): DriftIssue {
  const again = before === null || before.recovered !== null;
  const check = {
    at: report.at,
    verdict: report.verdict,
    summary: visibleText(report.summary, 300),
    ...(report.simulatedClock ? { simulated: true } : {}),
  };
  const checks = [...(before?.checks ?? []), check].slice(-MOST_CHECKS);
  const state: DriftIssueState = {
    model: report.model,
    since: again && report.verdict !== "quiet" ? report.at : (before?.since ?? report.at),
    recovered: report.verdict === "quiet" ? report.at : null,
    checks,
  };
  const first = writeMark("drift", state);
  const rows = [...checks]
    .reverse()
    .map(({ at, verdict, summary, simulated }) => [
      markdownText(moment(at, simulated === true)),
      `${DRIFT_SIGNS[verdict]} ${DRIFT_HEADLINES[verdict]}`,
      markdownSentence(phrasesOf(summary)),
    ]);
  const end = [
    "#### Checks",
    markdownTable(["when", "verdict", ""], rows),
    "Every drift check brings this issue up to date. A quiet one closes it.",
  ].join("\n\n");
  const budget = (options.budget ?? COMMENT_LIMIT) - first.length - end.length - 4;
  return {
    title: `${report.model}: ${report.verdict === "quiet" ? "drift has passed" : DRIFT_HEADLINES[report.verdict]}`,
    body: `${first}\n${driftMarkdown(report, { ...options, budget })}\n${end}\n`,
  };
}

/** The comment with which a quiet check closes the issue. */
export function recoveryComment(report: DriftReport): string {
  return `${recoveryMark(report)}\n${markdownSentence(phrasesOf(report.summary))} This closes the matter; the next drift opens it again.\n`;
}

/** True for the comment above, about this very check. */
export function isRecoveryComment(body: string, report: DriftReport): boolean {
  return body.split(/\r?\n/, 1)[0] === recoveryMark(report);
}

function recoveryMark({ model, at }: DriftReport): string {
  return writeMark("recovered", { model, at });
}
