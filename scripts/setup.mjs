#!/usr/bin/env node
/**
 * Makes this checkout ready, then runs a command in it:  node scripts/setup.mjs [--no-build] COMMAND [ARGUMENT…]
 *
 * Ready means: the dependencies of the lockfile are installed, a Node ≥ 24 is known, the packages are compiled.
 * It starts on Node ≥ 20 with npm and nothing else, says on stderr what it does and how long that took, and says nothing
 * when there is nothing to do. A COMMAND that ends in .ts is run from its source; any other is looked up in
 * node_modules/.bin first. --no-build leaves the compiling out, for commands that read the sources themselves.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleIsFresh } from "../packages/cli/bin/entry.mjs";

const APPLE_SILICON = process.platform === "darwin" && process.arch === "arm64";
/** What fetches a Node where the system's is too old: the runner's, or the newest that npm carries for Apple silicon. */
const NODE = { major: 24, package: APPLE_SILICON ? "node@26.10.0" : "node@24.21.0" };
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MODULES = join(ROOT, "node_modules");
const RECORD = join(MODULES, ".trainyard-setup.json"); // what was installed, and which Node runs it
const LOCK = join(MODULES, ".trainyard-setup.lock"); // holds the process id of the set-up under way
const WINDOWS = process.platform === "win32";

const say = (text) => process.stderr.write(`trainyard: ${text}\n`);
const read = (path) => readFileSync(join(ROOT, path), "utf8");

/** A set-up that cannot go on: what happened and what to do, without a stack. */
class SetupError extends Error {}

async function main([...words]) {
  const build = words[0] !== "--no-build";
  if (!build) words.shift();
  const [command, ...rest] = words;
  if (command === undefined) throw new SetupError("usage: node scripts/setup.mjs [--no-build] COMMAND [ARGUMENT…]");
  if (command.endsWith(".ts") && !existsSync(join(ROOT, command))) throw new SetupError(`there is no ${command} here.`);

  const stamp = currentStamp();
  if (!isReady(readRecord(), stamp)) {
    await locked(() => {
      if (!isReady(readRecord(), stamp)) prepare(stamp); // another set-up may have finished while this one waited
    });
  }
  const { node } = readRecord();
  const env = { ...process.env, PATH: [join(MODULES, ".bin"), dirname(node), process.env.PATH].join(delimiter) };
  if (build) await locked(() => compile(node, env));

  return command.endsWith(".ts")
    ? run(node, ["--conditions=trainyard-source", command, ...rest], { env })
    : run(command, rest, { env, shell: WINDOWS });
}

/** Changes exactly when an install would: the lockfile, the workspace's settings, or what the manifests ask for. */
function currentStamp() {
  const { packageManager } = JSON.parse(read("package.json"));
  const manifests = ["package.json", "actions/package.json"];
  for (const name of readdirSync(join(ROOT, "packages"))) manifests.push(`packages/${name}/package.json`);

  const hash = createHash("sha256").update([process.platform, process.arch, packageManager, NODE.package].join(" "));
  for (const path of ["pnpm-lock.yaml", "pnpm-workspace.yaml"]) hash.update(read(path));
  for (const path of manifests.sort().filter((path) => existsSync(join(ROOT, path)))) {
    const { name, bin, dependencies, devDependencies, optionalDependencies, peerDependencies } = JSON.parse(read(path));
    hash.update(
      JSON.stringify([path, name, bin, dependencies, devDependencies, optionalDependencies, peerDependencies]),
    );
  }
  return hash.digest("hex");
}

function readRecord() {
  try {
    return JSON.parse(readFileSync(RECORD, "utf8"));
  } catch {
    return {};
  }
}

function isReady(record, stamp) {
  return record.stamp === stamp && typeof record.node === "string" && existsSync(record.node);
}

function prepare(stamp) {
  const { packageManager } = JSON.parse(read("package.json"));
  timed("installing the dependencies", () => {
    npmExec(packageManager, ["pnpm", "install", "--frozen-lockfile"]);
  });
  const known = readRecord();
  const here = Number.parseInt(process.versions.node, 10) >= NODE.major ? process.execPath : undefined;
  const kept = known.source === NODE.package && existsSync(known.node) ? known.node : undefined;
  const node = here ?? kept ?? fetchNode();
  const source = here ? "system" : NODE.package;
  const draft = `${RECORD}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify({ stamp, node, source }, null, 2)}\n`);
  renameSync(draft, RECORD);
}

