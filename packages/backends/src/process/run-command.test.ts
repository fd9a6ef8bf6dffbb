import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunCommand } from "@trainyard/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { localProcesses, type ProcessOptions } from "./run-command.ts";

const refusal = (code: string, details: object = {}) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });
const node = JSON.stringify(process.execPath);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "process-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const log = () => readFileSync(join(folder, "log.txt"), "utf8");
const script = (name: string, source: string) => {
  writeFileSync(join(folder, name), source);
  return name;
};

async function run(
  command: string,
  { passOn = [], ...options }: Partial<ProcessOptions> & { passOn?: string[] } = {},
  own: Partial<RunCommand> = {},
) {
  const lines: string[] = [];
  const exit = await localProcesses({ folder, ...options }).run({
    step: "train",
    command,
    environment: {},
    passOn,
    log: join(folder, "log.txt"),
    onLine: (line) => lines.push(line),
    ...own,
  });
  return { ...exit, lines };
}

test("a command may run in another folder, and finds there, or else in the project, what its first word names", async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), "elsewhere-"));
  try {
    for (const [place, name] of [
      [folder, "of-the-project"],
      [folder, "of-both"],
      [elsewhere, "of-both"],
    ] as const)
      writeFileSync(join(place, name), `#!/bin/sh\necho "$0 in $PWD"\n`, { mode: 0o755 });
    const said = async (command: string) => (await run(command, {}, { folder: elsewhere })).lines;
    expect(await said("./of-both")).toEqual([`${join(elsewhere, "of-both")} in ${elsewhere}`]);
    expect(await said("./of-the-project")).toEqual([`${join(folder, "of-the-project")} in ${elsewhere}`]);
    await expect(said("./of-nobody")).rejects.toThrow(refusal("COMMAND_NOT_FOUND", { command: "./of-nobody" }));
  } finally {
    rmSync(elsewhere, { recursive: true, force: true });
  }
});

/** A stop one can ask for. */
function stopper() {
  const asked = new AbortController();
  const now = new AbortController();
  return { asked: asked.signal, now: now.signal, ask: () => asked.abort(), hurry: () => now.abort() };
}

async function until(condition: () => boolean) {
  for (let i = 0; i < 500 && !condition(); i++) await sleep(20);
  expect(condition()).toBe(true);
}

const isAlive = (pid: number) => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
};

describe("a command", () => {
  test("runs in the project's folder; both its streams go to the log and come as lines", async () => {
    const exit = await run(`${node} -e 'console.log(process.cwd()); console.error("to stderr")'`);
    expect(exit).toMatchObject({
      code: 0,
      signal: null,
      stopped: false,
      lines: [folder, "to stderr"],
      tail: [folder, "to stderr"],
    });
    expect(log()).toBe(`${folder}\nto stderr\n`);
    expect(readdirSync(folder)).toEqual(["log.txt"]);
  });

  test("gets its words as they were quoted, through no shell", async () => {
    script("words.mjs", "console.log(JSON.stringify(process.argv.slice(2)))");
    const exit = await run(`${node} words.mjs "two words" it\\'s '' 'a\\b' "\\"" -- --flag=1`);
    expect(JSON.parse(exit.lines[0] as string)).toEqual(["two words", "it's", "", "a\\b", '"', "--", "--flag=1"]);
  });

  test("runs through a shell when it needs one, which stops at the first failure, also in a pipe", async () => {
    expect((await run("echo one | tr a-z A-Z && echo $((1 + 1)) > two; cat two")).lines).toEqual(["ONE", "2"]);
    expect((await run("false; echo never")).code).toBe(1);
    expect((await run("exit 3 | cat")).code).toBe(3);
  });

  test("that fails says how: code, or signal", async () => {
    expect(await run("exit 7")).toMatchObject({ code: 7, signal: null, stopped: false });
    expect(await run("kill -SEGV $$")).toMatchObject({ code: null, signal: "SIGSEGV", stopped: false });
  });

  test("has no input to wait for", async () => {
    expect(await run("cat")).toMatchObject({ code: 0, lines: [] });
  });

  test.each([
    ["no-such-program --flag", "no-such-program"],
    ["./missing.sh", "./missing.sh"],
    ["echo hello && no-such-program", "no-such-program"],
  ])("%s is not found, and the refusal names the word", async (command, missing) => {
    await expect(run(command)).rejects.toEqual(refusal("COMMAND_NOT_FOUND", { command: missing, step: "train" }));
  });

  test("without permission, or with a first line that names no interpreter, is not found either", async () => {
    script("plain.sh", "echo hi");
    await expect(run("./plain.sh")).rejects.toEqual(
      refusal("COMMAND_NOT_FOUND", { command: expect.stringContaining("chmod +x") }),
    );
    script("bad.sh", "#!/no/such/interpreter\n");
    execFileSync("chmod", ["+x", join(folder, "bad.sh")]);
    await expect(run("./bad.sh")).rejects.toEqual(
      refusal("COMMAND_NOT_FOUND", { command: expect.stringContaining("./bad.sh") }),
    );
  });

  test("that ends with 127 by itself is a failure, not a missing program", async () => {
    expect((await run("echo broken library; exit 127")).code).toBe(127);
  });

  test("appends to a log that is there", async () => {
    script("log.txt", "before\n");
    await run("echo after");
    expect(log()).toBe("before\nafter\n");
  });
});

