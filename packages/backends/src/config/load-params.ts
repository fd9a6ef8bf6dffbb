import { type JsonValue, type Params, parseJson, TrainyardError } from "@trainyard/core";
import { parseYamlText } from "./yaml-text.ts";

/**
 * Parameters from the text of a params file: a mapping, as JSON (`.json`) or YAML. Integers beyond 2^53 and numbers that are not finite are refused:
 * a record could not carry them.
 *
 * @param name What messages call the file.
 * @throws CONFIG_SYNTAX, CONFIG_INVALID, JSON_SYNTAX
 */
export function parseParams(text: string, name: string): Params {
  if (name.endsWith(".json")) parseJson(text, name); // JSON's own complaint is the better one; YAML then gives the places
  const yaml = parseYamlText(new TextEncoder().encode(text), name);
  if (yaml.value === null || yaml.value === undefined) return {};
  check(yaml.value, [], (path, expected, got) => {
    const field = path.length === 0 ? "the file" : path.join(".");
    return new TrainyardError("CONFIG_INVALID", { at: yaml.at(path), field, expected, got });
  });
  return yaml.value as Params;
}

type Refuse = (path: readonly (string | number)[], expected: string, got: string) => TrainyardError;

function check(value: unknown, path: readonly (string | number)[], refuse: Refuse): asserts value is JsonValue {
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw refuse(path, "a finite number", String(value));
    if (Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21) {
      throw refuse(path, "an integer up to 2^53, or quoted", `about ${value}`);
    }
  } else if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) check(inner, [...path, index], refuse);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) check(inner, [...path, key], refuse);
  } else if (path.length === 0) {
    throw refuse(path, "a mapping of names to values", JSON.stringify(value) ?? typeof value);
  }
  if (path.length === 0 && (typeof value !== "object" || value === null || Array.isArray(value))) {
    throw refuse(path, "a mapping of names to values", Array.isArray(value) ? "a list" : JSON.stringify(value));
  }
}
