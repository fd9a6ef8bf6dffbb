import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  againstTheCuts,
  againstTheDataPath,
  backwardImports,
  importCycles,
  impureCore,
  longFiles,
  type Sources,
  unclearExports,
  unclearNames,
} from "./architecture/rules.ts";
import { codeOf, importsOf } from "./architecture/scan.ts";

const ROOT = join(import.meta.dirname, "..");
const SKIPPED = /(?:^|\/)(?:node_modules|dist|build|fixtures)\//;

function ours(): Sources {
  const sources = new Map<string, string>();
  for (const folder of ["packages", "actions", "scripts", "bench", "test"]) {
    if (!existsSync(join(ROOT, folder))) continue;
    for (const name of readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })) {
      const path = `${folder}/${name.replaceAll("\\", "/")}`;
      if (path.endsWith(".ts") && !SKIPPED.test(path)) sources.set(path, readFileSync(join(ROOT, path), "utf8"));
    }
  }
  return sources;
}

/** One small repository in which only the planted lines are wrong. */
const planted = (files: Record<string, string>): Sources => new Map(Object.entries(files));

const sources = ours();

describe("packages import forward only: actions → runner-kit → backends → core → zod, cli → backends", () => {
  test("in this repository", () => expect(backwardImports(sources)).toEqual([]));

  test("a backward import, a library in core, a reach into another package and test code are found", () => {
    const found = backwardImports(
      planted({
        "packages/backends/src/a.ts":
          'import { b } from "@trainyard/runner-kit";\nimport { c } from "@trainyard/core";',
        "packages/core/src/a.ts": 'import { z } from "zod";\nimport { parse } from "yaml";',
        "packages/cli/src/a.ts": 'export { x } from "../../core/src/index.ts";',
        "packages/runner-kit/src/a.ts": 'const load = () => import("@trainyard/core/testing");',
        "packages/backends/src/a.test.ts": 'import { memoryBackend } from "@trainyard/core/testing";',
      }),
    );
    expect(found).toEqual([
      "packages/backends/src/a.ts: backends may not import runner-kit",
      "packages/core/src/a.ts imports yaml: core knows zod only",
      "packages/cli/src/a.ts reaches out of its package to packages/core/src/index.ts",
      "packages/runner-kit/src/a.ts imports core/testing, which is for tests",
    ]);
  });
});

describe("no import cycles", () => {
  test("in this repository", () => expect(importCycles(sources)).toEqual([]));

  test("a cycle is found and shown, one of types alone as well", () => {
    const found = importCycles(
      planted({
        "packages/core/src/a.ts": 'import { b } from "./b.ts";',
        "packages/core/src/b.ts": 'import { c } from "./c.ts";',
        "packages/core/src/c.ts": 'import { a } from "./a.ts";',
        "packages/core/src/d.ts": 'import type { e } from "./e.ts";',
        "packages/core/src/e.ts": 'import { d } from "./d.ts";',
      }),
    );
    expect(found).toEqual([
      "packages/core/src/a.ts → packages/core/src/b.ts → packages/core/src/c.ts → packages/core/src/a.ts",
      "packages/core/src/d.ts → packages/core/src/e.ts → packages/core/src/d.ts",
    ]);
  });
});

describe("inside core, imports follow the data's path from left to right", () => {
  test("in this repository", () => expect(againstTheDataPath(sources)).toEqual([]));

  test("a step that imports a later one, the report or the index is found, and so is a folder without a place", () => {
    const found = againstTheDataPath(
      planted({
        "packages/core/src/data/a.ts":
          'import type { Run } from "../train/run.ts";\nimport { x } from "../document.ts";',
        "packages/core/src/drift/a.ts":
          'import { svg } from "../report/svg.ts";\nimport { psi } from "../statistics/psi.ts";',
        "packages/core/src/train/a.ts": 'import { y } from "../index.ts";',
        "packages/core/src/report/a.ts": 'import { Run } from "../train/run.ts";',
        "packages/core/src/misc/a.ts": "export const z = 1;",
      }),
    );
    expect(found).toEqual([
      "packages/core/src/data/a.ts: data stands before train",
      "packages/core/src/drift/a.ts: drift imports report; only index.ts may",
      "packages/core/src/train/a.ts imports the index that exports it",
      "packages/core/src/misc/a.ts: the folder misc has no place on the data's path yet; give it one in rules.ts",
    ]);
  });
});

describe("inside registry/, register/ and backends, imports follow the order of their folders", () => {
  test("in this repository", () => expect(againstTheCuts(sources)).toEqual([]));

  test("what is read knows nothing of what writes, types included; a file or folder beside the cut is found", () => {
    const found = againstTheCuts(
      planted({
        "packages/core/src/registry/log/a.ts": 'import type { fold } from "../fold/a.ts";',
        "packages/core/src/registry/verify/a.ts": 'import { draft } from "../write/a.ts";',
        "packages/core/src/registry/write/a.ts": 'import { read } from "../read/a.ts";',
        "packages/core/src/registry/verify/a.test.ts": 'import { draft } from "../write/a.ts";',
        "packages/core/src/registry/a.ts": 'import { draft } from "./write/a.ts";',
        "packages/core/src/register/gone/a.ts": "export const z = 1;",
        "packages/core/src/register/look/a.ts":
          'import { b } from "../version/b.ts";\nimport { log } from "../../registry/log/a.ts";',
        "packages/backends/src/local/a.ts": 'import { git } from "../git/a.ts";\nimport { b } from "./b.ts";',
        "packages/backends/src/github/a.ts": 'import { store } from "./store/a.ts";',
        "packages/backends/src/github/store/a.ts": 'import { ask } from "../ask.ts";',
        "packages/backends/src/open-project.ts": 'import { doctor } from "./doctor/a.ts";',
      }),
    );
    expect(found).toEqual([
      "packages/core/src/registry/log/a.ts: log may not import fold",
      "packages/core/src/registry/verify/a.ts: verify may not import write",
      "packages/core/src/registry/a.ts: a file of registry itself may not import write",
      "packages/core/src/register/gone/a.ts: the folder register/gone has no place yet; give it one in rules.ts",
      "packages/backends/src/local/a.ts: local may not import git",
      "packages/backends/src/github/a.ts: a file of github itself may not import store",
      "packages/backends/src/open-project.ts: a file of backends itself may not import doctor",
    ]);
  });
});

