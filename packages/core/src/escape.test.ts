import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  htmlText,
  logLine,
  markdownCode,
  markdownFence,
  markdownHtml,
  markdownLink,
  markdownText,
  safeUrl,
  visibleLines,
  visibleText,
} from "./escape.ts";

/** Strings made of what markup is made of, beside any other characters. */
const trouble = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "<",
        ">",
        "&",
        '"',
        "'",
        "`",
        "```",
        "|",
        "[",
        "]",
        "(",
        ")",
        "*",
        "_",
        "~~",
        "#",
        "@",
        "$",
        "$$",
        "\\",
        "!",
        "-",
        "+",
        "=",
        "1.",
        ":",
        "://",
        "https",
        "www.",
        "GH-",
        "\n",
        "\r\n",
        "\t",
        " ",
        "<!--",
        "-->",
        "&#64;",
        "script",
        "octocat",
        "12",
        "\u202e",
        "\u200b",
        "\u2066",
        "\u0007",
        "\u001b[31m",
        "\u001b]8;;x\u0007",
        "\ud800",
        "é",
        "日本",
        "👩‍🚀",
      ),
      fc.string({ unit: "binary", maxLength: 4 }),
    ),
    { maxLength: 24 },
  )
  .map((parts) => parts.join(""));

const bidi = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const JOINER = "\u2060";

/** Takes our own escapes away; what is left must be harmless text. */
const unescaped = (markdown: string) =>
  markdown
    .replace(/\\[\\`*_[\]~|#+=-]/g, "")
    .replaceAll("<span>$</span>", "")
    .replaceAll(/&(?:amp|lt|gt);/g, "");

describe("Markdown from outside", () => {
  test("nothing of it is left as markup", () => {
    fc.assert(
      fc.property(trouble, (text) => {
        const written = markdownText(text);
        expect(unescaped(written)).not.toMatch(/[<>&`*[\]~|\\$]/);
        expect(written).not.toMatch(/[\n\r\u2028\u2029]/);
        expect(written).not.toMatch(/(?<![A-Za-z0-9\\])_|(?<!\\)_(?![A-Za-z0-9])/);
        expect(written).not.toMatch(/^(?:#|[-+=](?:\s|$|[-+=])|\d+[.)](?:\s|$))/);
      }),
      { numRuns: 1_000 },
    );
  });

  test("nothing of it mentions, refers or links", () => {
    fc.assert(
      fc.property(trouble, (text) => {
        for (const written of [markdownText(text), markdownHtml(text)]) {
          expect(written).not.toMatch(/@[^\s\u2060]/);
          expect(written.replace(/&#\d+;/g, "")).not.toMatch(/#\w/);
          expect(written).not.toContain("://");
          expect(written).not.toMatch(/\bwww\.[^\s\u2060]/i);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test("what is invisible or turns the reading direction is taken out, in every face", () => {
    fc.assert(
      fc.property(trouble, (text) => {
        for (const write of [visibleText, markdownText, markdownCode, markdownHtml, htmlText, logLine]) {
          expect(write(text)).not.toMatch(bidi);
          expect(write(text)).not.toMatch(/\p{Cc}/u);
          expect(write(text).isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("our own lines stay lines, and nothing of others in them acts or hides", () => {
    fc.assert(
      fc.property(trouble, (text) => {
        const shown = visibleLines(`a\r\n  ${text}\nb`);
        expect(shown).toMatch(/^a\n.*\nb$/s);
        expect(shown).not.toMatch(bidi);
        expect(shown.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
      }),
      { numRuns: 500 },
    );
    expect(visibleLines("expected:\n    contents: write\u001b[2J\u001b]0;x\u0007!\n\tlast")).toBe(
      "expected:\n    contents: write!\n    last",
    );
  });

  test.each([
    ["a mention", "@octocat", `@${JOINER}octocat`],
    ["an issue", "#12", `\\#${JOINER}12`],
    ["another repository's issue", "a/b#12", `a/b#${JOINER}12`],
    ["an address", "https://e.example", `https:${JOINER}//e.example`],
    ["a cell's end", "a|b", "a\\|b"],
    ["a tag", "<img src=x>", "&lt;img src=x&gt;"],
    ["an image", "![i](https://e.example)", `!\\[i\\](https:${JOINER}//e.example)`],
    ["a list", "1. one", `1${JOINER}. one`],
    ["a formula", "$x$", "<span>$</span>x<span>$</span>"],
    ["an emoji", ":tada:", `:${JOINER}tada:`],
    ["nothing special", "log_loss −0.0056, 12 %", "log_loss −0.0056, 12 %"],
  ])("%s is only text", (_what, text, written) => expect(markdownText(text)).toBe(written));

  test("code stays inside its span, in a table too", () => {
    expect(markdownCode("model.onnx")).toBe("`model.onnx`");
    expect(markdownCode("a|b`c")).toBe("<code>a\\|b\\`c</code>");
    expect(markdownCode("")).toBe("");
  });

  test("a log cannot close its fence", () => {
    fc.assert(
      fc.property(fc.array(trouble, { maxLength: 6 }), (lines) => {
        const [open = "", ...rest] = markdownFence(lines).split("\n");
        expect(open).toMatch(/^`{3,}$/);
        expect(rest.at(-1)).toBe(open);
        for (const line of rest.slice(0, -1)) expect(line.includes(open)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test("only a plain http(s) address becomes a link", () => {
    expect(markdownLink("run", "https://github.com/a/b?c=(d)")).toBe("[run](https://github.com/a/b?c=%28d%29)");
    for (const url of [
      "javascript:alert(1)",
      "//e.example",
      "https:e",
      "data:text/html,x",
      "https://e.example@evil",
      "",
    ]) {
      expect(markdownLink("run", url)).toBe("run");
    }
    fc.assert(
      fc.property(trouble, (text) => {
        expect(safeUrl(`https://e.example/${text}`) ?? "").not.toMatch(/[\s<>"'`()\\[\]{}|^*]/);
      }),
    );
  });
});

test("HTML from outside has no character that ends a text or an attribute", () => {
  fc.assert(
    fc.property(trouble, (text) => {
      expect(htmlText(text).replace(/&#\d+;/g, "")).not.toMatch(/[<>&"'`]/);
    }),
    { numRuns: 1_000 },
  );
});

test("a long text is cut at whole characters and says so", () => {
  expect(visibleText("👩".repeat(400), 10)).toBe(`${"👩".repeat(9)}…`);
  expect([...visibleText("x".repeat(1_000_000))]).toHaveLength(300);
  expect(logLine("x".repeat(10_000)).length).toBe(500);
});
