import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { digits, type Figure } from "./figure.ts";

/** What a fresh process took: seconds, and megabytes of the largest process of it. */
export interface Taken {
  readonly wall: number;
  readonly cpu: number;
  readonly megabytes: number;
}

export interface ColdCommand {
  readonly words: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

const METER = join(import.meta.dirname, "meter.py");

/** @throws Error with what the command said when it does not end with 0 */
export function measured({ words, cwd, env }: ColdCommand): Taken {
  const { status, stdout, stderr, error } = spawnSync("python3", [METER, cwd, ...words], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  if (error || status !== 0) throw new Error(`python3 meter.py: ${error?.message ?? stderr}`);
  const { code, said, ...taken } = JSON.parse(stdout) as Taken & { code: number; said: string };
  if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code}: ${said}`);
  return taken;
}

/** The least of several runs, in each measure by itself. */
export function least(runs: readonly Taken[]): Taken {
  const of = (measure: keyof Taken) => Math.min(...runs.map((run) => run[measure]));
  return { wall: of("wall"), cpu: of("cpu"), megabytes: of("megabytes") };
}

/** A peer's measure, to stand beside ours. */
export function against(name: string, value: number, unit: string): NonNullable<Figure["against"]> {
  return { name, value: digits(value), unit };
}
