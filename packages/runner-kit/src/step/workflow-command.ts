/**
 * The commands a runner reads from a step's output: `::name key=value,key=value::message`. Stdout and stderr are both read,
 * `::` may stand after blanks, and the older `##[name]` may stand anywhere in a line (actions/runner, ActionCommand.cs).
 */
export function workflowCommand(name: string, message = "", properties: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${name}${pairs.length === 0 ? "" : ` ${pairs.join(",")}`}::${escapeMessage(message)}`;
}

/** A message may hold `:` and `,`, but neither a line break nor a bare `%`. */
export function escapeMessage(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

export function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/** Text in which no line is a command, for what is told in our own words but holds words of others: names, paths, commands. */
export function inert(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.replaceAll("##[", "# #[").replace(/^([\s\u0085]*):(?=:)/, "$1: ")) // .NET counts U+0085 as a blank
    .join("\n");
}
