import { TrainyardError } from "@trainyard/core";

/** The error code of a system call (`ENOENT`, …); undefined for other errors. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

const READ_PROBLEMS: Readonly<Record<string, string>> = {
  ELOOP: "it is a symlink, or one that leads nowhere",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is a file",
  EACCES: "you may not read it",
  EPERM: "you may not read it",
  ENXIO: "it is a socket or a pipe",
  EIO: "the disk reports an error",
  ENAMETOOLONG: "its name is too long",
};

const WRITE_PROBLEMS: Readonly<Record<string, string>> = {
  ...READ_PROBLEMS,
  EACCES: "you may not write there",
  EPERM: "you may not write there",
  EROFS: "the disk is read-only",
  ENOENT: "its folder does not exist",
};

/** What a failed read means for the person who named the file; an error that is no system error comes back as it is. */
export function readRefusal(error: unknown, path: string, what = "The file"): unknown {
  const code = errorCode(error);
  if (code === "ENOENT") return new TrainyardError("FILE_NOT_FOUND", { path, what }, { cause: error });
  const problem = code === undefined ? undefined : READ_PROBLEMS[code];
  return problem === undefined ? error : new TrainyardError("FILE_UNREADABLE", { path, problem }, { cause: error });
}

/** The same for a failed write: a full disk or quota is DISK_FULL. */
export function writeRefusal(error: unknown, path: string): unknown {
  const code = errorCode(error);
  if (code === "ENOSPC" || code === "EDQUOT") return new TrainyardError("DISK_FULL", { path }, { cause: error });
  const problem = code === undefined ? undefined : WRITE_PROBLEMS[code];
  return problem === undefined ? error : new TrainyardError("FILE_UNWRITABLE", { path, problem }, { cause: error });
}
