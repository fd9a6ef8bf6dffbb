import type { Processes } from "@trainyard/core";
import type { JobLog } from "./job-log.ts";

/** Shows what the user's commands print in the log of the job, each step folded, where no line of it can command the runner. */
export function echoOutput(processes: Processes, log: JobLog): Processes {
  return {
    async run(command) {
      const echo = log.openEcho(`${command.step}: ${command.command}`);
      try {
        return await processes.run({
          ...command,
          onLine(line) {
            echo.line(line);
            command.onLine?.(line);
          },
        });
      } finally {
        echo.close();
      }
    },
  };
}
