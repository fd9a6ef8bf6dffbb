import type { BranchCommit, CommitMessage } from "../../backend.ts";
import type { Sha256 } from "../../document.ts";

/**
 * A commit's message: what happened, what the branch is, its files (the start of their tree's id) and its newest event as the last line.
 * The middle is for who finds the branch; and git keeps a message as a difference only where at least half of it stays the same.
 */
export function commitText({ subject, event }: CommitMessage, tree?: string): string {
  const files = tree === undefined ? "" : `Trainyard-Tree: ${tree.slice(0, TREE_DIGITS)}\n`;
  return `${subject}\n\nOnly Trainyard writes this branch: edit nothing here by hand.\n\n${files}Trainyard-Event: ${event}\n`;
}

const TREE_DIGITS = 16;

/** False when a commit's message was not made for its files: somebody amended it. Not asked of a branch that knows no trees. */
export function goesWithTree({ message, tree }: Pick<BranchCommit, "message" | "tree">): boolean {
  const [, said] = /^Trainyard-Tree: ([0-9a-f]{16})$/m.exec(message) ?? [];
  return tree === undefined || (said !== undefined && tree.startsWith(said));
}

/** What a commit's message says of its newest event. Not the whole digest, for the same reason. */
export function eventName(seq: number, digest: Sha256): string {
  return `${seq} ${digest.slice(0, "sha256:".length + 16)}`;
}

/** Number and short digest of the newest event, as a commit's message says; null when Trainyard did not make the commit. */
export function newestEvent(message: string): { seq: number; digest: string } | null {
  const [, seq, digest] = /^Trainyard-Event: ([1-9]\d{0,14}) (sha256:[0-9a-f]{16})$/m.exec(message) ?? [];
  return seq === undefined || digest === undefined ? null : { seq: Number(seq), digest };
}
