/** Markdown as GitHub shows it: GitHub's dialect, raw HTML parsed, and cleaned by the rules that GitHub publishes (rehype-sanitize's default schema is theirs). */
import rehypeRaw from "rehype-raw";
import rehypeSanitize, { defaultSchema } from "rehype-sanitize";
import rehypeStringify from "rehype-stringify";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import remarkRehype from "remark-rehype";
import { unified } from "unified";

const renderer = unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(remarkRehype, { allowDangerousHtml: true })
  .use(rehypeRaw)
  .use(rehypeSanitize, { ...defaultSchema, attributes: { ...defaultSchema.attributes, details: ["open"] } })
  .use(rehypeStringify);

export function githubHtml(markdown: string): string {
  return String(renderer.processSync(markdown));
}

/** What GitHub makes of finished text, which no Markdown library does: mentions, references to issues, bare addresses. */
export function linksOfText(html: string): string[] {
  const text = html
    .replace(/<(?:pre|code)\b[^>]*>[\s\S]*?<\/(?:pre|code)>/g, " ")
    .replace(/<[^>]*>/g, "")
    .replaceAll("&#x3C;", "<")
    .replaceAll("&lt;", "<");
  return text.match(/(?<![\w`])@[a-z\d](?:[a-z\d-])*|(?<!\w)#\d+|\bGH-\d+|https?:\/\/\S+|\bwww\.\w+\.\w+/gi) ?? [];
}
