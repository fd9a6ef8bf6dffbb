/**
 * What takes too long for every change:
 * writers killed at random points:  npm run --silent soak -- registry [--kills 1000] [--minutes N] [--seed S] [--json] [--out FILE]
 * every fault at every call:        npm run --silent soak -- github [--every N] [--jobs 2] [--keep FOLDER] [--write]
 * intervals and gates on known laws: npm run --silent soak -- evaluate [--every N] [--seed S] [--json] [--out FILE]
 * 5 GB into releases and back:      npm run --silent soak -- github-store [--json] [--out FILE]
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Figure, tableOf } from "../../bench/figure.ts";
import { soakEvaluate } from "./evaluate.ts";
import { soakGithub } from "./github.ts";
import { soakGithubStore } from "./github-store.ts";
import { soakRegistry } from "./registry.ts";

const { values, positionals } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    minutes: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    every: { type: "string", default: "1" },
    jobs: { type: "string", default: "2" },
    keep: { type: "string" },
    write: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    out: { type: "string" },
  },
  allowPositionals: true,
});
const [kills, minutes, seed] = [Number(values.kills), Number(values.minutes), Number(values.seed)];
const [every, jobs] = [Number(values.every), Number(values.jobs)];
const counts = [every, jobs].every((count) => Number.isInteger(count) && count > 0);
const valid = counts && Number.isInteger(kills) && kills > 0 && minutes > 0 && Number.isInteger(seed);
const [name = ""] = positionals;
if (!["registry", "github", "github-store", "evaluate"].includes(name) || !valid) {
  console.error(
    "Usage: npm run soak -- registry [--kills 1000] [--minutes 60] [--seed S] | github [--every N] [--jobs 2] [--keep FOLDER] [--write] | github-store | evaluate [--every N] [--seed S] [--json] [--out FILE]",
  );
  process.exitCode = 2;
} else {
  const stop = new AbortController();
  process.once("SIGINT", () => {
    console.error("Stopping: looking at what was done so far. Ctrl-C again leaves at once.");
    stop.abort();
  });
  const say = (text: string) => console.error(text);
  if (name === "registry" || name === "evaluate") say(`seed ${seed}`);
  const soaks: Record<string, () => Promise<Figure[]>> = {
    registry: () => soakRegistry({ kills, minutes, seed, stop: stop.signal, say }),
    github: () => soakGithub({ every, jobs, keep: values.keep ?? null, write: values.write, say }),
    evaluate: () => soakEvaluate({ every, seed, stop: stop.signal, say }),
    "github-store": () => soakGithubStore(say),
  };
  const figures = (await soaks[name]?.()) ?? [];
  const json = JSON.stringify({
    soak: name,
    ...(name === "registry" || name === "evaluate" ? { seed } : {}),
    interrupted: stop.signal.aborted,
    figures,
  });
  if (values.out !== undefined) writeFileSync(values.out, `${json}\n`);
  console.log(values.json ? json : tableOf(figures));
  if (stop.signal.aborted) process.exitCode = 130;
  else if (figures.some((figure) => figure.met === false)) process.exitCode = 1;
}
