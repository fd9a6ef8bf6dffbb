import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";

interface Asked {
  resolve(): void;
  reject(problem: string): void;
}

/**
 * Moves the refs of one repository through one `git update-ref --stdin`. A child that refuses a move ends with its words; those who asked for
 * later ones ask the next child.
 */
export class RefUpdates {
  readonly #path: string;
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcessWithoutNullStreams | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(path: string, environment: Readonly<Record<string, string>>) {
    this.#path = path;
    this.#environment = environment;
  }

  /** One line of `update-ref --stdin`, as a transaction of its own. Rejects with git's words. */
  do(line: string): Promise<void> {
    const done = this.#last.then(() => this.#do(line));
    this.#last = done.catch(() => {});
    return done;
  }

  close(): void {
    this.#child?.stdin.end();
    this.#child = null;
  }

  #do(line: string): Promise<void> {
    const child = this.#start();
    return new Promise((resolve, reject) => {
      let said = "";
      let problem = "";
      const asked: Asked = { resolve: () => settle(resolve), reject: (text) => settle(() => reject(new Error(text))) };
      const hear = (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes("commit: ok\n")) asked.resolve();
      };
      const complain = (chunk: Buffer) => {
        problem += chunk.toString();
      };
      const fail = (error: Error) => asked.reject(error.message);
      const end = () => {
        if (this.#child === child) this.#child = null;
        asked.reject(problem.trim() || "git update-ref ended");
      };
      const settle = (how: () => void) => {
        child.stdout.off("data", hear);
        child.stderr.off("data", complain);
        child.off("error", fail);
        child.off("close", end);
        how();
      };
      child.stdout.on("data", hear);
      child.stderr.on("data", complain);
      child.on("error", fail);
      child.on("close", end);
      child.stdin.write(`start\n${line}\nprepare\ncommit\n`);
    });
  }

  #start(): ChildProcessWithoutNullStreams {
    if (this.#child !== null) return this.#child;
    const child = spawn("git", ["update-ref", "--stdin"], { env: { ...this.#environment, GIT_DIR: this.#path } });
    child.stdin.on("error", () => {}); // the close that follows says why
    child.on("error", () => {});
    this.#child = child;
    return child;
  }
}
