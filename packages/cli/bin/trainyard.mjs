#!/usr/bin/env node
/**
 * The `trainyard` command. Plain JavaScript that starts on any Node ≥ 20: where that Node is older than the one
 * Trainyard runs on, it hands over to the one that set-up found, and ends as that one ends.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";
import { BUNDLE, entry } from "./entry.mjs";

const MAJOR = 24;
const RECORD = new URL("../../../node_modules/.trainyard-setup.json", import.meta.url); // written by scripts/setup.mjs

function nodeOfSetup() {
  try {
    const { node } = JSON.parse(readFileSync(RECORD, "utf8"));
    return existsSync(node) ? node : undefined;
  } catch {
    return undefined;
  }
}

function handOver(node) {
  const words = [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const child = spawn(node, words, { stdio: "inherit" });
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  const forward = (signal) => {
    const shared = signal === "SIGINT" && process.stdin.isTTY; // a terminal sends Ctrl-C to the child as well
    if (!shared) child.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);
  child.on("exit", (code, signal) => {
    for (const name of signals) process.off(name, forward);
    if (signal !== null) process.kill(process.pid, signal);
    process.exitCode = code ?? 1;
  });
}

function refuse(...lines) {
  process.stderr.write(`${lines.join("\n")}\n`);
  process.exitCode = 1;
}

if (Number.parseInt(process.versions.node, 10) < MAJOR) {
  const node = nodeOfSetup();
  if (node !== undefined) handOver(node);
  else
    refuse(
      `Trainyard runs on Node ${MAJOR} or newer; this is ${process.version}, and no newer one is set up here.`,
      "In a checkout, run `npm run quickstart` or `npm test` once; elsewhere, install a newer Node.",
    );
} else {
  const main = entry();
  if (main === null) refuse("Trainyard is not compiled yet.", "Run `npm run quickstart` or `npm test` once.");
  else {
    // Compiled code is kept beside the bundle, where nobody else can put any; in a folder that cannot be written it is not.
    if (main === BUNDLE) module.enableCompileCache(fileURLToPath(new URL("../bundle/.compiled", import.meta.url)));
    await import(main.href);
  }
}
