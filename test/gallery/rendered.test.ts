import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { githubHtml, linksOfText } from "./github-html.ts";

const FOLDER = join(import.meta.dirname, "../fixtures/gallery");
const comments = readdirSync(FOLDER).filter((name) => /^comment-.*\.md$/.test(name));
const read = (name: string) => readFileSync(join(FOLDER, name), "utf8");

test("what calls people or leads away is seen when it is there", () => {
  const html = githubHtml("- [ ] @octocat, see #1 at https://e.example ![](https://e.example/i.png) <img src=x>");
  expect(linksOfText(html)).toEqual(["@octocat", "#1", "https://e.example"]);
  expect(html.match(/<(?:img|input)\b/g)).toHaveLength(3);
});

describe("a comment as GitHub renders it", () => {
  test.each(comments)("%s shows no mark, no picture, no task, and calls nobody", (name) => {
    const html = githubHtml(read(name));
    expect(html).not.toMatch(/trainyard:(?!\u2060)(?:review|section "|part)/);
    expect(html).not.toMatch(/<(?:img|script|iframe|input|form|style|object|svg)\b/);
    expect(html.match(/<a [^>]*href="(?!https:\/\/github\.com\/acme\/flights\/)[^"]*"/g)).toBeNull();
    expect(linksOfText(html)).toEqual([]);
    expect(html).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b]/);
  });

  test.each(comments)("%s closes every fold, and breaks no table", (name) => {
    const html = githubHtml(read(name));
    expect((html.match(/<details/g) ?? []).length).toBe((html.match(/<\/details>/g) ?? []).length);
    for (const [table] of html.matchAll(/<table>[\s\S]*?<\/table>/g)) {
      const cells = [...table.matchAll(/<tr>[\s\S]*?<\/tr>/g)].map(([row]) => (row.match(/<t[hd]\b/g) ?? []).length);
      expect(new Set(cells).size).toBe(1);
    }
    expect(html.replace(/<(?:pre|code)\b[^>]*>[\s\S]*?<\/(?:pre|code)>/g, "")).not.toMatch(/^\s*\||```/m);
  });

  test("a log that ends its block and forges marks stays inside it", () => {
    const html = githubHtml(read("comment-hostile.md"));
    const [, log = ""] = /<pre><code[^>]*>([\s\S]*?)<\/code><\/pre>/.exec(html.slice(html.indexOf("of the log"))) ?? [];
    expect(log).toContain("&#x3C;img src=https://e.example/pixel.png>");
    expect(log).toContain("trainyard:section");
    expect(log).toContain("- [x] approved by @octocat, closes #1");
  });

  test("failing sections stand first and open, the others folded", () => {
    const html = githubHtml(read("comment-several-models.md"));
    const folds = [...html.matchAll(/<details( open)?><summary><b>([^<]*)<\/b>/g)].map(([, open, model]) => [
      model,
      open !== undefined,
    ]);
    expect(folds).toEqual([
      ["gate-times", true],
      ["churn", false],
      ["delivery-time", false],
      ["flight-delays", false],
    ]);
    expect(html).toContain('class="language-mermaid"');
  });
});
