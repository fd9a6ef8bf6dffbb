import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atMost, exactly, type Figure, plain } from "../../bench/figure.ts";
import { digestFile } from "../../packages/backends/src/local/plain-file.ts";
import { startGithubServer } from "../github-server/start-github-server.ts";
import { sparseFile, transfer } from "../github-store/run-transfer.ts";

const GIGABYTES = 5;
/** Megabytes a job may have, whatever its files have. */
const MEMORY = 256;

/** A model of 5 GB into releases and out of them again, each in a process of its own. */
export async function soakGithubStore(say: (text: string) => void): Promise<Figure[]> {
  await using server = await startGithubServer();
  const folder = await mkdtemp(join(tmpdir(), "soak-github-store-"));
  try {
    const file = join(folder, "model.onnx");
    await sparseFile(file, GIGABYTES * 1e9);
    const { digest } = await digestFile(file);
    const timed = async (what: string, words: readonly string[]) => {
      say(what);
      const started = performance.now();
      const megabytes = await transfer(server, words);
      return { megabytes, seconds: (performance.now() - started) / 1000 };
    };
    const up = await timed(`sending ${GIGABYTES} GB`, ["put", join(folder, "up"), file, digest]);
    const assets = server.state.releases.flatMap((release) => release.assets);
    const out = join(folder, "out.onnx");
    const down = await timed(`getting ${GIGABYTES} GB`, ["get", join(folder, "down"), out, digest]);
    const same = (await digestFile(out)).digest === digest;
    return [
      atMost(MEMORY, { name: "most memory while sending", value: up.megabytes, unit: "MB" }),
      atMost(MEMORY, { name: "most memory while getting", value: down.megabytes, unit: "MB" }),
      plain({ name: "sent in", value: up.seconds, unit: "s" }),
      plain({ name: "got in", value: down.seconds, unit: "s" }),
      exactly(GIGABYTES + 1, { name: "assets, the bundle among them", value: assets.length, unit: "assets" }),
      exactly(0, { name: "files that came back other than they went", value: same ? 0 : 1, unit: "files" }),
      exactly(0, { name: "calls GitHub's description does not allow", value: server.violations.length, unit: "calls" }),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
