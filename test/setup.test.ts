import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const SETUP = join(import.meta.dirname, "../scripts/setup.mjs");

function setup(...words: string[]) {
  return spawnSync(process.execPath, [SETUP, "--no-build", ...words], { encoding: "utf8" });
}

test("the command runs on the Node that set-up chose, and what it prints is all there is", () => {
  const { stdout, stderr, status } = setup("node", "-p", "Number.parseInt(process.versions.node) >= 24");
  expect({ stdout, stderr, status }).toEqual({ stdout: "true\n", stderr: "", status: 0 });
});

test("the exit code of the command is the exit code of set-up", () => {
  expect(setup("node", "-e", "process.exit(7)").status).toBe(7);
});

test("a command ended by a signal ends set-up by the same signal", () => {
  expect(setup("node", "-e", "process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 5000)").signal).toBe(
    "SIGTERM",
  );
});

test("a command that does not exist is named, without a stack", () => {
  const { stderr, status } = setup("no-such-command");
  expect(stderr).toBe(
    "trainyard: there is no command no-such-command, neither in node_modules/.bin nor on the PATH.\n",
  );
  expect(status).toBe(1);
});
