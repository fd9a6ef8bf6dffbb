import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { localRuns } from "./runs.ts";
import { sha256 } from "./sha256.ts";

const refusal = (code: string, details: object = {}) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });

let folder: string;
let state: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runs-"));
  state = join(folder, ".trainyard");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function finished(id: string, startedAt: string, model = "churn") {
  const run = await localRuns(state).create(model, id);
  await run.write("record.json", JSON.stringify({ startedAt }));
  await sleep(5); // so that the records' times differ
}

describe("a run's folder", () => {
  test("keeps files under their names and says size and digest", async () => {
    const run = await localRuns(state).create("churn", "r001");
    writeFileSync(join(folder, "model.onnx"), "m");
    expect(await run.add("outputs/deep/model.onnx", join(folder, "model.onnx"))).toEqual({
      path: "outputs/deep/model.onnx",
      size: 1,
      digest: sha256("m"),
    });
    expect(await run.write("record.json", "{}")).toEqual({ path: "record.json", size: 2, digest: sha256("{}") });
    expect(await run.ref("outputs/deep/model.onnx")).toEqual({
      path: "outputs/deep/model.onnx",
      size: 1,
      digest: sha256("m"),
    });
    expect([await run.read("record.json"), await run.read("none"), await run.ref("none")]).toEqual(["{}", null, null]);
    expect(readdirSync(join(state, "runs/churn/r001"), { recursive: true }).sort()).toEqual([
      "outputs",
      "outputs/deep",
      "outputs/deep/model.onnx",
      "record.json",
    ]);
    expect(readFileSync(join(state, ".gitignore"), "utf8")).toBe("*\n");
  });

  test.each(["../x", "/etc/passwd", "a/../../b"])("never writes to %s", async (name) => {
    const run = await localRuns(state).create("churn", "r001");
    await expect(run.write(name, "x")).rejects.toEqual(refusal("PATH_OUTSIDE"));
    expect(() => run.path(name)).toThrow(refusal("PATH_OUTSIDE"));
  });

  test("takes no symlink in and reads none", async () => {
    const run = await localRuns(state).create("churn", "r001");
    symlinkSync("/etc/hostname", join(folder, "link"));
    await expect(run.add("outputs/x", join(folder, "link"))).rejects.toEqual(refusal("FILE_UNREADABLE"));
    symlinkSync("/etc/hostname", run.path("metrics.jsonl"));
    await expect(run.read("metrics.jsonl")).rejects.toEqual(refusal("FILE_UNREADABLE"));
  });

  test("is made once, and only under names that are safe", async () => {
    await localRuns(state).create("churn", "r001");
    await expect(localRuns(state).create("churn", "r001")).rejects.toEqual(refusal("FILE_EXISTS"));
    await expect(localRuns(state).create("../churn", "r001")).rejects.toEqual(
      refusal("NAME_INVALID", { name: "../churn" }),
    );
    await expect(localRuns(state).create("churn", "../r001")).rejects.toEqual(refusal("NAME_INVALID"));
  });
});

