import { readFileSync } from "node:fs";
import { stopOnSignals } from "@trainyard/backends";
import { commands } from "./commands.ts";
import { runCommandLine } from "./run-command-line.ts";
import { terminal } from "./terminal.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const screen = terminal(process, process.env);

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0); // `trainyard list | head`
  throw error;
});

const exit = await runCommandLine(process.argv.slice(2), commands, {
  folder: process.cwd(),
  environment: process.env,
  terminal: screen,
  stopFor(command) {
    const stop = stopOnSignals();
    // A command that holds nothing open ends at the first Ctrl-C; one that does is asked, and told to hurry by a second.
    stop.asked.addEventListener("abort", () => {
      if (!command.stops) process.exit(130);
      screen.err(`  ${stop.signal}: stopping in order; once more ends it at once`);
    });
    // A child is killed at once; whatever else is under way gets three seconds, then ends with us (the exit handler kills what is left).
    stop.now.addEventListener("abort", () => setTimeout(() => process.exit(130), 3000).unref());
    return stop;
  },
  version,
});
// A reader slower than us has not taken all of it yet, and what is not taken would be lost.
for (const stream of [process.stdout, process.stderr]) await new Promise<unknown>((taken) => stream.write("", taken));
process.exit(exit);
