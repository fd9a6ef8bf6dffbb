/** What a runner makes of the output of a step (actions/runner, ActionCommandManager.cs and ActionCommand.cs). */
export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  readonly title: string | undefined;
  readonly message: string;
}

const REGISTERED = new Set([
  "add-mask",
  "add-matcher",
  "debug",
  "echo",
  "endgroup",
  "error",
  "group",
  "notice",
  "remove-matcher",
  "save-state",
  "set-env",
  "set-output",
  "add-path",
  "stop-commands",
  "warning",
]);

/** Reads lines as a runner does: commands are obeyed and taken out, until `stop-commands` and again after its token; secrets are masked. */
export class WorkflowLog {
  readonly annotations: Annotation[] = [];
  readonly masks: string[] = [];
  readonly groups: string[] = [];
  /** Every command that was obeyed, by name. */
  readonly obeyed: string[] = [];
  /** The log as people see it. */
  readonly lines: string[] = [];
  #stop: string | null = null;
  #open = 0;

  read(line: string): void {
    const command = parseCommand(line, this.#stop === null ? REGISTERED : new Set([...REGISTERED, this.#stop]));
    if (command === null || (this.#stop !== null && command.name !== this.#stop)) {
      this.lines.push(this.masks.reduce((text, secret) => text.replaceAll(secret, "***"), line));
      return;
    }
    if (command.name === this.#stop) {
      this.#stop = null;
      return;
    }
    this.obeyed.push(command.name);
    if (command.name === "stop-commands") this.#stop = command.message.toLowerCase();
    else if (command.name === "add-mask") this.masks.push(command.message);
    else if (command.name === "group") this.#open = this.groups.push(command.message);
    else if (command.name === "endgroup") this.#open = 0;
    else if (command.name === "error" || command.name === "warning" || command.name === "notice") {
      this.annotations.push({ level: command.name, title: command.properties.title, message: command.message });
    }
  }

  /** True when commands are read again and no group is open: what a step should leave behind. */
  get settled(): boolean {
    return this.#stop === null && this.#open === 0;
  }
}

interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

/** `::name k=v,k=v::message` after blanks, or `##[name k=v;k=v]message` anywhere; only registered names. */
function parseCommand(line: string, registered: ReadonlySet<string>): Command | null {
  const newer = /^::([^:]*?(?::(?!:)[^:]*?)*)::(.*)$/s.exec(line.replace(/^[\s\u0085]+/, ""));
  const older = /##\[([^\]]+)\](.*)$/s.exec(line);
  return commandOf(newer, registered, ",", decodeV2) ?? commandOf(older, registered, ";", (text) => text);
}

function commandOf(
  match: RegExpExecArray | null,
  registered: ReadonlySet<string>,
  separator: string,
  decode: (text: string) => string,
): Command | null {
  if (match === null) return null;
  const [, info = "", message = ""] = match;
  const space = info.indexOf(" ");
  const name = (space < 0 ? info : info.slice(0, space)).toLowerCase();
  if (!registered.has(name)) return null;
  const properties: Record<string, string> = {};
  for (const pair of space < 0 ? [] : info.slice(space + 1).split(separator)) {
    const equals = pair.indexOf("=");
    if (equals > 0)
      // The sign itself comes last: what stood there as "%3A" is "%253A" here, and no colon.
      properties[pair.slice(0, equals).trim()] = decode(
        pair
          .slice(equals + 1)
          .replaceAll("%3A", ":")
          .replaceAll("%2C", ","),
      );
  }
  return { name, properties, message: decode(message) };
}

function decodeV2(text: string): string {
  return text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
}
