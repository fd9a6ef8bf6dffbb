import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { GTO, MLFLOW, type PythonEngine, pythonEngine } from "../../test/engines/python-engine.ts";
import type { ColdCommand } from "../meter.ts";
import { MODEL } from "./fixture.ts";

const SCRIPT = join(import.meta.dirname, "mlflow_registry.py");
const QUIET = { MLFLOW_DISABLE_TELEMETRY: "true", DO_NOT_TRACK: "true", ITERATIVE_DO_NOT_TRACK: "true" };

/** What stands beside our figures; null where it was not wanted or cannot be had. */
export interface Peers {
  readonly gto: Gto | null;
  readonly mlflow: Mlflow | null;
}

export async function findPeers(wanted: boolean): Promise<Peers> {
  if (!wanted) return { gto: null, mlflow: null };
  const find = async <T>(engine: PythonEngine, make: (bin: (command: string) => string) => T) => {
    const { bin, missing } = await pythonEngine(engine);
    return missing === null ? make(bin) : null;
  };
  return {
    gto: await find(GTO, (bin) => new Gto(bin("gto"))),
    mlflow: await find(MLFLOW, (bin) => new Mlflow(bin("python"))),
  };
}

export class Gto {
  readonly name = `GTO ${GTO.version}`;
  readonly #bin: string;
  constructor(bin: string) {
    this.#bin = bin;
  }

  /** A repository of as many commits, each with its version's tag as GTO writes it, and the last in `prod`; packed, which is kind to GTO. HEAD has no version yet. */
  async fixture(folder: string, versions: number): Promise<void> {
    call("git", ["init", "--quiet", "--initial-branch=main", folder]);
    const importing = spawn("git", ["fast-import", "--quiet"], { cwd: folder, stdio: ["pipe", "ignore", "inherit"] });
    const lines: string[] = [];
    const tag = (name: string, from: number, message: string) =>
      lines.push(
        `tag ${name}\nfrom :${from}\ntagger Ana <ana@example.com> ${1_700_000_000 + from} +0000\n${data(message)}`,
      );
    const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}`;
    for (let n = 1; n <= versions + 1; n++) {
      lines.push(
        `commit refs/heads/main\nmark :${n}\ncommitter Ana <ana@example.com> ${1_700_000_000 + n} +0000\n${data(`commit ${n}`)}`,
      );
      if (n <= versions) tag(`${MODEL}@v0.0.${n}`, n, `Registering artifact ${MODEL} version v0.0.${n}`);
    }
    tag(`${MODEL}#prod#1`, versions, `Assigning stage prod to artifact ${MODEL} version v0.0.${versions}`);
    importing.stdin.end(`${lines.join("\n")}\n`);
    const [code] = await once(importing, "close");
    if (code !== 0) throw new Error(`git fast-import ended with ${code}`);
    call("git", ["-C", folder, "config", "user.name", "Ana"]);
    call("git", ["-C", folder, "config", "user.email", "ana@example.com"]);
    call("git", ["-C", folder, "gc", "--quiet"]);
  }

  cold(folder: string, ...words: readonly string[]): ColdCommand {
    return { words: [this.#bin, ...words], cwd: folder, env: QUIET };
  }
}

export type MlflowOperation = "create" | "alias" | "resolve" | "list";

export class Mlflow {
  readonly name = `MLflow ${MLFLOW.version}`;
  readonly #python: string;
  constructor(python: string) {
    this.#python = python;
  }

  fixture(database: string, versions: number): void {
    call(this.#python, [SCRIPT, "fixture", database, String(versions)]);
  }

  cold(database: string, operation: MlflowOperation): ColdCommand {
    return { words: [this.#python, SCRIPT, "cold", database, operation], cwd: "/", env: QUIET };
  }

  /** Milliseconds of each round of each operation, in one process. */
  process(database: string, rounds: number): Record<MlflowOperation, number[]> {
    const said = call(this.#python, [SCRIPT, "process", database, String(rounds)]);
    return JSON.parse(said.trim().split("\n").at(-1) ?? "") as Record<MlflowOperation, number[]>;
  }
}

function call(command: string, words: readonly string[]): string {
  const options = { encoding: "utf8", env: { ...process.env, ...QUIET }, maxBuffer: 1 << 28 } as const;
  const { status, stdout, stderr, error } = spawnSync(command, words, options);
  if (error || status !== 0) throw new Error(`${command} ${words.join(" ")}: ${error?.message ?? stderr}`);
  return stdout;
}
