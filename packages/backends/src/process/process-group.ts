import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode } from "../local/file-refusals.ts";

/**
 * The processes a command started. It catches daemons as long as they stay in the group; one that makes a session of its own (setsid)
 * escapes, and so does everything when we ourselves are killed with SIGKILL: no process can prevent that.
 */
export class ProcessGroup {
  readonly id: number;

  /** @param id Process id of the leader, started `detached`. */
  constructor(id: number) {
    this.id = id;
  }

  /** @returns False when nobody is left to hear it. */
  signal(signal: NodeJS.Signals): boolean {
    try {
      process.kill(-this.id, signal);
      return true;
    } catch (error) {
      if (errorCode(error) === "ESRCH") return false;
      if (errorCode(error) === "EPERM") return true; // macOS: only dead members, or another user's, are left
      throw error;
    }
  }

  /** Whether a member runs. The dead whose parent does not collect them (a container without init) do not count. */
  get alive(): boolean {
    try {
      process.kill(-this.id, 0);
    } catch (error) {
      if (errorCode(error) === "ESRCH") return false;
      if (process.platform !== "linux") return false;
    }
    return process.platform !== "linux" || this.#hasLivingMember();
  }

  /** Waits until no member runs. @returns False when it took longer than `milliseconds`, or `hurry` was called off. */
  async gone(milliseconds: number, hurry: AbortSignal): Promise<boolean> {
    const end = performance.now() + milliseconds;
    for (let wait = 5; this.alive; wait = Math.min(wait * 2, 100)) {
      if (hurry.aborted || performance.now() >= end) return false;
      await sleep(wait);
    }
    return true;
  }

  /** Ends what is left: asks, waits, then kills. */
  async end(milliseconds: number, hurry: AbortSignal): Promise<void> {
    if (!this.alive) return;
    this.signal("SIGTERM");
    this.signal("SIGCONT"); // a stopped process hears nothing but SIGKILL until it goes on
    if (await this.gone(milliseconds, hurry)) return;
    this.signal("SIGKILL");
    await this.gone(KILL_MS, new AbortController().signal); // one in an uninterruptible read (a dead disk) may stay: do not wait for ever
  }

  #hasLivingMember(): boolean {
    for (const name of readdirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "latin1");
        const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // state, ppid, pgrp: proc(5)
        if (Number(group) === this.id && state !== "Z" && state !== "X") return true;
      } catch {
        // it ended while we looked
      }
    }
    return false;
  }
}

const KILL_MS = 5000;
