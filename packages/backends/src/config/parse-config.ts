import { type Config, type ConfigProblem, checkConfig, TrainyardError } from "@trainyard/core";
import { parseYamlText, type YamlText } from "./yaml-text.ts";

/**
 * The config that a text says.
 *
 * @param name What messages call the file; "main:trainyard.yaml" for that of a branch.
 * @throws CONFIG_SYNTAX, CONFIG_UNKNOWN_KEY, CONFIG_INVALID, PATH_OUTSIDE
 */
export function parseConfig(text: string | Uint8Array, name: string): Config {
  const yaml = parseYamlText(typeof text === "string" ? new TextEncoder().encode(text) : text, name);
  const result = checkConfig(yaml.value);
  if ("config" in result) return result.config;
  throw configRefusal(result.problems[0] as ConfigProblem, yaml);
}

/** What is wrong, with the line and the column it stands at. */
export function configRefusal(problem: ConfigProblem, yaml: YamlText): TrainyardError {
  const field = problem.path.length === 0 ? "the file" : problem.path.map(String).join(".");
  if (problem.kind === "unknown-key") {
    const { nearest, known } = problem;
    return new TrainyardError("CONFIG_UNKNOWN_KEY", { at: yaml.at(problem.path, true), key: field, nearest, known });
  }
  if (problem.kind === "outside") {
    return new TrainyardError("PATH_OUTSIDE", { path: problem.got, what: `${yaml.at(problem.path)}: ${field}` });
  }
  const { expected } = problem;
  const got = yaml.value === null ? "empty" : problem.got;
  return new TrainyardError("CONFIG_INVALID", { at: yaml.at(problem.path, problem.key), field, expected, got });
}
