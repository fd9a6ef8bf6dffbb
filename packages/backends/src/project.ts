import type { Backend, Config, Registry } from "@trainyard/core";
import type { Stop } from "./process/stop.ts";

/** An opened project: its config, its folder, and everything its verbs do to the world. */
export interface Project {
  readonly root: string;
  readonly config: Config;
  readonly backend: Backend;
  readonly registry: Registry;
  readonly stop: Stop;
  /** Refuses a write now that the registry would refuse later. @throws REGISTRY_ON_ORIGIN */
  mayWrite(): Promise<void>;
  /** Name and version of what runs, recorded in documents: "trainyard 0.1.0". */
  readonly tool: string;
}
