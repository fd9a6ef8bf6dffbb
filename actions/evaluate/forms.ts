import { type EvaluationReport, evaluationHtml, evaluationMarkdown, evaluationText, prettyJson } from "@trainyard/core";

/** An evaluation in every form it is read in. */
export function formsOf(report: EvaluationReport) {
  return {
    html: () => evaluationHtml(report),
    md: () => evaluationMarkdown(report),
    json: () => prettyJson(report),
    text: () => evaluationText(report),
  };
}
