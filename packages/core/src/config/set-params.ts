import type { JsonValue, Params } from "../data/params.ts";
import { describe } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import { parseFlowYaml } from "./flow-yaml.ts";

/** One `--set`: `name` may be dotted, each part a key of a mapping or an index of a list. */
export interface Setting {
  readonly name: string;
  readonly value: JsonValue;
}

/** Reads `name=value`, the value as YAML 1.2 on one line. @throws INPUT_INVALID */
export function parseSetting(text: string): Setting {
  const equals = text.indexOf("=");
  const name = equals < 0 ? "" : text.slice(0, equals).trim();
  if (name === "" || name.split(".").includes("")) {
    throw new TrainyardError("INPUT_INVALID", { input: "set", expected: "name=value", got: JSON.stringify(text) });
  }
  const value = parseFlowYaml(text.slice(equals + 1));
  if ("problem" in value) {
    const got = `${describe(text.slice(equals + 1))} (${value.problem})`;
    throw new TrainyardError("INPUT_INVALID", { input: `set ${name}`, expected: "a YAML value", got });
  }
  return { name, value: value.value };
}

/**
 * The parameters with settings (`name=value`) applied in order; the given ones stay as they are. A name that is new is added.
 * @throws INPUT_INVALID
 */
export function setParams(params: Params, settings: readonly string[]): Params {
  return settings.map(parseSetting).reduce<Params>((before, { name, value }) => {
    return setIn(before, name.split("."), value, name) as Params;
  }, params);
}

/**
 * Names of settings that the parameters of a file do not have, with those that stand at the same place there: a misspelt one
 * would train with the old value.
 */
export function newNames(
  params: Params,
  settings: readonly string[],
): { readonly name: string; readonly known: readonly string[] }[] {
  return settings.map(parseSetting).flatMap(({ name }) => {
    let inside: JsonValue | undefined = params;
    for (const key of name.split(".")) {
      if (inside === null || typeof inside !== "object") return [];
      const names: string[] = Object.keys(inside);
      if (!Array.isArray(inside) && !names.includes(key)) return [{ name, known: names }];
      inside = (inside as Record<string, JsonValue>)[key];
    }
    return [];
  });
}

function setIn(
  inside: JsonValue | undefined,
  [key, ...rest]: readonly string[],
  value: JsonValue,
  name: string,
): JsonValue {
  if (key === undefined) return value;
  if (Array.isArray(inside)) {
    const index = /^\d{1,9}$/.test(key) ? Number(key) : Number.NaN;
    if (!(index < inside.length)) {
      const expected = `an index below ${inside.length} at "${key}"`;
      throw new TrainyardError("INPUT_INVALID", { input: `set ${name}`, expected, got: describe(inside) });
    }
    return inside.with(index, setIn(inside[index], rest, value, name));
  }
  if (inside !== undefined && inside !== null && typeof inside !== "object") {
    const expected = `the name of a mapping before ".${key}"`;
    throw new TrainyardError("INPUT_INVALID", { input: `set ${name}`, expected, got: describe(inside) });
  }
  const mapping = inside ?? {};
  const before = Object.hasOwn(mapping, key) ? mapping[key] : undefined;
  // Entries rather than a spread and an assignment: a parameter may be called __proto__.
  const entries = Object.entries(mapping).filter(([other]) => other !== key);
  const at = Object.keys(mapping).indexOf(key);
  entries.splice(at < 0 ? entries.length : at, 0, [key, setIn(before, rest, value, name)]);
  return Object.fromEntries(entries);
}
