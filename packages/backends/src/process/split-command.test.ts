import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { splitCommand } from "./split-command.ts";

test.each<[string, string[]]>([
  ["python train.py", ["python", "train.py"]],
  ["  python\t-m  train --lr=0.1 ", ["python", "-m", "train", "--lr=0.1"]],
  ["./a\\ b 'c d'e \"f\\\"g\" ''", ["./a b", "c de", 'f"g', ""]],
  ["python a.py C# b~", ["python", "a.py", "C#", "b~"]],
])("%s needs no shell", (command, words) => expect(splitCommand(command)).toEqual(words));

test.each([
  "a | b",
  "a && b",
  "a; b",
  "a > f",
  "a < f",
  "echo $HOME",
  'echo "$HOME"',
  "echo `x`",
  "ls *.py",
  "ls a?",
  "ls [ab]",
  "ls {a,b}",
  "ls ~/x",
  "a # b",
  "X=1 a",
  "cd sub",
  "exit 3",
  "if true",
  "(a)",
  "a &",
  "a\nb",
  "! a",
  "'open",
  '"open',
  "a \\",
  "",
  "   ",
  '""x | y',
])("%j needs one", (command) => expect(splitCommand(command)).toBeNull());

test("what is split is split as sh does it", () => {
  const word = fc.string({ unit: fc.constantFrom(..."ab -='\"\\/.,:@%+_é"), maxLength: 12 });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (parts) => {
      const rest = parts.join(" ");
      const words = splitCommand(`printf ${rest}`);
      if (words === null) return;
      const theirs = execFileSync("sh", ["-c", `for word in ${rest}; do printf '%s\\0' "$word"; done`], {
        encoding: "utf8",
      });
      expect(words.slice(1)).toEqual(theirs.split("\0").slice(0, -1));
    }),
    { numRuns: 60 },
  );
});