describe("finding runs", () => {
  test("newest first by when they started, then by when they were recorded; unfinished ones are left out", async () => {
    await finished("aaaa", "2001-03-01T00:00:00Z");
    await finished("zzzz", "2001-02-01T00:00:00Z");
    await finished("mmmm", "2001-03-01T00:00:00Z");
    await finished("bbbb", "2001-03-01T00:00:00Z");
    await localRuns(state).create("churn", "unfinished");
    await finished("other", "2020-01-01T00:00:00Z", "fraud");
    expect(await localRuns(state).list("churn")).toEqual(["bbbb", "mmmm", "aaaa", "zzzz"]);
    expect(await localRuns(state).list("none")).toEqual([]);
  });

  test("a run whose record is damaged stays in the list: using it says what is wrong", async () => {
    await finished("aaaa", "2001-03-01T00:00:00Z");
    await (await localRuns(state).create("churn", "broken")).write("record.json", '{"startedAt');
    expect(await localRuns(state).list("churn")).toEqual(["broken", "aaaa"]);
  });

  test("by id, by a beginning of four characters or more, and by a folder brought from elsewhere", async () => {
    await finished("7f3a01", "2001-03-01T00:00:00Z");
    await finished("7f3a02", "2001-03-02T00:00:00Z", "fraud");
    await finished("7f3a", "2001-03-03T00:00:00Z");
    await finished("5c1e99", "2001-03-04T00:00:00Z");
    const runs = localRuns(state);
    expect((await runs.open("7f3a02")).id).toBe("7f3a02");
    expect((await runs.open("5c1e")).id).toBe("5c1e99");
    expect((await runs.open("7f3a")).id).toBe("7f3a"); // an id goes before a beginning
    await expect(runs.open("7f3a0")).rejects.toEqual(refusal("RUN_AMBIGUOUS", { matches: ["7f3a01", "7f3a02"] }));
    await expect(runs.open("5c1")).rejects.toEqual(
      refusal("RUN_UNKNOWN", { known: ["5c1e99", "7f3a", "7f3a02", "7f3a01"] }),
    );
    expect((await runs.open(join(state, "runs/churn/5c1e99"))).id).toBe("5c1e99");
  });

  test("what is no bundle is refused with the reason", async () => {
    await localRuns(state).create("churn", "killed");
    await expect(localRuns(state).open("killed")).rejects.toEqual(
      refusal("BUNDLE_INVALID", { problem: expect.stringContaining("no record.json") }),
    );
    await expect(localRuns(state).open(join(folder, "nothing"))).rejects.toEqual(refusal("BUNDLE_INVALID"));
    mkdirSync(join(state, "runs/churn/killed/record.json"));
    await expect(localRuns(state).open("killed")).rejects.toEqual(refusal("BUNDLE_INVALID"));
  });

  test("a folder that cannot be read is an error, not an empty history", async (context) => {
    if (process.getuid?.() === 0) writeFileSync(join(folder, "runs-is-a-file"), "");
    mkdirSync(state);
    if (process.getuid?.() === 0) writeFileSync(join(state, "runs"), "");
    else {
      mkdirSync(join(state, "runs"));
      chmodSync(join(state, "runs"), 0);
      context.onTestFinished(() => chmodSync(join(state, "runs"), 0o700));
    }
    await expect(localRuns(state).list("churn")).rejects.toThrow();
  });
});

describe("the checkpoint folder", () => {
  test("belongs to a model and an inputs digest, survives, and can be cleared", async () => {
    const first = await localRuns(state).checkpoints("churn", sha256("inputs"));
    expect(await first.holds()).toBe(false);
    writeFileSync(join(first.path, "step-1"), "x");
    const again = await localRuns(state).checkpoints("churn", sha256("inputs"));
    expect([again.path, await again.holds()]).toEqual([first.path, true]);
    expect(await (await localRuns(state).checkpoints("churn", sha256("other"))).holds()).toBe(false);
    await again.clear();
    expect([await first.holds(), readdirSync(first.path)]).toEqual([false, []]);
  });
});

describe("the lock of a model", () => {
  test("is held by one at a time, each model its own", async () => {
    const runs = localRuns(state);
    const release = await runs.lock("churn");
    await expect(localRuns(state).lock("churn")).rejects.toEqual(
      refusal("RUN_BUSY", { model: "churn", owner: `process ${process.pid} on ${hostname()}` }),
    );
    await (await runs.lock("fraud"))();
    await release();
    await (await runs.lock("churn"))();
    expect(readdirSync(join(state, "locks"))).toEqual([]);
  });

  test("of a killed process is taken over by exactly one of those who wait", async () => {
    const source = `const { localRuns } = await import(${JSON.stringify(join(import.meta.dirname, "runs.ts"))});
      await localRuns(${JSON.stringify(state)}).lock("churn"); console.log("locked"); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--conditions=trainyard-source", "--input-type=module", "-e", source], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    await expect(localRuns(state).lock("churn")).rejects.toEqual(refusal("RUN_BUSY"));
    child.kill("SIGKILL");
    await once(child, "exit");
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => localRuns(state).lock("churn")));
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
    expect(readdirSync(join(state, "locks"))).toEqual(["churn.train"]);
  });

  test.each([
    ["whose id another process has now", { pid: process.pid, started: "long ago", host: hostname() }],
    ["that lost its bytes", ""],
  ])("of a process %s is taken over", async (_what, owner) => {
    mkdirSync(join(state, "locks"), { recursive: true });
    writeFileSync(join(state, "locks/churn.train"), owner === "" ? "" : JSON.stringify(owner));
    await (await localRuns(state).lock("churn"))();
  });

  test("of another machine is never taken over; the refusal says what to remove", async () => {
    mkdirSync(join(state, "locks"), { recursive: true });
    writeFileSync(join(state, "locks/churn.train"), JSON.stringify({ pid: 1, started: null, host: "gpu-3" }));
    const owner = expect.stringContaining(
      `process 1 on gpu-3; if it is gone, remove ${join(state, "locks/churn.train")}`,
    );
    await expect(localRuns(state).lock("churn")).rejects.toEqual(refusal("RUN_BUSY", { owner }));
  });
});
