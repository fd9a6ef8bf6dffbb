import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Libraries that ask for these inside `try`, and do without. */
const OPTIONAL = new Set(["supports-color"]);

/** Runs every module of every chunk, by the bundle's own loader, and prints those that fail. */
const RUN_ALL = `
export async function runAll(ids) {
  for (const id of ids) await __nccwpck_require__.e(id);
  for (const id of ids) {
    const { modules } = await import("./" + id + ".index.js");
    for (const key of Object.keys(modules)) {
      try { __nccwpck_require__(key); } catch (error) {
        if (!modules[key].toString().includes('eval("require")')) console.log("chunk " + id + ", module " + key + ": " + error.message);
      }
    }
  }
}
`;

/** What an action refuses first in a folder without a project; one that needs none asks for an input. */
const WITHOUT_ANYTHING: Readonly<Record<string, string>> = { resume: "INPUT_MISSING" };

/** Runs all of dist: every entry into its two first refusals, what is lazy, and every module there is. Says what went wrong. */
export function smokeProblems(dist: string, names: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "trainyard-smoke-"));
  try {
    const node = (words: readonly string[], environment: Record<string, string> = {}) =>
      spawnSync(process.execPath, words, {
        cwd: folder,
        env: { PATH: process.env.PATH ?? "", HOME: folder, GITHUB_WORKSPACE: folder, ...environment },
        encoding: "utf8",
      });
    const script = (text: string) => node(["--input-type=module", "--eval", text]);
    const problems = missingModules(dist);

    for (const name of names) {
      const entry = join(dist, `${name}.js`);
      const refusals = {
        INPUT_UNKNOWN: node([entry], { "INPUT_NO-SUCH": "1" }),
        [WITHOUT_ANYTHING[name] ?? "CONFIG_NOT_FOUND"]: node([entry]),
      };
      for (const [code, { status, stdout, stderr }] of Object.entries(refusals)) {
        if (status !== 2 || !stdout.includes(`::error title=${code}::`))
          problems.push(`${name}.js should refuse with ${code}, but ended ${status}:\n${stdout}${stderr}`);
      }
    }

    const index = pathToFileURL(join(dist, "index.js")).href;
    const lazy = script(`await (await import(${JSON.stringify(index)})).loadLazily()`);
    if (lazy.status !== 0) problems.push(`what is loaded lazily ended ${lazy.status}:\n${lazy.stdout}${lazy.stderr}`);

    const copy = join(folder, "dist");
    cpSync(dist, copy, { recursive: true });
    appendFileSync(join(copy, "index.js"), RUN_ALL);
    const ids = chunksOf(dist).flatMap((name) => /^(\d+)\.index\.js$/.exec(name)?.[1] ?? []);
    const all = script(
      `await (await import(${JSON.stringify(pathToFileURL(join(copy, "index.js")).href)})).runAll(${JSON.stringify(ids)})`,
    );
    if (all.status !== 0 || all.stdout !== "")
      problems.push(`the chunks ended ${all.status}:\n${all.stdout}${all.stderr}`);
    return problems;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** ncc turns a dependency it did not find into a call that fails at run time. */
function missingModules(dist: string): string[] {
  return chunksOf(dist).flatMap((name) => {
    const text = readFileSync(join(dist, name), "utf8");
    return [...text.matchAll(/eval\("require"\)\("([^"]+)"\)|@@notfound[^"'\s]*/g)]
      .filter(([, missing]) => missing === undefined || !OPTIONAL.has(missing))
      .map(([found, missing]) => `${name} asks for ${missing ?? found}, which was not bundled`);
  });
}

export function chunksOf(dist: string): string[] {
  return readdirSync(dist)
    .filter((name) => name.endsWith(".js"))
    .sort();
}
