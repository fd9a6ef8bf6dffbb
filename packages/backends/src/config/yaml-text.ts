import { TrainyardError } from "@trainyard/core";
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from "yaml";

/** A config or a params file is written by hand; what is larger is something else. */
const MOST_BYTES = 1024 * 1024;
const MOST_ALIASES = 100;

/** A YAML text as a value, with the places its parts came from. */
export interface YamlText {
  readonly value: unknown;
  /** "trainyard.yaml:14:9", of the value at a path, of its key when `key`, or of the nearest thing around it. */
  at(path: readonly PropertyKey[], key?: boolean): string;
  /** The line of it, from 1. */
  line(path: readonly PropertyKey[], key?: boolean): number;
}

/**
 * Reads YAML 1.2 (core schema); JSON is a part of it. Strict: double keys, unknown tags, several documents and bytes that are no text are refused.
 *
 * @param name What messages call the file.
 * @throws CONFIG_SYNTAX
 */
export function parseYamlText(bytes: Uint8Array, name: string): YamlText {
  const refuse = (position: string, problem: string, cause?: unknown) =>
    new TrainyardError("CONFIG_SYNTAX", { at: `${name}:${position}`, problem }, { cause });

  if (bytes.length > MOST_BYTES) throw refuse("1:1", `it has ${bytes.length} bytes, and ${MOST_BYTES} are the most`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes); // takes a byte order mark off
  } catch (error) {
    throw refuse("1:1", "it is not UTF-8 text", error);
  }
  if (text.includes("\0")) throw refuse("1:1", "it is a binary file");

  const lines = new LineCounter();
  const position = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  let document: Document.Parsed;
  let value: unknown;
  try {
    document = parseDocument(text, {
      version: "1.2",
      schema: "core",
      lineCounter: lines,
      prettyErrors: false,
      logLevel: "error",
    });
    const problem = document.errors[0] ?? document.warnings[0];
    if (problem !== undefined) {
      const text = problem.code === "MULTIPLE_DOCS" ? "a second document begins here" : sentence(problem.message);
      throw refuse(position(problem.pos[0]), text, problem);
    }
    refuseDeadAliases(document, (node) => position(node.range?.[0] ?? 0), refuse);
    value = document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (error) {
    if (error instanceof TrainyardError) throw error;
    if (error instanceof RangeError) throw refuse("1:1", "it is nested too deeply", error);
    if (error instanceof ReferenceError) throw refuse("1:1", "its aliases unfold into too much", error); // yaml's guard against alias bombs
    throw error;
  }
  return {
    value,
    at: (path, key = false) => `${name}:${position(offsetOf(document, path, key))}`,
    line: (path, key = false) => Math.max(1, lines.linePos(offsetOf(document, path, key)).line),
  };
}

function sentence(message: string): string {
  const first = message.split("\n")[0] ?? message;
  return first.charAt(0).toLowerCase() + first.slice(1).replace(/\.$/, "");
}

function refuseDeadAliases(
  document: Document.Parsed,
  position: (node: Node) => string,
  refuse: (at: string, problem: string) => unknown,
): void {
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) === undefined)
        throw refuse(position(alias), `there is no anchor &${alias.source} before *${alias.source}`);
    },
  });
}

/** Where the node at a path begins; a path that ends early (a key that is missing) gives the deepest thing that is there. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[], wantsKey: boolean): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, key] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (!isCollection(node)) break;
    const item = isMap(node)
      ? node.items.find((pair) => String(isScalar(pair.key) ? pair.key.value : pair.key) === String(key))
      : node.items[Number(key)];
    if (item === undefined) break;
    const last = depth === path.length - 1;
    const keyStart = isPair(item) ? startOf(item.key) : undefined;
    node = isPair(item) ? item.value : item;
    offset = (last && wantsKey ? keyStart : startOf(node)) ?? keyStart ?? offset;
    if (!last && keyStart !== undefined) offset = keyStart; // the line that names it says more than where its value begins
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return (node as Partial<Node> | null | undefined)?.range?.[0];
}
