/** What one program said about one thing. */
export interface Finding {
  readonly what: string;
  /** Null: nothing wrong. */
  readonly problem: string | null;
}

/** Prints a line for each, and what it said where something is wrong. @returns How many are wrong. */
export function print(title: string, findings: readonly Finding[]): number {
  const wrong = findings.filter(({ problem }) => problem !== null);
  for (const { what, problem } of findings) console.log(`${problem === null ? "✓" : "✗"} ${title}: ${what}`);
  for (const { what, problem } of wrong) console.log(`\n${title}: ${what}\n${problem}`);
  return wrong.length;
}
