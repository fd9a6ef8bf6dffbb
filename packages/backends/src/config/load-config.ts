import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CONFIG_NAME, type Config, TrainyardError } from "@trainyard/core";
import { readRefusal } from "../local/file-refusals.ts";
import { projectFolder } from "./project-folder.ts";

/** A config with the project it belongs to. */
export interface LoadedConfig {
  readonly config: Config;
  /** The project folder: absolute, canonical. */
  readonly root: string;
  /** Absolute path of the config file. */
  readonly file: string;
}

/**
 * Finds trainyard.yaml in a folder or above it, and reads it.
 *
 * @param from Where to look first: the working directory, or the folder `-C` names.
 * @throws CONFIG_NOT_FOUND, CONFIG_SYNTAX, CONFIG_UNKNOWN_KEY, CONFIG_INVALID, PATH_OUTSIDE, FILE_UNREADABLE
 */
export async function loadConfig(from: string): Promise<LoadedConfig> {
  const root = await projectFolder(from);
  const file = join(root, CONFIG_NAME);
  const bytes = await readConfigFile(file);
  const { parseConfig } = await import("./parse-config.ts"); // a YAML parser is 10 ms of start-up, and not every start has a config
  return { config: parseConfig(bytes, CONFIG_NAME), root, file };
}

/** At most a little more than a config may have, so that a pipe or a disk image is not read to its end. */
async function readConfigFile(file: string): Promise<Uint8Array> {
  try {
    const found = await stat(file); // a symlink to another place is the user's way to share a config
    if (!found.isFile())
      throw new TrainyardError("FILE_UNREADABLE", { path: CONFIG_NAME, problem: "it is not a plain file" });
    if (found.size > 16 * 1024 * 1024) {
      throw new TrainyardError("CONFIG_SYNTAX", { at: `${CONFIG_NAME}:1:1`, problem: `it has ${found.size} bytes` });
    }
    return await readFile(file);
  } catch (error) {
    throw readRefusal(error, CONFIG_NAME, "The config");
  }
}
