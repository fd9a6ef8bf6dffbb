/**
 * Every fault of the test server's plan at every call of every verb:
 *   npm run --silent soak -- github [--every N] [--jobs 2] [--keep FOLDER] [--write]
 * `--every N` takes each N'th case only; `--keep` leaves what came of each verb in a folder, and a later run goes on from there; `--write` makes
 * docs/github-faults.md of what was seen.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Figure } from "../../bench/figure.ts";
import type { Tried } from "../github-faults/matrix.ts";
import { faultsPage } from "../github-faults/page.ts";
import { verbs } from "../github-faults/verbs.ts";

const ROOT = join(import.meta.dirname, "../..");
const WORKER = join(import.meta.dirname, "github-worker.ts");

export async function soakGithub(options: {
  every: number;
  jobs: number;
  keep: string | null;
  write: boolean;
  say: (text: string) => void;
}): Promise<Figure[]> {
  const queue = verbs.map(({ name }) => name);
  const tried: Tried[] = [];
  const worker = async () => {
    for (let verb = queue.shift(); verb !== undefined; verb = queue.shift()) {
      const one = await kept(options, verb, () => tryVerb(verb, options.every));
      options.say(`${verb}: ${one.calls} calls, ${one.cases.length} cases, ${wrongOf([one]).length} wrong`);
      for (const { call, fault, problems } of wrongOf([one]))
        options.say(`  ${fault} at ${call}: ${problems.join("; ")}`);
      tried.push(one);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, worker));
  tried.sort((a, b) => order(a.verb) - order(b.verb));
  if (options.write) writeFileSync(join(ROOT, "docs/github-faults.md"), faultsPage(tried, options.every));
  const cases = tried.flatMap((one) => one.cases).length;
  const wrong = wrongOf(tried).length;
  return [
    { name: "faults at calls tried", value: cases, unit: "", goal: null, met: null, against: null },
    { name: "that did not end as they should", value: wrong, unit: "", goal: "0", met: wrong === 0, against: null },
  ];
}

/** What came of a verb before, of the same cases; else what comes of it now. */
async function kept(
  { keep, every }: { keep: string | null; every: number },
  verb: string,
  tryNow: () => Promise<Tried>,
): Promise<Tried> {
  if (keep === null) return tryNow();
  const file = join(keep, `${verb.replace(/\W+/g, "-")}-${every}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Tried;
  const tried = await tryNow();
  mkdirSync(keep, { recursive: true });
  writeFileSync(file, JSON.stringify(tried));
  return tried;
}

const order = (verb: string) => verbs.findIndex(({ name }) => name === verb);
const wrongOf = (tried: readonly Tried[]) =>
  tried.flatMap(({ cases }) => cases).filter(({ problems }) => problems.length > 0);

/** In a process of its own: the toolkit's libraries take their server from the first one they see. */
function tryVerb(verb: string, every: number): Promise<Tried> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--conditions=trainyard-source", WORKER, verb, String(every)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(out.slice(out.lastIndexOf('\n{"verb"') + 1)) as Tried);
      else reject(new Error(`${verb}: the process ended with ${code}\n${out.slice(-2000)}`));
    });
  });
}
