import { htmlText } from "../escape.ts";
import { PAGE_CSS } from "./html/style.ts";
import { CHART_CSS, COLOUR_CSS } from "./svg/style.ts";

export interface PageParts {
  /** The browser's title; text. */
  readonly title: string;
  /** The small line above the heading; text. */
  readonly over: string;
  /** The heading; text. */
  readonly heading: string;
  /** HTML under the heading. */
  readonly lead: string;
  /** HTML of the page. */
  readonly body: string;
  /** Text at the end. */
  readonly footer: string;
}

/** No script, no request, no form: what a report may do in a browser. Styles stand in the page itself. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** One self-contained HTML file: light and dark, phone to desk, and paper. */
export function page({ title, over, heading, lead, body, footer }: PageParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${htmlText(title)}</title>
<style>
${COLOUR_CSS}
${PAGE_CSS}
${CHART_CSS}
</style>
</head>
<body>
<header>
<p class="over">${htmlText(over)}</p>
<h1>${htmlText(heading)}</h1>
${lead}
</header>
<main>
${body}
</main>
<footer>${htmlText(footer, 600)}</footer>
</body>
</html>
`;
}
