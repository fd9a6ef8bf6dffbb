/**
 * Splits a command into words the way a shell would, or gives null when it needs a shell: operators, variables, globs, comments,
 * assignments, several lines, words only a shell knows (`cd`, `if`), or a quote that is not closed (the shell says it best).
 */
export function splitCommand(command: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null; // null between words; "" is a word that was quoted
  for (let i = 0; i < command.length; i++) {
    const char = command[i] as string;
    if (char === " " || char === "\t") {
      if (word !== null) words.push(word);
      word = null;
    } else if (char === "'") {
      const end = command.indexOf("'", i + 1);
      if (end < 0) return null;
      word = (word ?? "") + command.slice(i + 1, end);
      i = end;
    } else if (char === '"') {
      const quoted = doubleQuoted(command, i + 1);
      if (quoted === null) return null;
      word = (word ?? "") + quoted.text;
      i = quoted.end;
    } else if (char === "\\") {
      const next = command[++i];
      if (next === undefined || next === "\n") return null;
      word = (word ?? "") + next;
    } else if (SHELL_CHARACTERS.includes(char) || (word === null && START_ONLY.includes(char))) {
      return null;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (word !== null) words.push(word);
  const first = words[0];
  if (first === undefined || SHELL_WORDS.has(first) || /^[A-Za-z_][A-Za-z0-9_]*\+?=/.test(first)) return null;
  return words;
}

const SHELL_CHARACTERS = "|&;<>()$`*?[]{}!\n\r";
const START_ONLY = "~#";

/** Keywords and builtins that are no program of their own, or not the same one. */
const SHELL_WORDS = new Set(
  (
    ". : alias bg break builtin case cd command continue declare dirs disown do done elif else enable esac eval exec exit export fc fg fi for " +
    "function getopts hash history if in jobs let local logout popd pushd read readonly return select set shift shopt source then time times " +
    "trap type typeset ulimit umask unalias unset until wait while"
  ).split(" "),
);

/** The text of a double-quoted part that begins at `start`, and where its closing quote is. */
function doubleQuoted(command: string, start: number): { text: string; end: number } | null {
  let text = "";
  for (let i = start; i < command.length; i++) {
    const char = command[i] as string;
    if (char === '"') return { text, end: i };
    if (char === "$" || char === "`" || char === "!") return null;
    if (char === "\\" && '\\"$`'.includes(command[i + 1] ?? "-")) text += command[++i];
    else if (char === "\\" && command[i + 1] === "\n") return null;
    else text += char;
  }
  return null;
}