describe("what a command sees", () => {
  const ours = {
    PATH: process.env.PATH,
    HOME: "/h",
    LC_ALL: "C.UTF-8",
    GITHUB_TOKEN: "ghs_aaaa",
    HF_TOKEN: "hf_secret1",
    AWS_KEY: "akey-5678",
    INPUT_MODEL: "m",
    ACTIONS_RUNTIME_TOKEN: "runtime1",
    PYTHON_TOKEN: "pysecret",
    OTHER: "x",
  };

  test("is a small safe base, what it was passed on, and what we set", async () => {
    const exit = await run(
      "env",
      { environment: ours, passOn: ["HF_TOKEN", "AWS_*"] },
      { environment: { TRAINYARD_RUN: "r1" } },
    );
    const names = exit.lines.map((line) => line.split("=")[0]).sort();
    expect(names).toEqual(["AWS_KEY", "HF_TOKEN", "HOME", "LC_ALL", "PATH", "PYTHONUNBUFFERED", "TRAINYARD_RUN"]);
  });

  test("is never the runner's own, unless named in full", async () => {
    const greedy = await run("env", { environment: ours, passOn: ["G*", "A*", "I*"] });
    expect(greedy.lines.join("\n")).not.toMatch(/GITHUB_TOKEN|ACTIONS_|INPUT_/);
    expect((await run("env", { environment: ours, passOn: ["GITHUB_TOKEN"] })).lines.join("\n")).toContain(
      "GITHUB_TOKEN=***",
    );
  });

  test("values passed on are masked in the lines and in the stored log, also when printed in pieces or encoded", async () => {
    script(
      "leak.mjs",
      `
      const t = process.env.HF_TOKEN;
      process.stdout.write("a " + t.slice(0, 4));
      setTimeout(() => { console.log(t.slice(4) + " b"); console.log(Buffer.from(t).toString("base64")); console.log("hf_other"); }, 200);`,
    );
    const exit = await run(`${node} leak.mjs`, { environment: ours, passOn: ["HF_TOKEN"] });
    expect(exit.lines).toEqual(["a *** b", "***", "hf_other"]);
    expect(log()).toBe("a *** b\n***\nhf_other\n");
  });
});

describe("lines", () => {
  test("are what a terminal would show: of a progress bar the last state, without colours, cut at 8 KiB, the unfinished last one too", async () => {
    script(
      "lines.mjs",
      `process.stdout.write("10%\\r20%\\r100%\\ndos\\r\\n\\x1b[31mred\\x1b[0m\\n" + "x".repeat(20000) + "\\n\\nlast")`,
    );
    const { lines } = await run(`${node} lines.mjs`);
    expect(lines).toEqual(["100%", "dos", "red", "x".repeat(8192), "", "last"]);
    expect(log()).toContain("x".repeat(20000));
  });

  test("the tail holds the last 20", async () => {
    expect((await run("seq 1 100")).tail).toEqual(Array.from({ length: 20 }, (_, i) => String(81 + i)));
  });

  test("200 MB of output need little memory; the log keeps its beginning and its end and says what is missing", async () => {
    let count = 0;
    const before = process.memoryUsage().rss;
    const exit = await run("seq -f %049.0f 4000000; echo the end", {}, { onLine: () => count++ });
    expect(exit.code).toBe(0);
    expect(count).toBe(4_000_001);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
    expect(statSync(join(folder, "log.txt")).size).toBeLessThan(65 * 1024 * 1024);
    expect(log().slice(-8)).toBe("the end\n");
    expect(log()).toMatch(/\[trainyard: \d+ bytes left out here\]/);
  }, 60_000);
});

