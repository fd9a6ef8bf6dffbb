import { type Progress, type Tone, visibleLines } from "@trainyard/core";
import { printable } from "./columns.ts";

/** Where text goes: stdout for results, stderr for what happens meanwhile. */
export interface Terminal {
  readonly progress: Progress;
  /** Colours a piece of text by its tone, when stdout is a terminal. */
  paint(text: string, tone: Tone): string;
  out(text: string): void;
  err(text: string): void;
  /** Asks a question on the terminal; null when there is none to ask on. */
  ask(question: string): Promise<string | null>;
  /** True when a person can answer. */
  readonly interactive: boolean;
}

interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** Select Graphic Rendition codes (ECMA-48): bold, faint, green, red, yellow. */
const CODES: Readonly<Record<Tone, number | null>> = { plain: null, strong: 1, muted: 2, pass: 32, fail: 31, warn: 33 };

/** Width of the column of subjects, and where times end. */
const SUBJECT = 13;
const WIDTH = 72;

/** A terminal over the process's streams; colours and moving lines only where a person looks (NO_COLOR is respected). */
export function terminal(streams: Streams, environment: Readonly<Record<string, string | undefined>>): Terminal {
  const colour = streams.stdout.isTTY === true && !environment["NO_COLOR"] && environment["TERM"] !== "dumb";
  const moving = streams.stderr.isTTY === true && environment["TERM"] !== "dumb";
  let shown = false;
  const clear = () => {
    if (shown) streams.stderr.write("\r\u001b[2K");
    shown = false;
  };
  const err = (text: string) => {
    clear();
    streams.stderr.write(`${text}\n`);
  };
  const progress: Progress = {
    done: (subject, text, detail) => err(line(subject, text, detail)),
    working(text, share) {
      if (!moving) return;
      clear();
      const width = (streams.stderr.columns ?? 80) - 1;
      streams.stderr.write(printable(`  ${share === null ? "…" : bar(share)} ${text}`).slice(0, width));
      shown = true;
    },
    note: (text) => err(`  note: ${visibleLines(text)}`),
  };
  return {
    progress,
    err,
    out(text) {
      clear();
      streams.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
    },
    paint: (text, tone) => (colour && CODES[tone] !== null ? `\u001b[${CODES[tone]}m${text}\u001b[0m` : text),
    interactive: streams.stdin.isTTY === true && streams.stderr.isTTY === true,
    async ask(question) {
      if (!(streams.stdin.isTTY === true && streams.stderr.isTTY === true)) return null;
      clear();
      const { createInterface } = await import("node:readline/promises");
      const reader = createInterface({ input: streams.stdin, output: streams.stderr });
      try {
        // Ctrl-D ends the input, and an answer never comes; Ctrl-C is read as a key here, and would be lost.
        const ended = new Promise<null>((resolve) => reader.once("close", () => resolve(null)));
        reader.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
        return await Promise.race([reader.question(question), ended]);
      } finally {
        reader.close();
      }
    },
  };
}

/** `  prepare      reused from run 5c1e                     0.2 s   auc 0.676` */
function line(subject: string, text: string, detail?: { seconds?: number; extra?: string }): string {
  const left = `  ${printable(subject).padEnd(SUBJECT - 2)}  ${printable(text)}`;
  const seconds = detail?.seconds === undefined ? "" : `${detail.seconds.toFixed(1)} s`;
  const right = detail?.extra === undefined || detail.extra === "" ? "" : `   ${printable(detail.extra)}`;
  return seconds === ""
    ? `${left}${right}`
    : `${left.padEnd(WIDTH - seconds.length)}${left.length >= WIDTH - seconds.length ? " " : ""}${seconds}${right}`;
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * 20);
  return `[${"█".repeat(full)}${"·".repeat(20 - full)}]`;
}
