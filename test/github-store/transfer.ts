/** One job in a process of its own, so that its memory can be measured and it can be killed:  transfer.ts put|get STATE FILE DIGEST */
import { existsSync, readFileSync } from "node:fs";
import { rootDigest } from "@trainyard/core";
import { connectionFrom } from "../../packages/backends/src/github/call/connection.ts";
import { openGithub } from "../../packages/backends/src/github/call/github.ts";
import { githubStore } from "../../packages/backends/src/github/store/github-store.ts";
import { sha256 } from "../../packages/backends/src/local/sha256.ts";

const STATUS = "/proc/self/status";
const [what = "", state = "", file = "", digest = "", asset = ""] = process.argv.slice(2);
const connection = connectionFrom(process.env, process.env["GITHUB_TOKEN"] ?? null);
if (connection === null) throw new Error("no repository");
const home = rootDigest([{ path: "model.onnx", digest }], sha256);
const limits = asset === "" ? {} : { asset: Number(asset) };
const store = githubStore({ github: openGithub(connection), homes: async () => [home], state, limits });
if (what === "put") {
  await store.put({ file }, { expect: digest });
  await store.settle({ model: "flight-delays", digest: home, title: "flight-delays v1" });
} else await store.copyTo(digest, file, "the model");
console.log(JSON.stringify({ megabytes: mostMemory() }));

/** Linux's maxRSS begins with what the parent had when it started this process (the test runner's gigabyte); VmHWM is this program's own. */
function mostMemory(): number {
  const status = existsSync(STATUS) ? readFileSync(STATUS, "utf8") : "";
  const own = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
  return (own === undefined ? process.resourceUsage().maxRSS : Number(own)) / 1024; // both count kilobytes
}
