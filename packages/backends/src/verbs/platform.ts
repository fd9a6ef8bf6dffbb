import { TrainyardError } from "@trainyard/core";

/** Training needs process groups and deploying atomic symlinks; elsewhere they are refused, and reading works. @throws PLATFORM_UNSUPPORTED */
export function needsPosix(verb: string, platform: NodeJS.Platform = process.platform): void {
  if (platform === "win32") throw new TrainyardError("PLATFORM_UNSUPPORTED", { platform: "Windows", verb });
}
