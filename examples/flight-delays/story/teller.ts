import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const command = fileURLToPath(new URL("../../../packages/cli/bin/trainyard.mjs", import.meta.url));

/** One command of the story: what it printed, and how it ended. */
export interface Told {
  readonly code: number;
  readonly text: string;
}

/** Tells the story in one terminal: headings, the commands as they are typed, what they print. */
export class Teller {
  readonly root: string;
  private readonly environment: NodeJS.ProcessEnv;

  constructor(root: string, python: string) {
    this.root = root;
    this.environment = {
      ...process.env,
      PATH: `${join(python, "..")}:${process.env["PATH"]}`,
      OMP_WAIT_POLICY: "passive",
      PYTHONDONTWRITEBYTECODE: "1",
    };
  }

  heading(number: string, title: string, now: string | null): void {
    const date = now === null ? "" : `   it is ${now.slice(0, 10)}`;
    this.say(`\n━━ ${number}  ${title}${date}\n`);
  }

  say(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  /**
   * Runs `trainyard …` in the workspace at a told time; its output appears as it comes.
   * @throws unless it ends with one of `expected`: then the story is broken, not the model.
   */
  async trainyard(words: readonly string[], now: string, expected: readonly number[] = [0]): Promise<Told> {
    this.say(`$ trainyard ${words.map(shown).join(" ")}`);
    const told = await this.start(process.execPath, [command, "-C", this.root, ...words], { TRAINYARD_NOW: now });
    if (!expected.includes(told.code))
      throw new Error(`trainyard ${words[0]} ended with ${told.code}, not ${expected.join(" or ")}`);
    this.say(`  → exit ${told.code}\n`);
    return told;
  }

  /** Runs a command whose output is not shown as it comes: for the caller to show, or for keeping the stage. */
  async quietly(words: readonly string[], now: string, expected: readonly number[] = [0]): Promise<Told> {
    const told = await this.start(
      process.execPath,
      [command, "-C", this.root, ...words],
      { TRAINYARD_NOW: now },
      false,
    );
    if (!expected.includes(told.code))
      throw new Error(`trainyard ${words.join(" ")} ended with ${told.code}:\n${told.text}`);
    return told;
  }

  /** Runs the example's Python without showing it as a step of Trainyard. */
  async python(words: readonly string[]): Promise<Told> {
    const told = await this.start("python", words, {});
    if (told.code !== 0) throw new Error(`python ${words.join(" ")} ended with ${told.code}`);
    return told;
  }

  private start(file: string, words: readonly string[], extra: NodeJS.ProcessEnv, show = true): Promise<Told> {
    return new Promise((resolve, reject) => {
      const child = spawn(file, words, {
        cwd: this.root,
        env: { ...this.environment, ...extra },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let text = "";
      child.stdout.on("data", (chunk: Buffer) => {
        text += chunk;
        if (show) process.stdout.write(chunk);
      });
      if (show) child.stderr.pipe(process.stderr, { end: false });
      else child.stderr.on("data", (chunk: Buffer) => (text += chunk));
      child.on("error", reject);
      child.on("close", (code, signal) =>
        signal === null ? resolve({ code: code ?? 1, text }) : reject(new Error(`${words[0]} was ended by ${signal}`)),
      );
    });
  }

  /** A long-running process of the story, here the model server. */
  background(file: string, words: readonly string[]): { stop(): Promise<void>; ready: Promise<string> } {
    const child = spawn(file, words, { cwd: this.root, env: this.environment, stdio: ["ignore", "pipe", "inherit"] });
    const ready = new Promise<string>((resolve, reject) => {
      let text = "";
      child.stdout.on("data", (chunk: Buffer) => {
        text += chunk;
        const url = /ready (http:\S+)/.exec(text)?.[1];
        if (url !== undefined) resolve(url);
      });
      child.on("error", reject);
      child.on("close", (code) => reject(new Error(`the server ended with ${code}`)));
    });
    const kill = () => child.kill("SIGTERM");
    process.once("exit", kill);
    return {
      ready,
      stop: () =>
        new Promise((resolve) => {
          process.off("exit", kill);
          if (child.exitCode !== null) return resolve();
          child.once("close", () => resolve());
          kill();
        }),
    };
  }
}

function shown(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`;
}
