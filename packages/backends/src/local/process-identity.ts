import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { errorCode } from "./file-refusals.ts";

/** A process, told apart from a later one that got the same id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, as the system says it; null where it does not. */
  readonly started: string | null;
  readonly host: string;
}

export function thisProcess(): ProcessIdentity {
  return processWith(process.pid);
}

/** The process that has an id now. */
export function processWith(pid: number): ProcessIdentity {
  return { pid, started: startOf(pid), host: hostname() };
}

/** False only when it is certain that the process is gone: one on another machine may be alive. */
export function mayBeAlive(owner: ProcessIdentity): boolean {
  if (owner.host !== hostname()) return true;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return errorCode(error) === "EPERM"; // alive, and somebody else's
  }
  if (isZombie(owner.pid)) return false; // dead, and nobody has asked for its exit code yet
  const started = startOf(owner.pid);
  return owner.started === null || started === null || owner.started === started;
}

/** Linux: boot id and clock ticks from boot to start (proc(5), field 22 of stat). Elsewhere what ps says, to the second. */
function startOf(pid: number): string | null {
  try {
    if (process.platform !== "linux") {
      const words = ["-o", "lstart=", "-p", String(pid)];
      return execFileSync("/bin/ps", words, { encoding: "utf8", timeout: 5000, env: { LC_ALL: "C" } }).trim() || null;
    }
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]; // the name before ")" may hold spaces
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim()} ${ticks}`;
  } catch {
    return null;
  }
}

/** proc(5), field 3 of stat: Z is a zombie, X is dead. */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return /^[ZX] /.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}
