import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** A program of others, built by the Go that is at hand. */
export interface GoTool {
  readonly name: string;
  readonly package: string;
  readonly version: string;
}

export const ACT: GoTool = { name: "act", package: "github.com/nektos/act", version: "v0.2.89" };
export const ACTIONLINT: GoTool = {
  name: "actionlint",
  package: "github.com/rhysd/actionlint/cmd/actionlint",
  version: "v1.7.12",
};

/** What building one may take: 90 s on two cores, and as much again for a slow network. */
const BUILD_MILLISECONDS = 180_000;

/** Whether Go is at hand, and which. */
export function goVersion(): string | null {
  const { status, stdout } = spawnSync("go", ["version"], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : null;
}

/**
 * Builds it once for all checkouts, below ~/.cache/trainyard/engines (or XDG_CACHE_HOME).
 * @returns Its path, or why it cannot be had here.
 */
export function goTool({ name, package: source, version }: GoTool): { path: string } | { missing: string } {
  const shelf = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "trainyard/engines");
  const folder = join(shelf, `${name}-${version}`);
  const path = join(folder, name);
  if (existsSync(path)) return { path };
  mkdirSync(folder, { recursive: true });
  process.stderr.write(`${name} ${version}: building with Go, once …\n`);
  const { status, stderr, error } = spawnSync("go", ["install", `${source}@${version}`], {
    env: { ...process.env, GOBIN: folder, GOFLAGS: "" },
    encoding: "utf8",
    timeout: BUILD_MILLISECONDS,
  });
  if (status === 0) return { path };
  return { missing: error?.message ?? stderr.trim().split("\n").at(-1) ?? "go install failed" };
}
