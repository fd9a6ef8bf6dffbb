#!/usr/bin/env node
/**
 * Makes the example's Python environment:  node setup.mjs [FOLDER]   (default: $FLIGHT_DELAYS_VENV, else .venv beside this file)
 *
 * Installs exactly what requirements.lock says, by hash and from wheels only, and prints the path of its python. The
 * second time takes a twentieth of a second. Needs Node ≥ 20 and a Python from 3.10 to 3.14, nothing else. Killed at any moment, it starts over.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const LOCK_FILE = join(HERE, "requirements.lock");
const OLDEST = [3, 10];
const NEWEST = [3, 14]; // the locked packages have wheels up to here
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
const LOCK_NAME = ".setup.lock"; // holds the process id of the set-up under way
const CANDIDATES = ["python3", "python3.13", "python3.12", "python3.11", "python3.14", "python3.10", "python"];

/** A set-up that cannot go on: what happened and what to do, without a stack. */
export class SetupError extends Error {}

/**
 * The path of a python that has the locked packages, in a virtual environment at `dir`, made when absent or outdated.
 *
 * @param {object} [options]
 * @param {string} [options.dir] folder of the environment
 * @param {NodeJS.ProcessEnv} [options.env] where PATH, PYTHON (a python to use) and pip's settings come from
 * @param {(line: string) => void} [options.say] receives progress, a line at a time
 * @returns {Promise<string>}
 * @throws {SetupError} no suitable Python, or pip could not install
 */
export async function ensureVenv({ dir = defaultFolder(), env = process.env, say = toStderr } = {}) {
  const folder = resolve(dir);
  if (!isReady(folder, env)) {
    await locked(folder, say, async () => {
      if (!isReady(folder, env)) await build(folder, env, say); // another one may have finished while this one waited
    });
  }
  return pythonOf(folder);
}

const defaultFolder = () => process.env.FLIGHT_DELAYS_VENV || join(HERE, ".venv");
const toStderr = (line) => process.stderr.write(`flight-delays: ${line}\n`);
const pythonOf = (folder) => join(folder, "bin", "python");
const stampOf = (folder) => join(folder, "flight-delays.json");

/** What an environment was made from; written last, so that without it the folder counts for nothing. */
function stamp(version) {
  const lock = createHash("sha256").update(readFileSync(LOCK_FILE)).digest("hex");
  return JSON.stringify({ lock, python: version });
}

function isReady(folder, env) {
  if (!existsSync(stampOf(folder))) return false;
  const version = versionOf(pythonOf(folder), env); // asked anew: an upgrade of the system's Python breaks what it made
  if (version === null || readFileSync(stampOf(folder), "utf8") !== stamp(version.text)) return false;
  return !env.PYTHON || versionOf(env.PYTHON, env)?.text === version.text;
}

async function build(folder, env, say) {
  const { command, version } = findPython(env);
  const start = Date.now();
  for (const entry of readdirSync(folder)) {
    if (!entry.startsWith(LOCK_NAME)) rmSync(join(folder, entry), { recursive: true, force: true });
  }
  say(`making ${folder} with Python ${version.text} (${command})`);
  const venv = spawnSync(command, ["-m", "venv", folder], { env, encoding: "utf8" });
  if (venv.status !== 0) {
    throw new SetupError(
      `${command} could not make a virtual environment:\n${lastLines(`${venv.stdout}${venv.stderr}`)}\n` +
        "On Debian and Ubuntu `apt install python3-venv` helps.",
    );
  }
  await install(folder, env, say);
  checkImports(folder, env);
  const draft = `${stampOf(folder)}.draft`;
  writeFileSync(draft, stamp(version.text));
  renameSync(draft, stampOf(folder));
  say(`ready (${((Date.now() - start) / 1000).toFixed(0)} s)`);
}

