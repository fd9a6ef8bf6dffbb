/** Benchmarks:  npm run --silent bench -- NAME [--json] [FLAGS] */
import { parseArgs } from "node:util";
import { type Figure, tableOf } from "./figure.ts";
import { FlagError } from "./flag-error.ts";

const USAGE = `Usage: npm run --silent bench -- NAME [--json]
  evaluate [--no-peers] [--rows 1000000]
  flights
  start
  registry [--no-peers] [--sizes 1000,10000,100000] [--writers 8,32,64] [--only GROUP,…]
           GROUP: cold, process, verify, growth, writers, pushers`;

const { values, positionals } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    peers: { type: "boolean", default: true },
    sizes: { type: "string" },
    writers: { type: "string" },
    only: { type: "string" },
    rows: { type: "string" },
  },
  allowPositionals: true,
  allowNegative: true,
});
const { json, ...options } = values;
const benches: Readonly<Record<string, () => Promise<Figure[]>>> = {
  evaluate: async () => (await import("./evaluate.ts")).evaluate(options),
  flights: async () => (await import("./flights.ts")).flights(),
  registry: async () => (await import("./registry.ts")).registry(options),
  start: async () => (await import("./start.ts")).start(),
};

const [name = ""] = positionals;
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (bench === undefined) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  try {
    const figures = await bench();
    console.log(json ? JSON.stringify({ bench: name, figures }) : tableOf(figures));
    if (figures.some((figure) => figure.met === false)) process.exitCode = 1;
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    console.error(`${error.message}\n${USAGE}`);
    process.exitCode = 2;
  }
}
