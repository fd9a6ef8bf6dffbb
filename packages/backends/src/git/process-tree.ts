import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/**
 * A process and all that descend from it, the parents first. Git stays in our process group, so that Ctrl-C reaches it and ssh can ask for a
 * passphrase: what it started is found by parents instead. Where nobody tells them (Windows) it is the process alone.
 */
export function processTree(root: number): number[] {
  const parents = process.platform === "linux" ? fromProc() : process.platform === "win32" ? [] : fromPs();
  const tree = [root];
  for (const parent of tree)
    for (const [child, of] of parents) if (of === parent && !tree.includes(child)) tree.push(child);
  return tree;
}

/** Sends a signal to those that still run. */
export function signalAll(processes: readonly number[], signal: NodeJS.Signals): void {
  for (const id of processes) {
    try {
      process.kill(id, signal);
    } catch {
      // it ended meanwhile, or is another user's (sudo in a hook)
    }
  }
}

function fromProc(): [process: number, parent: number][] {
  return readdirSync("/proc").flatMap((name): [number, number][] => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      return [[Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])]]; // state, ppid: proc(5)
    } catch {
      return []; // it ended while we looked
    }
  });
}

function fromPs(): [process: number, parent: number][] {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  return (stdout ?? "").split("\n").map((line): [number, number] => {
    const [child, parent] = line.trim().split(/\s+/);
    return [Number(child), Number(parent)];
  });
}
