import { sep } from "node:path";
import type { OutputChunk } from "rolldown";
import { beforeAll, describe, expect, test } from "vitest";
import { commandChunks } from "../scripts/build/command-chunks.ts";

/** A start costs what it loads. These tests read the command's bundle, made from the sources, and never a clock. */
let chunks: OutputChunk[];
beforeAll(async () => {
  chunks = await commandChunks("src");
});

/** What runs when these modules are imported: every module of every chunk that theirs need. Paths inside the repository or the library. */
function loadedBy(...names: string[]): string[] {
  const loaded = new Set<OutputChunk>();
  const load = (chunk: OutputChunk | undefined) => {
    if (chunk === undefined || loaded.has(chunk)) return;
    loaded.add(chunk);
    for (const fileName of chunk.imports) load(chunks.find((one) => one.fileName === fileName));
  };
  for (const name of ["cli/src/main.ts", ...names]) {
    const found = chunks.find((chunk) => chunk.moduleIds.some((id) => pathOf(id).endsWith(name)));
    if (found === undefined) throw new Error(`no chunk has ${name}`);
    load(found);
  }
  return [...loaded].flatMap((chunk) => chunk.moduleIds.map(pathOf)).sort();
}

const pathOf = (id: string) =>
  id
    .replaceAll(sep, "/")
    .replace(/^.*\/node_modules\//, "")
    .replace(/^.*\/packages\//, "");

const inFolders = (paths: readonly string[], folders: RegExp) => paths.filter((path) => folders.test(path));

describe("trainyard --version, --help and a refusal", () => {
  test("load no schema, no library, and nothing of git", () => {
    const paths = loadedBy();
    expect(inFolders(paths, /^(?:zod|yaml|hyparquet)\/|backends\/src\/git\/|core\/src\/registry\//)).toEqual([]);
    expect(paths.length).toBeLessThan(30);
  });
});

const REGISTRY = ["backends/src/open-project-registry.ts", "core/src/registry/write/open-registry.ts"];

describe.each(["list", "history", "show", "resolve"])("trainyard %s", (name) => {
  test("loads the registry and nothing of a training, an evaluation, a deployment or a table", () => {
    const paths = loadedBy(`cli/src/commands/${name}.ts`, ...REGISTRY);
    expect(inFolders(paths, /^core\/src\/(?:statistics|data|train|evaluate|deploy|drift)\//)).toEqual([
      "core/src/data/params.ts", // a manifest holds them
    ]);
    expect(inFolders(paths, /^backends\/src\/(?:tables|targets|process|config|verbs)\//)).toEqual([
      "backends/src/config/project-folder.ts",
      "backends/src/process/stop.ts",
    ]);
    expect(inFolders(paths, /^(?:yaml|hyparquet|@)/)).toEqual([]);
    expect(inFolders(paths, /^(?:core|backends|cli)\//).length).toBeLessThan(100);
  });
});

test("a command that opens the whole project reads no table and no YAML before it has to", () => {
  const paths = loadedBy("cli/src/commands/alias.ts", ...REGISTRY, "backends/src/open-project.ts");
  expect(inFolders(paths, /^(?:yaml|hyparquet)\/|tables\/(?:csv|parquet)/)).toEqual([]);
});
