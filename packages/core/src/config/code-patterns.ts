import type { Config, ModelConfig } from "./config.ts";
import { CONFIG_NAME } from "./config-name.ts";
import { declaredPaths, NEVER_CODE } from "./declared-paths.ts";

/** Which files of a project are a model's code. */
export interface CodePatterns {
  /** Null: the tracked files. */
  readonly patterns: readonly string[] | null;
  readonly except: readonly string[];
}

/**
 * The files `train.code` names, else the tracked ones that are not declared to be something else.
 * @param data Files of one run alone.
 */
export function codePatterns(
  { train }: Pick<ModelConfig, "train">,
  project: Config,
  data: readonly string[] = [],
): CodePatterns {
  const { made, kept } = declaredPaths(project);
  if (train.code !== undefined) return { patterns: train.code, except: made };
  return { patterns: null, except: [...made, ...kept, ...data, ...NEVER_CODE, CONFIG_NAME] };
}
