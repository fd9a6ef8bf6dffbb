import { type DriftReport, driftHtml, driftMarkdown, prettyJson } from "@trainyard/core";

/** A drift report in every form it is read in. */
export function formsOf(report: DriftReport) {
  return { html: () => driftHtml(report), md: () => driftMarkdown(report), json: () => prettyJson(report) };
}
