import { prettyJson } from "../document.ts";
import type { DriftReport } from "../drift/drift-report.ts";
import type { EvaluationReport } from "../evaluate/evaluation-report.ts";
import { driftHtml } from "./drift/drift-html.ts";
import { driftMarkdown } from "./drift/drift-markdown.ts";
import { driftLines } from "./drift/drift-text.ts";
import { evaluationBadge } from "./evaluation-badge.ts";
import { evaluationHtml } from "./evaluation-html.ts";
import { evaluationJunit } from "./evaluation-junit.ts";
import { evaluationMarkdown } from "./evaluation-markdown.ts";
import { evaluationLines } from "./evaluation-text.ts";
import type { TextLine } from "./text/line.ts";

/** A report in each of the forms people and machines read, made when one is asked for. */
export interface ReportForms {
  html(): string;
  md(): string;
  json(): string;
  lines(): TextLine[];
  /** JUnit XML, and a badge: of an evaluation only. */
  xml?(): string;
  svg?(): string;
}

export function evaluationForms(report: EvaluationReport): ReportForms {
  return {
    html: () => evaluationHtml(report),
    md: () => evaluationMarkdown(report),
    json: () => prettyJson(report),
    lines: () => evaluationLines(report),
    xml: () => evaluationJunit(report),
    svg: () => evaluationBadge(report),
  };
}

export function driftForms(report: DriftReport): ReportForms {
  return {
    html: () => driftHtml(report),
    md: () => driftMarkdown(report),
    json: () => prettyJson(report),
    lines: () => driftLines(report),
  };
}