/** The npm package `node` carries the binary; it stays in npm's cache and is only fetched where the system's is older. */
function fetchNode() {
  return timed(`fetching ${NODE.package}, because this is ${process.version}`, () => {
    const script = "process.stdout.write(process.execPath)";
    const path = npmExec(NODE.package, ["node", "-e", script]).trim();
    if (!existsSync(path)) throw new SetupError(`npm ran ${NODE.package}, but its binary could not be found.`);
    return path;
  });
}

/** Runs one command of one npm package without installing it here, and returns what it printed; shown only if it fails. */
function npmExec(spec, command) {
  const words = ["exec", "--yes", `--package=${spec}`, "--", ...command];
  const env = { ...process.env, CI: "true" }; // no prompts, no progress bars
  if (!WINDOWS && !process.env.HOME) env.npm_config_cache = join(MODULES, ".cache", "npm");
  const { status, error, stdout, stderr } = spawnSync("npm", WINDOWS ? words.map((word) => `"${word}"`) : words, {
    cwd: ROOT,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    shell: WINDOWS, // there npm is a shell script
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw new SetupError(`npm could not be started (${error.message}). It comes with Node ≥ 20.`);
  if (status !== 0) {
    process.stderr.write(stderr + stdout);
    throw new SetupError(`npm could not run ${command[0]} of ${spec} (${status}); its reasons are above.`);
  }
  return stdout;
}

/** An incremental compile of everything, and the command's bundle; a tenth of a second when nothing changed. */
function compile(node, env) {
  const start = Date.now();
  const first = !existsSync(join(ROOT, "packages/core/dist"));
  const { status, error } = spawnSync("tsc", ["-b"], { cwd: ROOT, env, stdio: ["ignore", 2, 2], shell: WINDOWS });
  if (error) throw new SetupError(`the compiler could not be started (${error.message}).`);
  if (status !== 0) throw new SetupError("the packages do not compile; the errors are above.");
  if (!bundleIsFresh()) {
    const words = ["--conditions=trainyard-source", "scripts/bundle-cli.ts"];
    if (spawnSync(node, words, { cwd: ROOT, env, stdio: ["ignore", 2, 2] }).status !== 0)
      say("the command could not be bundled; it runs from what was compiled, and starts slower"); // the reasons are above
  }
  if (first) say(`compiled the packages (${seconds(start)})`);
}

/** Does the work while holding the lock, so that two set-ups of one checkout take turns. */
async function locked(work) {
  mkdirSync(MODULES, { recursive: true });
  const mine = `${LOCK}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    for (let told = false; !take(mine); ) {
      if (clearStale()) continue;
      if (!told) say("another set-up is at work here; waiting for it");
      told = true;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    try {
      return work();
    } finally {
      rmSync(LOCK, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** A hard link appears whole, process id included, or not at all. */
function take(mine) {
  try {
    linkSync(mine, LOCK);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** Removes the lock of a set-up that was killed. True when it is worth trying again at once. */
function clearStale() {
  let owner;
  try {
    owner = readFileSync(LOCK, "utf8");
    process.kill(Number(owner), 0);
    return false;
  } catch (error) {
    if (error.code === "ENOENT") return true;
    if (error.code === "EPERM") return false; // alive, and somebody else's
  }
  const grave = `${LOCK}.${process.pid}.stale`;
  try {
    renameSync(LOCK, grave); // of several rescuers one succeeds
    if (readFileSync(grave, "utf8") !== owner) linkSync(grave, LOCK); // a live one slipped in between: give it back
    rmSync(grave, { force: true });
  } catch {
    // somebody else was faster
  }
  return true;
}

function timed(text, work) {
  const start = Date.now();
  say(`${text} …`);
  const result = work();
  say(`done (${seconds(start)})`);
  return result;
}

const seconds = (start) => `${((Date.now() - start) / 1000).toFixed(1)} s`;

/** Runs the command to its end, passing signals on; ends as it ended. */
function run(command, words, options) {
  const child = spawn(command, words, { stdio: "inherit", ...options });
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  const forward = (signal) => {
    const shared = signal === "SIGINT" && process.stdin.isTTY; // a terminal sends Ctrl-C to the child as well
    if (!shared) child.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.on("error", (error) => {
      reject(
        error.code === "ENOENT"
          ? new SetupError(`there is no command ${command}, neither in node_modules/.bin nor on the PATH.`)
          : error,
      );
    });
    child.on("exit", (code, signal) => {
      for (const name of signals) process.off(name, forward);
      if (signal !== null) process.kill(process.pid, signal);
      resolve(code ?? 1);
    });
  });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
