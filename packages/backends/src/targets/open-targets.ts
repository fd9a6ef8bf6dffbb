import { resolve } from "node:path";
import { type Targets, TrainyardError } from "@trainyard/core";
import { DirectoryTarget } from "./directory.ts";

/** Opens deployment targets; a relative path is one below `root`, the folder of trainyard.yaml. */
export function openTargets(root: string): Targets {
  return {
    open({ kind, path }) {
      if (kind !== "directory")
        throw new TrainyardError("NOT_SUPPORTED", { what: `The target "${kind}"`, where: "here" });
      return new DirectoryTarget(resolve(root, path), path);
    },
  };
}
