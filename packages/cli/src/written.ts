import { piece, type TextLine } from "@trainyard/core";

/** Where reports were written, as lines under what a command says. */
export function writtenLines(files: readonly string[]): TextLine[] {
  return files.length === 0 ? [] : [[], ...files.map((name) => [piece(`  written  ${name}`)])];
}