/** pip, with one line of progress per package instead of sixty. */
async function install(folder, env, say) {
  say("installing requirements.lock: about 190 MB to fetch, 600 MB on disk, half a minute");
  const words = ["-m", "pip", "install", "--require-hashes", "--only-binary=:all:", "--no-input", "--progress-bar=off"];
  const pip = spawn(pythonOf(folder), [...words, "--disable-pip-version-check", "-r", LOCK_FILE], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((settle, fail) => pip.on("error", fail).on("close", settle));
  const output = [];
  const listen = (stream) =>
    createInterface({ input: stream }).on("line", (line) => {
      output.push(line);
      const [, name] = /^Collecting (\S+)/.exec(line) ?? [];
      if (name) say(`  ${name.replace("==", " ")}`);
      if (line.startsWith("Installing collected packages")) say("  unpacking");
    });
  listen(pip.stdout);
  listen(pip.stderr);
  const stop = (signal) => {
    pip.kill(); // else it would go on writing into a folder that the next set-up is clearing
    for (const name of SIGNALS) process.off(name, stop);
    process.kill(process.pid, signal);
  };
  for (const name of SIGNALS) process.on(name, stop);
  const status = await ended;
  for (const name of SIGNALS) process.off(name, stop);
  if (status !== 0) {
    throw new SetupError(
      `pip could not install requirements.lock:\n${lastLines(output.join("\n"))}\n` +
        "Check the connection to the package index (pip's own settings apply) and run this again.",
    );
  }
}

/** An installed package can still fail to load, where a system library is missing. */
function checkImports(folder, env) {
  const script = "import numpy, onnx, onnxruntime, pyarrow, scipy, skl2onnx, sklearn";
  const { status, stderr } = spawnSync(pythonOf(folder), ["-c", script], { env, encoding: "utf8" });
  if (status !== 0) throw new SetupError(`the installed packages cannot be loaded:\n${lastLines(stderr ?? "")}`);
}

const lastLines = (text) =>
  text
    .trim()
    .split("\n")
    .slice(-8)
    .map((line) => `  ${line}`)
    .join("\n");

/** The first suitable Python: $PYTHON alone when set, else what is on the PATH. */
function findPython(env) {
  const tried = [];
  for (const command of env.PYTHON ? [env.PYTHON] : CANDIDATES) {
    const version = versionOf(command, env);
    if (version && atLeast(version.numbers, OLDEST) && atLeast(NEWEST, version.numbers)) return { command, version };
    tried.push(`${command}: ${version ? version.text : "not found"}`);
  }
  throw new SetupError(
    `this example needs Python ${OLDEST.join(".")} to ${NEWEST.join(".")}, and there is none (${tried.join(", ")}).\n` +
      "Install one (`apt install python3 python3-venv`, `brew install python@3.13`), or name it: PYTHON=/path/to/python3",
  );
}

const atLeast = ([major, minor], [wantedMajor, wantedMinor]) =>
  major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);

/** Null where there is no such command, or it does not run: version managers leave stand-ins that only print an error. */
function versionOf(command, env) {
  const script = "import platform; print(platform.python_version())";
  const { status, stdout } = spawnSync(command, ["-I", "-S", "-c", script], { env, encoding: "utf8" });
  if (status !== 0) return null;
  const text = stdout.trim();
  return { text, numbers: text.split(".").slice(0, 2).map(Number) };
}

/** Does the work while holding a lock in the folder, so that two set-ups of one environment take turns. */
async function locked(folder, say, work) {
  const lock = join(folder, LOCK_NAME);
  const mine = `${lock}.${process.pid}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(mine, String(process.pid));
  try {
    for (let told = false; !take(mine, lock); told = true) {
      if (clearStale(lock)) continue;
      if (!told) say(`another set-up is making ${folder}; waiting for it`);
      await new Promise((wake) => setTimeout(wake, 200));
    }
    try {
      await work();
    } finally {
      rmSync(lock, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** A hard link appears whole, process id included, or not at all. */
function take(mine, lock) {
  try {
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** Removes the lock of a set-up that was killed. True when it is worth trying again at once. */
function clearStale(lock) {
  let owner;
  try {
    owner = readFileSync(lock, "utf8");
    process.kill(Number(owner), 0);
    return false;
  } catch (error) {
    if (error.code === "ENOENT") return true;
    if (error.code === "EPERM") return false; // alive, and somebody else's
  }
  const grave = `${lock}.${process.pid}.stale`;
  try {
    renameSync(lock, grave); // of several rescuers one succeeds
    if (readFileSync(grave, "utf8") !== owner) linkSync(grave, lock); // a live one slipped in between: give it back
  } catch {
    // somebody else was faster
  }
  rmSync(grave, { force: true });
  return true;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    console.log(await ensureVenv({ dir: process.argv[2] }));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    toStderr(`error: ${error.message}`);
    process.exitCode = 2;
  }
}
