/** Writers killed at random points:  npm run --silent soak -- registry [--kills 1000] [--minutes N] [--seed S] [--json] [--out FILE] */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { tableOf } from "../../bench/figure.ts";
import { soakRegistry } from "./registry.ts";

const { values, positionals } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    minutes: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    json: { type: "boolean", default: false },
    out: { type: "string" },
  },
  allowPositionals: true,
});
const [kills, minutes, seed] = [Number(values.kills), Number(values.minutes), Number(values.seed)];
const valid = Number.isInteger(kills) && kills > 0 && minutes > 0 && Number.isInteger(seed);
if (positionals[0] !== "registry" || !valid) {
  console.error("Usage: npm run soak -- registry [--kills 1000] [--minutes 60] [--seed S] [--json] [--out FILE]");
  process.exitCode = 2;
} else {
  const stop = new AbortController();
  process.once("SIGINT", () => {
    console.error("Stopping: looking at what was done so far. Ctrl-C again leaves at once.");
    stop.abort();
  });
  console.error(`seed ${seed}`);
  const say = (text: string) => console.error(text);
  const figures = await soakRegistry({ kills, minutes, seed, stop: stop.signal, say });
  const json = JSON.stringify({ soak: "registry", seed, interrupted: stop.signal.aborted, figures });
  if (values.out !== undefined) writeFileSync(values.out, `${json}\n`);
  console.log(values.json ? json : tableOf(figures));
  if (stop.signal.aborted) process.exitCode = 130;
  else if (figures.some((figure) => figure.met === false)) process.exitCode = 1;
}
