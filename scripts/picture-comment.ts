/**
 * Takes a picture of golden comments as GitHub shows them, Mermaid included, in a headless Chromium: for people to look at, and for docs/images.
 *
 *     node scripts/setup.mjs --no-build node --conditions=trainyard-source scripts/picture-comment.ts FOLDER [NAME …]
 *
 * Mermaid, GitHub's style sheet and a font with signs are fetched for this from the registry of packages; nothing else needs their 120 MB.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { githubHtml } from "../test/gallery/github-html.ts";

const GALLERY = join(import.meta.dirname, "../test/fixtures/gallery");
const NEEDED = { mermaid: "12.3.0", "github-markdown-css": "5.9.0", "@fontsource/noto-emoji": "5.3.2" };
/** CSS pixels: the column of a conversation on GitHub. */
const WIDTH = 880;
const BROWSERS = [
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const [folder, ...given] = process.argv.slice(2);
const executablePath = BROWSERS.find(existsSync);
if (folder === undefined || executablePath === undefined) {
  console.error(folder === undefined ? "usage: picture-comment.ts FOLDER [NAME …]" : "no Chromium was found");
  process.exit(2);
}
const names = given.length > 0 ? given : ["comment-one-model", "comment-several-models"];
const scratch = mkdtempSync(join(tmpdir(), "trainyard-picture-"));
try {
  const packages = Object.entries(NEEDED).map(([name, version]) => `${name}@${version}`);
  execFileSync("npm", ["pack", "--silent", ...packages], { cwd: scratch, stdio: ["ignore", "ignore", "inherit"] });
  for (const [name, version] of Object.entries(NEEDED)) {
    mkdirSync(join(scratch, name), { recursive: true });
    const archive = `${name.replace("@", "").replace("/", "-")}-${version}.tgz`;
    execFileSync("tar", ["xzf", archive, "-C", name], { cwd: scratch });
  }
  mkdirSync(folder, { recursive: true });
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  for (const name of names) {
    for (const scheme of ["light", "dark"] as const) {
      const page = await browser.newPage({ viewport: { width: WIDTH, height: 600 }, colorScheme: scheme });
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(error.message));
      const file = join(scratch, `${name}-${scheme}.html`);
      writeFileSync(file, pageOf(readFileSync(join(GALLERY, `${name}.md`), "utf8"), scheme));
      await page.goto(pathToFileURL(file).href);
      await page.waitForFunction("window.drawn === true", undefined, { timeout: 60_000 });
      await page.screenshot({ path: join(folder, `${name}-${scheme}.png`), fullPage: true });
      const charts = await page.locator("svg[id^=chart]").count();
      console.log(
        `${name} ${scheme}: ${charts} charts${problems.length === 0 ? "" : `, problems: ${problems.join("; ")}`}`,
      );
      await page.close();
    }
  }
  await browser.close();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** The first fold of curves is open, so that its charts are in the picture. */
function pageOf(markdown: string, scheme: "light" | "dark"): string {
  const html = githubHtml(markdown).replace("<details><summary>Curves", "<details open><summary>Curves");
  return `<!doctype html><html lang="en"><meta charset="utf-8">
<link rel="stylesheet" href="github-markdown-css/package/github-markdown-${scheme}.css">
<style>
  @font-face { font-family: Signs; unicode-range: U+2705, U+274c, U+26a0; src: url(@fontsource/noto-emoji/package/files/noto-emoji-2-400-normal.woff2) }
  .markdown-body { font-family: Signs, Arial, sans-serif }
</style>
<body class="markdown-body" style="padding: 16px">${html}
<script src="mermaid/package/dist/mermaid.min.js"></script>
<script>
  mermaid.initialize({ startOnLoad: false, securityLevel: "strict", theme: "${scheme === "dark" ? "dark" : "default"}" });
  (async () => {
    let number = 0;
    for (const code of document.querySelectorAll("code.language-mermaid")) {
      const open = code.closest("details:not([open])") === null;
      if (!open) continue; // a hidden chart has no size to be drawn in
      const { svg } = await mermaid.render("chart" + number++, code.textContent);
      const place = document.createElement("div");
      place.innerHTML = svg;
      code.parentElement.replaceWith(place);
    }
    await document.fonts.load("16px Signs", "✅❌⚠");
    window.drawn = true;
  })();
</script>`;
}
