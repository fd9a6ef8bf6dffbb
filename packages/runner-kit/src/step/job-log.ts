import { randomUUID } from "node:crypto";
import { visibleLines } from "@trainyard/core";
import { inert, workflowCommand } from "./workflow-command.ts";

export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  /** Shown in bold: the code of a refusal. */
  readonly title: string;
  readonly message: string;
}

/** Characters of user output shown in the job's log; the run's own log keeps all of it. */
const ECHO_LIMIT = 4 * 1024 * 1024;

/** The log of a step as a runner reads it. Only this class writes workflow commands, and nothing it is told can become one, or act on a terminal. */
export class JobLog {
  readonly #write: (text: string) => void;
  #echoed = 0;

  /** @param write Writes to stdout, where the runner listens. */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Lines in our own words. */
  say(text: string): void {
    this.#line(inert(visibleLines(text)));
  }

  /** One annotation. A runner keeps ten of a level in a step, so there is one per refusal, never one per row. */
  annotate({ level, title, message }: Annotation): void {
    this.#line(workflowCommand(level, visibleLines(message), { title: visibleLines(title) }));
  }

  /** Hides a value in everything the job prints from now on. Line by line, because the runner masks lines. */
  mask(secret: string): void {
    for (const line of secret.split(/\r?\n/)) if (line.trim() !== "") this.#line(workflowCommand("add-mask", line));
  }

  /**
   * A folded section for the output of the user's code, verbatim: between `stop-commands` and a token that cannot be guessed,
   * no line is read as a command.
   */
  openEcho(title: string): { line(text: string): void; close(): void } {
    const token = randomUUID().replaceAll("-", "");
    this.#line(workflowCommand("group", title));
    this.#line(workflowCommand("stop-commands", token));
    let open = true;
    return {
      line: (text) => {
        if (!open || this.#echoed > ECHO_LIMIT) return;
        this.#echoed += text.length + 1;
        this.#line(
          this.#echoed > ECHO_LIMIT ? "… the rest is in log.txt of the run bundle" : text.replace(/[\r\n]+/g, " "),
        );
      },
      close: () => {
        if (!open) return;
        open = false;
        this.#line(workflowCommand(token));
        this.#line(workflowCommand("endgroup"));
      },
    };
  }

  #line(text: string): void {
    this.#write(`${text}\n`);
  }
}
