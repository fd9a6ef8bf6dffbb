import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";

/** Software of others from PyPI, in a virtual environment of its own. */
export interface PythonEngine {
  readonly name: string;
  readonly version: string;
  /** What is installed, and how many megabytes that is, said before it is fetched. */
  readonly packages: readonly string[];
  readonly megabytes: number;
}

export const GTO: PythonEngine = { name: "gto", version: "1.10.1", packages: ["gto==1.10.1"], megabytes: 125 };
export const MLFLOW: PythonEngine = { name: "mlflow", version: "3.17.2", packages: ["mlflow==3.17.2"], megabytes: 850 };
export const DVC: PythonEngine = { name: "dvc", version: "3.67.1", packages: ["dvc==3.67.1"], megabytes: 170 };
export const SCIKIT_LEARN: PythonEngine = {
  name: "scikit-learn",
  version: "1.9.1",
  packages: ["scikit-learn==1.9.1"],
  megabytes: 250,
};
export const MODEL_SIGNING: PythonEngine = {
  name: "model-signing",
  version: "1.1.1",
  packages: ["model-signing==1.1.1", "pyopenssl"], // which it imports and does not ask for
  megabytes: 100,
};

export const ZIZMOR: PythonEngine = { name: "zizmor", version: "1.32.0", packages: ["zizmor==1.32.0"], megabytes: 25 };

/** Where it is and how to start it, or why it cannot be had here. */
export type Installed =
  | { readonly bin: (command: string) => string; readonly missing: null }
  | { readonly bin: null; readonly missing: string };

/**
 * Installs once for all checkouts, below ~/.cache/trainyard/engines (or XDG_CACHE_HOME); says on stderr that it does. The folder gets its name
 * by a link when it is whole, so an interrupted or doubled install is never taken for one.
 */
export function pythonEngine(engine: PythonEngine): Promise<Installed> {
  const known = asked.get(engine.name) ?? install(engine);
  asked.set(engine.name, known);
  return known;
}

const asked = new Map<string, Promise<Installed>>();

async function install({ name, version, packages, megabytes }: PythonEngine): Promise<Installed> {
  const shelf = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "trainyard/engines");
  const place = join(shelf, `${name}-${version}`);
  const installed: Installed = { bin: (command) => join(place, "bin", command), missing: null };
  if (existsSync(join(place, "bin/python"))) return installed;

  const draft = `${place}.${crypto.randomUUID().slice(0, 8)}`;
  const began = performance.now();
  const say = (text: string) => process.stderr.write(`${name} ${version}: ${text}\n`);
  try {
    mkdirSync(shelf, { recursive: true });
    say(`installing from PyPI, once, about ${megabytes} MB …`);
    await call("python3", ["-m", "venv", draft]);
    await call(join(draft, "bin/pip"), ["install", "--quiet", "--disable-pip-version-check", ...packages]);
    replaceLink(place, draft);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    const missing = error instanceof Error ? error.message : String(error);
    say(`cannot be had here: ${missing}`);
    return { bin: null, missing };
  }
  say(`installed (${Math.round((performance.now() - began) / 1000)} s)`);
  return installed;
}

/** The first of two installers keeps the name; a link into nothing is replaced. */
function replaceLink(place: string, draft: string): void {
  for (const again of [true, false]) {
    try {
      symlinkSync(basename(draft), place);
      return;
    } catch (error) {
      if (!again) throw error;
      if (existsSync(join(place, "bin/python"))) {
        rmSync(draft, { recursive: true, force: true });
        return;
      }
      rmSync(join(dirname(place), readlinkSync(place)), { recursive: true, force: true });
      rmSync(place);
    }
  }
}

/** @throws Error with the last line that was said */
function call(command: string, words: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        said = (said + chunk).slice(-4000);
      });
    child.on("error", (error) => reject(new Error(`${command} could not be started (${error.message})`)));
    child.on("close", (code) => {
      const last = said.trim().split("\n").at(-1) ?? "";
      if (code === 0) resolve();
      else reject(new Error(`${basename(command)} ${words.slice(0, 2).join(" ")} ended with ${code}: ${last}`));
    });
  });
}
