import { type ConfigProblem, Policy, problemsOf } from "@trainyard/core";
import { configRefusal } from "./parse-config.ts";
import { parseYamlText } from "./yaml-text.ts";

/**
 * A policy from the text of a file, YAML or JSON. Strict: a rule that is misspelt must not be passed over.
 *
 * @param name What messages call the file.
 * @throws CONFIG_SYNTAX, CONFIG_UNKNOWN_KEY, CONFIG_INVALID
 */
export function parsePolicy(text: string, name: string): Policy {
  const yaml = parseYamlText(new TextEncoder().encode(text), name);
  const result = Policy.safeParse(yaml.value);
  if (result.success) return result.data;
  throw configRefusal(problemsOf(Policy, result.error.issues, yaml.value)[0] as ConfigProblem, yaml);
}
