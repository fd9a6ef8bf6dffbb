import { markdownCode, markdownFence, markdownLink, markdownText } from "../../escape.ts";
import { duration } from "../../time.ts";
import type { Failure, RunRecord } from "../../train/run-record.ts";
import { fixedPart, type Part } from "../budget.ts";
import { moment } from "../format/moment.ts";
import { markdownSentence, type Phrase, phrasesOf, type Sentence } from "../phrase.ts";
import type { EvaluationMarkdownOptions } from "./options.ts";

/** What a person does next, by the way it broke. */
const ADVICE: Readonly<Record<Failure["class"], string>> = {
  exit: "The last lines of its log usually say why. Run it on your machine with the same inputs, then push the repair.",
  signal:
    "Something ended the command from outside: a time limit, a full machine, or a person. Run the job again; a checkpoint is used when there is one.",
  "outputs-missing":
    "Let the command write every file that train.outputs names, or take the name out of trainyard.yaml.",
  "output-invalid": "Outputs are plain files inside the project: no links out of it, no folders in place of files.",
  "metric-invalid":
    "A metric that is not a number cannot be judged. Look for a diverged training or an empty evaluation set.",
  "predictions-invalid": "Repair the scoring: one finite number for every row, and every id once.",
  cancelled: "Run the job again when it is wanted; a checkpoint is used when there is one.",
  "out-of-memory": "Use smaller batches or fewer rows, or a runner with more memory.",
};

/** "Step train failed after 12 s. It ended with exit code 1. Nothing was judged." */
export function brokenSentence(run: RunRecord): Sentence {
  const { failure } = run;
  if (failure === null) return [`The run ended as ${run.status} after ${duration(run.seconds)}, and left no reason.`];
  const message = failure.message.trim().replace(/[.\s]+$/, "");
  const how =
    failure.exitCode !== null
      ? `It ended with exit code ${failure.exitCode}`
      : failure.signal !== null
        ? `It was ended by ${failure.signal}`
        : "It gave no reason";
  const said: Phrase[] = [
    "Step ",
    { code: failure.step },
    ` ${run.status === "interrupted" ? "was interrupted" : "failed"} after ${duration(run.seconds)}. `,
  ];
  return [...said, ...phrasesOf(message === "" ? how : message), ". Nothing was judged."];
}

/** The comment of a run that did not succeed: what failed, the last lines of its log, what to do. Never empty. */
export function brokenParts(run: RunRecord, options: EvaluationMarkdownOptions, heading: "###" | null): Part[] {
  const log = (most: number) => {
    const lines = (run.failure?.logTail ?? []).slice(-most);
    return lines.length === 0
      ? "It printed nothing."
      : `Last ${lines.length === 1 ? "line" : `${lines.length} lines`} of the log:\n\n${markdownFence(lines, "text")}`;
  };
  const advice = run.failure === null ? "Run the job again." : ADVICE[run.failure.class];
  const footer = [
    `Run ${markdownCode(run.id)} on commit ${markdownCode(run.code.headCommit.slice(0, 7))}, ended ${markdownText(moment(run.endedAt, run.simulatedClock))}`,
    options.run === undefined ? "" : markdownLink(options.run.label, options.run.url),
  ];
  const status = run.status === "interrupted" ? "interrupted" : "training failed";
  return [
    fixedPart(heading === null ? "" : `${heading} ${markdownText(run.model)}: ${status}`),
    fixedPart(markdownSentence(brokenSentence(run))),
    { name: "log", variants: [log(20), log(5), ""], rank: 80 },
    fixedPart(`**What to do.** ${advice}`),
    fixedPart(footer.filter((text) => text !== "").join(" · ")),
  ];
}
