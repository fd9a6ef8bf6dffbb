import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const example = fileURLToPath(new URL("..", import.meta.url));

/** A user's repository as it would be: the example's files, one commit, the raw data beside them. */
export async function makeWorkspace(root: string): Promise<{ port: number }> {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(join(root, "raw"), { recursive: true });
  const aside = new Set(["story", "tests", ".venv", "setup.mjs", "__pycache__"]);
  for (const name of readdirSync(example))
    if (!aside.has(name)) cpSync(join(example, name), join(root, name), { recursive: true });
  copyFileSync(flights(), join(root, "raw", "flights-3m.parquet"));
  const port = await freePort();
  const config = join(root, "trainyard.yaml");
  writeFileSync(config, readFileSync(config, "utf8").replace("127.0.0.1:8001", `127.0.0.1:${port}`));
  writeFileSync(
    join(root, ".gitignore"),
    [
      "raw/",
      "data/",
      "logs/",
      "serving/",
      "faulty/",
      "*.onnx",
      "golden.json",
      "metrics.json",
      "predictions.parquet",
      "__pycache__/",
      "",
    ].join("\n"),
  );
  git(root, "init", "-q", "-b", "main");
  git(root, "add", "-A");
  git(
    root,
    "-c",
    "user.name=Ana",
    "-c",
    "user.email=ana@example.com",
    "commit",
    "-q",
    "-m",
    "Predict delays at push-back",
  );
  git(root, "config", "user.name", "Ana");
  git(root, "config", "user.email", "ana@example.com");
  return { port };
}

function git(root: string, ...words: string[]): void {
  const done = spawnSync("git", ["-C", root, ...words], { encoding: "utf8" });
  if (done.error !== undefined) throw done.error;
  if (done.status !== 0) throw new Error(`git ${words.join(" ")}: ${done.stderr}`);
}

/** 3,000,000 sampled US flights of January – June 2001, as the npm package vega-datasets ships them. */
function flights(): string {
  const file = fileURLToPath(new URL("../../../node_modules/vega-datasets/data/flights-3m.parquet", import.meta.url));
  if (!existsSync(file)) throw new Error(`${file} is missing: set-up did not install vega-datasets`);
  return file;
}

/** A port nobody listens on, so that two quickstarts do not meet. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
