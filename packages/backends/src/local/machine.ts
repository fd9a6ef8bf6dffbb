import { execFile } from "node:child_process";
import { arch, availableParallelism, cpus, release, totalmem, type } from "node:os";
import type { Machine } from "@trainyard/core";

/** A driver that hangs (a GPU fallen off the bus) must not hold a training. */
const ANSWER_MS = 5000;
const QUERY = ["--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits"];

/** @param environment Where PATH is looked up: the one commands will see. */
export function localMachine(environment: Readonly<Record<string, string | undefined>> = process.env): Machine {
  return {
    async describe() {
      const [gpus, python] = await Promise.all([describeGpus(environment), describePython(environment)]);
      const processors = cpus();
      return {
        os: `${type()} ${release()}`,
        arch: arch(),
        cpu: processors[0]?.model.trim() || "unknown",
        cores: availableParallelism(),
        memoryBytes: totalmem(),
        gpus,
        python,
      };
    },
  };
}

type Gpu = Awaited<ReturnType<Machine["describe"]>>["gpus"][number];

async function describeGpus(environment: Readonly<Record<string, string | undefined>>): Promise<Gpu[]> {
  const answer = await ask("nvidia-smi", QUERY, environment);
  return (answer ?? "").split("\n").flatMap((line) => parseGpu(line) ?? []);
}

/** One line of nvidia-smi: name, memory in MiB, driver. What a card does not tell stands as `[N/A]` or `[Not Supported]`. */
export function parseGpu(line: string): Gpu | null {
  const fields = line.split(",").map((field) => field.trim());
  const driver = fields.at(-1);
  const memory = fields.at(-2);
  const name = fields.slice(0, -2).join(", ");
  if (driver === undefined || memory === undefined || name === "") return null; // also the prose of a driver that failed
  if (!/^(?:\d+(?:\.\d+)?|\[.+\])$/.test(memory)) return null;
  return {
    name,
    memoryBytes: memory.startsWith("[") ? null : Math.round(Number(memory) * 1024 * 1024),
    driver: driver === "" || driver.startsWith("[") ? null : driver,
  };
}

/** "3.13.1", of the interpreter `python` or else `python3` names. */
async function describePython(environment: Readonly<Record<string, string | undefined>>): Promise<string | null> {
  for (const program of ["python", "python3"]) {
    const answer = await ask(program, ["--version"], environment);
    const version = /^Python (\S+)/.exec(answer ?? "")?.[1];
    if (version !== undefined) return version;
  }
  return null;
}

/** What a program prints, null when it is not there, fails or does not answer in time: the record then says that it is not known. */
function ask(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  return new Promise((resolve) => {
    const options = { env: { ...env }, timeout: ANSWER_MS, killSignal: "SIGKILL", maxBuffer: 1 << 20 } as const;
    execFile(program, args, options, (error, stdout, stderr) => {
      resolve(error === null ? stdout || stderr : null); // Python 2 answers on stderr
    });
  });
}
