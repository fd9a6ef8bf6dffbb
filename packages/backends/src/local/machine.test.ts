import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { clockFrom, simulatedClock, systemClock } from "./clock.ts";
import { localMachine, parseGpu } from "./machine.ts";
import { systemRandom } from "./random.ts";

/** A folder of programs that say what real ones said. */
function programs(answers: Record<string, string>): { PATH: string } {
  const folder = mkdtempSync(join(tmpdir(), "programs-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, body] of Object.entries(answers)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return { PATH: folder };
}

describe("the machine", () => {
  test("is described, without a GPU and without Python where there is none", async () => {
    const machine = await localMachine(programs({})).describe();
    expect(machine).toMatchObject({
      arch: process.arch,
      cpu: cpus()[0]?.model.trim() || "unknown",
      gpus: [],
      python: null,
    });
    expect([machine.cores, machine.memoryBytes].every((value) => Number.isInteger(value) && value > 0)).toBe(true);
  });

  test("lists what nvidia-smi and python say", async () => {
    const smi = "/bin/cat <<E\nNVIDIA H100 80GB HBM3, 81559, 550.54.15\nTesla T4, [N/A], [N/A]\nE";
    const { gpus, python } = await localMachine(
      programs({ "nvidia-smi": smi, python3: "echo Python 3.13.1" }),
    ).describe();
    expect(gpus).toEqual([
      { name: "NVIDIA H100 80GB HBM3", memoryBytes: 81559 * 2 ** 20, driver: "550.54.15" },
      { name: "Tesla T4", memoryBytes: null, driver: null },
    ]);
    expect(python).toBe("3.13.1");
  });

  test("has no GPU when the driver fails, or answers in prose", async () => {
    expect(
      (await localMachine(programs({ "nvidia-smi": "echo 'NVIDIA-SMI has failed, because x, y'; exit 9" })).describe())
        .gpus,
    ).toEqual([]);
    expect(parseGpu("NVIDIA-SMI has failed because it could not communicate, with, the driver")).toBeNull();
    expect(parseGpu("")).toBeNull();
  });

  test("does not wait for a driver that hangs", async () => {
    expect((await localMachine(programs({ "nvidia-smi": "exec /bin/sleep 60" })).describe()).gpus).toEqual([]);
  }, 10_000);
});

describe("the clock", () => {
  test("tells the time, or stands where it is told to", async () => {
    expect(Math.abs(systemClock().now() - Date.now())).toBeLessThan(1000);
    const clock = clockFrom({ TRAINYARD_NOW: "2001-03-22T06:00:00+01:00" });
    expect([clock.simulated, clock.now()]).toEqual([true, Date.UTC(2001, 2, 22, 5)]);
    const before = clock.seconds();
    await clock.sleep(20);
    expect(clock.seconds() - before).toBeGreaterThan(0.01);
    expect(simulatedClock("2001-03-22").now()).toBe(Date.UTC(2001, 2, 22));
    expect(clockFrom({ TRAINYARD_NOW: "" }).simulated).toBe(false);
  });

  test.each([
    "yesterday",
    "1",
    "2001-02-30",
    "2001-13-01T00:00:00Z",
    "2001-03-22T06:00:00",
    "2001-03-22T25:00:00Z",
    "22.3.2001",
  ])("%s is no instant", (text) => {
    expect(() => simulatedClock(text)).toThrow(
      expect.objectContaining({ code: "INPUT_INVALID", details: expect.objectContaining({ input: "TRAINYARD_NOW" }) }),
    );
  });
});

test("randomness is uniform enough to spread retries", () => {
  const draws = Array.from({ length: 1000 }, systemRandom().fraction);
  expect(draws.every((value) => value >= 0 && value < 1)).toBe(true);
  expect(new Set(draws).size).toBe(1000);
  expect(systemRandom().uuid()).toMatch(/^[0-9a-f]{8}-/);
});
