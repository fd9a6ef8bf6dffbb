import { instant, longDate } from "../../time.ts";

/** "30 June 2001, 14:02 UTC", and whether that clock was told; text that is no instant stays as it is, so escape what comes back. */
export function moment(at: string, simulated: boolean): string {
  const milliseconds = instant(at);
  return `${milliseconds === null ? at : `${longDate(milliseconds)} UTC`}${simulated ? " (simulated clock)" : ""}`;
}
