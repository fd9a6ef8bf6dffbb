import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

/** The command's own starter beside files that say who they are. */
let top: string;
let cli: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "trainyard-entry-"));
  cli = join(top, "packages/cli");
  cpSync(join(import.meta.dirname, "../../packages/cli/bin"), join(cli, "bin"), { recursive: true });
  writeFileSync(join(cli, "package.json"), '{ "type": "module" }');
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

/** Writes a file of the command's package as it was made so many seconds ago. */
function made(path: string, secondsAgo: number, text = "") {
  const file = join(cli, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
  const at = Date.now() / 1000 - secondsAgo;
  utimesSync(file, at, at);
}
const compiled = (secondsAgo: number) => made("dist/main.js", secondsAgo, 'console.log("compiled");');
const bundled = (secondsAgo: number) => made("bundle/main.js", secondsAgo, 'console.log("bundled");');

function start() {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(cli, "bin/trainyard.mjs")], {
    encoding: "utf8",
  });
  return { said: stdout.trim() || stderr.split("\n")[0], status };
}

test("the bundle runs when it is newer than every compile", () => {
  compiled(20);
  made("tsconfig.tsbuildinfo", 10);
  made("../core/tsconfig.tsbuildinfo", 9);
  bundled(5);
  expect(start()).toEqual({ said: "bundled", status: 0 });
});

test.each(["tsconfig.tsbuildinfo", "../core/tsconfig.tsbuildinfo", "../backends/tsconfig.tsbuildinfo"])(
  "what was compiled runs when %s is newer than the bundle: old code is never shown",
  (path) => {
    compiled(20);
    bundled(10);
    made(path, 5);
    expect(start()).toEqual({ said: "compiled", status: 0 });
  },
);

test("installed, there are no compiles to compare with, and the bundle runs", () => {
  bundled(10);
  expect(start()).toEqual({ said: "bundled", status: 0 });
  expect(existsSync(join(cli, "bundle/.compiled"))).toBe(true);
});

test("where compiled code cannot be kept it runs all the same", () => {
  bundled(10);
  made("bundle/.compiled", 10, "a file where the folder would be"); // stops root as well, whom no permission stops
  expect(start()).toEqual({ said: "bundled", status: 0 });
});

test("with nothing compiled it says what to do", () => {
  expect(start()).toEqual({ said: "Trainyard is not compiled yet.", status: 1 });
});
