import type { Progress } from "@trainyard/core";
import type { JobLog } from "./job-log.ts";

const SUBJECT = 13;

/** Progress as lines of a log: what happened stays, what merely goes on is left out, because nothing moves there. */
export function logProgress(log: JobLog): Progress {
  return {
    done(subject, text, detail) {
      const seconds = detail?.seconds === undefined ? "" : `${detail.seconds.toFixed(1)} s`;
      const right = [seconds, detail?.extra ?? ""].filter((part) => part !== "").join("   ");
      log.say(`  ${subject.padEnd(SUBJECT)}${right === "" ? text : `${text}   ${right}`}`);
    },
    working() {},
    note: (text) => log.say(`  note: ${text}`),
  };
}
