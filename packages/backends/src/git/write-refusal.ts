import { TrainyardError } from "@trainyard/core";

/** What a failed write means to the person. */
export function registryWriteRefusal(error: unknown, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "GIT_FAILED") return refusalInWords(message, path, message, error) ?? error;
  if (code === "ENOSPC" || code === "EDQUOT") return new TrainyardError("DISK_FULL", { path }, { cause: error });
  if (code === "EACCES" || code === "EROFS" || code === "EPERM")
    return new TrainyardError("REGISTRY_READ_ONLY", { problem: message }, { cause: error });
  return error;
}

/** What git's words say about the disk; null when they are about something else. */
export function refusalInWords(words: string, path: string, problem: string, cause?: unknown): TrainyardError | null {
  // git does not say why it could not fill a lock that it could make.
  if (/No space left|disk quota|couldn't write '[^']*\.lock'/i.test(words))
    return new TrainyardError("DISK_FULL", { path }, { cause });
  if (/Permission denied|Read-only file system|insufficient permission/i.test(words))
    return new TrainyardError("REGISTRY_READ_ONLY", { problem }, { cause });
  return null;
}