describe("stopping", () => {
  test("asks the whole group with SIGTERM, and what saves and exits 0 was still stopped", async () => {
    script(
      "save.mjs",
      `
      process.on("SIGTERM", () => setTimeout(() => { console.log("saved"); process.exit(0); }, 200));
      process.on("SIGINT", () => console.log("SIGINT"));
      console.log("ready"); setInterval(() => {}, 1000);`,
    );
    const stop = stopper();
    const exit = run(`${node} save.mjs`, { stop }, { onLine: (line) => line === "ready" && stop.ask() });
    expect(await exit).toMatchObject({ code: 0, stopped: true, tail: ["ready", "saved"] });
  });

  test("waits for a training behind a shell that is already gone", async () => {
    script(
      "save.mjs",
      `
      process.on("SIGTERM", () => setTimeout(() => { console.log("saved"); process.exit(0); }, 500));
      console.log("ready"); setInterval(() => {}, 1000);`,
    );
    const stop = stopper();
    const exit = await run(
      `${node} save.mjs | cat; echo never`,
      { stop },
      { onLine: (line) => line === "ready" && stop.ask() },
    );
    expect(exit.stopped).toBe(true);
    expect(exit.tail).not.toContain("never");
  });

  test("kills after the grace what does not end", async () => {
    const stop = stopper();
    const exit = await run(
      "trap '' TERM; echo ready; while true; do sleep 1; done",
      { stop, grace: 0.3 },
      { onLine: (line) => line === "ready" && stop.ask() },
    );
    expect(exit).toMatchObject({ signal: "SIGKILL", stopped: true });
    expect(exit.seconds).toBeLessThan(5);
  });

  test("asked for twice kills at once", async () => {
    const stop = stopper();
    const exit = await run(
      "trap 'echo asked' TERM; echo ready; while true; do sleep 0.1 || true; done",
      { stop },
      {
        onLine: (line) => {
          if (line === "ready") stop.ask();
          if (line === "asked") stop.hurry();
        },
      },
    );
    expect(exit).toMatchObject({ signal: "SIGKILL", stopped: true });
  });

  test("asked for beforehand starts nothing", async () => {
    const stop = stopper();
    stop.ask();
    expect(await run("touch started", { stop })).toMatchObject({ code: null, stopped: true });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("what a command leaves behind", () => {
  test("a daemon in its group does not hold us and does not outlive the command", async () => {
    const exit = await run("sleep 300 & echo $! > pid; echo done");
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    expect(exit).toMatchObject({ code: 0, lines: ["done"] });
    expect(exit.seconds).toBeLessThan(3);
    expect(isAlive(pid)).toBe(false);
  });

  test("nor does one that ignores SIGTERM", async () => {
    await run("(trap '' TERM; while true; do sleep 0.2; done) & echo $! > pid; sleep 0.2");
    expect(isAlive(Number(readFileSync(join(folder, "pid"), "utf8")))).toBe(false);
  });

  test("when we exit in the middle, the group goes with us", async () => {
    mkdirSync(join(folder, "sub"));
    const ours = script(
      "ours.mjs",
      `
      const { localProcesses } = await import(${JSON.stringify(join(import.meta.dirname, "run-command.ts"))});
      setTimeout(() => process.exit(3), 1500);
      await localProcesses({ folder: ${JSON.stringify(folder)} }).run({ step: "s", command: "echo $$ > pid; sleep 300", environment: {}, passOn: [], log: ${JSON.stringify(join(folder, "sub/log"))} });`,
    );
    expect(() =>
      execFileSync(process.execPath, ["--conditions=trainyard-source", join(folder, ours)], { stdio: "ignore" }),
    ).toThrow();
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    await until(() => !isAlive(pid));
  });
});
