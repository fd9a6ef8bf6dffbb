import type { Verdict } from "../check/check.ts";
import { htmlText, visibleText } from "../escape.ts";
import type { EvaluationReport } from "../evaluate/evaluation-report.ts";
import { type Outcome, verdictSentence } from "./verdict/verdict-sentence.ts";

/** Dark enough for white letters (contrast ≥ 4.5:1); the words say the same without them. */
const COLOURS: Readonly<Record<Verdict, string>> = { pass: "#1a7f37", fail: "#cf222e", inconclusive: "#6e5494" };
const [HEIGHT, PAD, LETTER] = [20, 6, 6.6];

/** A README's badge: the model's name and the verdict in words, as an SVG of its own. */
export function evaluationBadge(report: EvaluationReport): string {
  const { headline, outcome } = verdictSentence(report);
  const left = visibleText(report.model, 30);
  const right = wordsOf(outcome, headline, report);
  const [a, b] = [widthOf(left), widthOf(right)];
  const label = htmlText(`${visibleText(report.model, 60)}: ${headline}`, 400);
  const word = (text: string, middle: number, width: number) =>
    `<text x="${middle}" y="14" textLength="${width - 2 * PAD}" lengthAdjust="spacingAndGlyphs">${htmlText(text)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${a + b}" height="${HEIGHT}" role="img" aria-label="${label}">`,
    `<title>${label}</title>`,
    `<rect width="${a}" height="${HEIGHT}" fill="#444c56"/>`,
    `<rect x="${a}" width="${b}" height="${HEIGHT}" fill="${COLOURS[report.verdict]}"/>`,
    `<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">`,
    word(left, a / 2, a),
    word(right, a + b / 2, b),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

/** A badge is read from afar, so a long headline gives way to its outcome; the whole of it is the title. */
const LONGEST = 34;
const SHORT: Readonly<Record<Outcome, string>> = {
  better: "better than its baseline",
  "no-worse": "no worse than its baseline",
  worse: "worse than its baseline",
  "meets-standard": "meets its standard",
  "first-model": "first version",
  inconclusive: "cannot tell yet",
  "below-standard": "below its standard",
  "not-comparable": "not comparable",
  failed: "failed a check",
  unchanged: "unchanged",
};

function wordsOf(outcome: Outcome, headline: string, { checks }: EvaluationReport): string {
  if (headline.length <= LONGEST) return visibleText(headline);
  return checks.some(({ pointOnly }) => pointOnly === true) ? `${SHORT[outcome]}, unverified` : SHORT[outcome];
}

const widthOf = (text: string) => Math.round([...text].length * LETTER) + 2 * PAD;
