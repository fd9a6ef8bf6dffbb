import { join } from "node:path";
import { type OutputChunk, rolldown } from "rolldown";

const CLI = join(import.meta.dirname, "../../packages/cli");

/** What every start needs goes into few files, each with all it imports that none before it has: a file costs a millisecond. */
const CHUNKS: readonly (readonly [name: string, from: RegExp])[] = [
  ["start", /[\\/](?:cli[\\/](?:dist|src)[\\/](?:run-command-line|terminal)|process[\\/]stop)\.[jt]s$/],
  ["inputs", /[\\/]cli[\\/](?:dist|src)[\\/]command\.[jt]s$/],
  ["git", /[\\/]open-project-registry\.[jt]s$/],
  [
    "registry",
    /[\\/](?:registry[\\/]write[\\/]open-registry|register[\\/]version[\\/](?:history|version-rows|show-version)|config[\\/]choose-model)\.[jt]s$/,
  ],
];

/** The command in chunks, bundled from what the compiler wrote, or from the sources. The first is what is run. @throws Error for what cannot be found */
export async function commandChunks(from: "dist" | "src"): Promise<OutputChunk[]> {
  const build = await rolldown({
    input: { main: from === "dist" ? join(CLI, "dist/main.js") : join(CLI, "src/main.ts") },
    platform: "node",
    ...(from === "dist"
      ? {}
      : { resolve: { conditionNames: ["trainyard-source", "node", "import", "default"] }, tsconfig: false }),
    onLog(_level, log) {
      throw new Error(`the command cannot be bundled: ${log.message}`);
    },
  });
  const { output } = await build.generate({
    format: "esm",
    entryFileNames: "main.js",
    chunkFileNames: "[name]-[hash].js",
    codeSplitting: { groups: CHUNKS.map(([name, test], index) => ({ name, test, priority: CHUNKS.length - index })) },
  });
  await build.close();
  return output.map((file) => {
    if (file.type === "chunk") return file;
    throw new Error(`the command's bundle has a file that is no code: ${file.fileName}`);
  });
}
