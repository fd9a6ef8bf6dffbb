import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const bin = fileURLToPath(new URL("../../packages/cli/bin/trainyard.mjs", import.meta.url));

test("a reader that takes its time gets the whole of a long answer", async () => {
  const name = "x".repeat(120_000); // the refusal says it twice: more than a pipe holds
  const child = spawn(process.execPath, [bin, name, "--json"], { stdio: ["ignore", "pipe", "ignore"] });
  await pause(1_500);
  let said = "";
  for await (const chunk of child.stdout) said += String(chunk);
  expect(JSON.parse(said)).toMatchObject({ error: { code: "COMMAND_UNKNOWN", details: { command: name } } });
});