describe("core is pure: no node:, no network, no clock, no chance", () => {
  test("in this repository", () => expect(impureCore(sources)).toEqual([]));

  test.each([
    ["an import of node:", 'import { createHash } from "node:crypto";', "imports node:crypto"],
    ["the clock", "const now = Date.now();", "uses Date"],
    ["a date", "const now = new Date();", "uses Date"],
    ["chance", "const p = Math.random();", "uses Math.random"],
    ["a timer", "setTimeout(run, 5);", "uses a timer"],
    ["the network", "await fetch(url);", "uses fetch"],
    ["the process", "const home = process.env.HOME;", "uses process"],
    ["the surroundings", "globalThis.x = 1;", "uses globalThis"],
  ])("%s is found", (_what, source, problem) => {
    expect(impureCore(planted({ "packages/core/src/a.ts": source }))).toEqual([`packages/core/src/a.ts ${problem}`]);
  });

  test("time.ts may work on an instant it is given, not ask for the present one", () => {
    const time = (source: string) => impureCore(planted({ "packages/core/src/time.ts": source }));
    expect(time("const year = new Date(instant).getUTCFullYear(); const at = Date.parse(text);")).toEqual([]);
    for (const source of ["Date.now()", "new Date()", "new Date"]) expect(time(source)).toHaveLength(1);
  });

  test("words in comments and strings are only words", () => {
    const source = '// no Date, no fetch(url)\nexport const help = "process.env and Date.now() are ports";';
    expect(impureCore(planted({ "packages/core/src/a.ts": source }))).toEqual([]);
  });
});

describe("files are short and named after what they do", () => {
  test("in this repository", () => {
    expect([...longFiles(sources), ...unclearNames(sources), ...unclearExports(sources)]).toEqual([]);
  });

  test("a file of 401 lines is found, one of 400 is not", () => {
    const lines = (count: number) => "const x = 1;\n".repeat(count);
    expect(longFiles(planted({ "scripts/a.ts": lines(401), "scripts/b.ts": lines(400) }))).toEqual([
      "scripts/a.ts has 401 lines; 400 is the most",
    ]);
  });

  test("utils, helpers, common and manager are found, as a file, a folder or a part of a name", () => {
    const paths = ["utils.ts", "helpers/a.ts", "git-helper.ts", "common.test.ts", "run-manager.ts"];
    const found = unclearNames(planted(Object.fromEntries([...paths, "commonmark.ts"].map((path) => [path, ""]))));
    expect(found).toEqual(paths.map((path) => `${path}: name it after what it does`));
  });

  test("a default export and an export of everything are found", () => {
    const found = unclearExports(
      planted({
        "packages/core/src/a.ts": "export default function a() {}",
        "packages/core/src/b.ts": 'export * from "./c.ts";',
        "packages/core/src/c.ts": "export type Port = { default: string };",
      }),
    );
    expect(found).toEqual([
      "packages/core/src/a.ts has a default export",
      "packages/core/src/b.ts exports everything of another file",
    ]);
  });
});

describe("the scanner behind these rules", () => {
  test("reads every form of import, and which of them are gone at run time", () => {
    const source = `
      import a, { type B } from "./a.ts";
      import type { C } from "./c.ts";
      import * as d from './d.ts';
      import "./e.ts";
      export { f } from "./f.ts";
      export type { G } from "./g.ts";
      const h = await import("./h.ts");`;
    expect(importsOf(source).map(({ specifier, typeOnly }) => (typeOnly ? `type ${specifier}` : specifier))).toEqual([
      "./a.ts",
      "type ./c.ts",
      "./d.ts",
      "./f.ts",
      "type ./g.ts",
      "./e.ts",
      "./h.ts",
    ]);
  });

  test("is not led astray by comments, strings, templates or regular expressions", () => {
    const source = [
      '// import { a } from "./a.ts";',
      '/* import "./b.ts"; */',
      "const text = 'import \"./c.ts\"';",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is source text under test
      'const nested = `import "./d.ts" ${{ e: `}` }.e} import("./f.ts")`;',
      "const quote = /[\"'/`]/.test(text) ? 4 / 2 : 1;",
      'import { last } from "./last.ts";',
    ].join("\n");
    expect(importsOf(source)).toEqual([{ specifier: "./last.ts", typeOnly: false }]);
    expect(codeOf(source)).toHaveLength(source.length);
  });
});

test.skipIf(!existsSync(join(ROOT, "scripts/generate.ts")))("generated files are up to date", () => {
  const words = ["--conditions=trainyard-source", "scripts/generate.ts", "--check"];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: ROOT, encoding: "utf8" });
  expect(status, `run \`npm run generate\`\n${stdout}${stderr}`).toBe(0);
});
