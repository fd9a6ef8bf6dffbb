import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { GithubServer } from "../github-server/start-github-server.ts";

const SCRIPT = join(import.meta.dirname, "transfer.ts");

/** A job that puts a file into releases, or gets one out; `words` as transfer.ts takes them. */
export function startTransfer(server: GithubServer, words: readonly string[]): ChildProcess {
  const environment = { ...server.environment, GITHUB_TOKEN: server.token({ contents: "write" }) };
  return spawn(process.execPath, ["--conditions=trainyard-source", SCRIPT, ...words], {
    env: { PATH: process.env["PATH"], ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** The most memory it had at once, in megabytes. */
export async function transfer(server: GithubServer, words: readonly string[]): Promise<number> {
  const child = startTransfer(server, words);
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    text += chunk;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`transfer ${words[0]} ended with ${code}`);
  return JSON.parse(text).megabytes;
}

/** A file of so many bytes that takes little room: zeros, with a few bytes in between that no two places share. */
export async function sparseFile(path: string, size: number): Promise<void> {
  await using file = await open(path, "wx");
  await file.truncate(size);
  for (let at = 0; at < size; at += 100_000_007) await file.write(Buffer.from(`at ${at}`), 0, null, at);
}
