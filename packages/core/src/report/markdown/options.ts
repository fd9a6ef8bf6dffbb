import type { Sentence } from "../phrase.ts";

/** What only the caller knows; all of it may be left out. */
export interface EvaluationMarkdownOptions {
  /** Branch whose gates judged. */
  readonly gatesFrom?: string;
  readonly reportUrl?: string;
  readonly run?: { readonly label: string; readonly url: string };
  /** Lines to paste into a terminal; default: those that follow from the report. */
  readonly reproduce?: readonly string[];
  /** What happens next: "Merging this releases it to `staging`." */
  readonly next?: Sentence;
  /** Most characters; default: what GitHub accepts. */
  readonly budget?: number;
}
