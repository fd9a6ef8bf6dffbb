/** How long the source files are, per package and in all:  node scripts/setup.mjs --no-build scripts/file-sizes.ts */
import { existsSync, readdirSync, readFileSync } from "node:fs";

const FOLDERS = [
  "packages/core/src",
  "packages/backends/src",
  "packages/runner-kit/src",
  "packages/cli/src",
  "actions",
  "scripts",
  "bench",
];

interface File {
  readonly path: string;
  readonly lines: number;
}

function filesOf(folder: string): File[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter(
      (name) => /\.(?:ts|mjs)$/.test(name) && !/\.test\.ts$|(?:^|[/\\])(?:node_modules|dist|build)[/\\]/.test(name),
    )
    .map((name) => ({
      path: `${folder}/${name}`,
      lines: readFileSync(`${folder}/${name}`, "utf8").split("\n").length - 1,
    }));
}

/** The smallest value that at least this share of the files does not exceed (nearest rank). */
function quantile(sorted: readonly File[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]?.lines ?? 0;
}

function row(name: string, files: readonly File[]): string {
  const sorted = files.toSorted((a, b) => a.lines - b.lines);
  const lines = sorted.reduce((sum, file) => sum + file.lines, 0);
  const figures = [sorted.length, lines, quantile(sorted, 0.5), quantile(sorted, 0.95), quantile(sorted, 1)];
  const columns = figures.map((figure) => String(figure).padStart(8)).join("");
  return `${name.padEnd(26)}${columns}  ${sorted.at(-1)?.path ?? ""}`;
}

console.log("".padEnd(26) + ["files", "lines", "median", "p95", "max"].map((head) => head.padStart(8)).join(""));
for (const folder of FOLDERS) console.log(row(folder, filesOf(folder)));
console.log(row("all", FOLDERS.flatMap(filesOf)));
