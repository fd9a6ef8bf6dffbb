import { isRefusal } from "../../errors.ts";

/** Something that is not as Trainyard wrote it. */
export interface Finding {
  /** A file of the branch, `event N`, a commit, or a digest of the store. */
  readonly where: string;
  /** The event it shows in, where it is one's. */
  readonly seq: number | null;
  readonly problem: string;
}

export class Findings {
  readonly #all: Finding[] = [];

  add(finding: Finding): void {
    this.#all.push(finding);
  }

  /** Runs a check; damage becomes a finding, anything else is thrown. */
  async collect<T>(check: () => Promise<T> | T): Promise<T | undefined> {
    try {
      return await check();
    } catch (error) {
      this.take(error);
      return undefined;
    }
  }

  /** @throws The error, where it is not damage. */
  take(error: unknown): void {
    if (!isRefusal(error) || (error.code !== "REGISTRY_DAMAGED" && error.code !== "DOCUMENT_INVALID")) throw error;
    const { where = "the branch", problem = error.message } = error.details as { where?: string; problem?: string };
    if (this.#all.some((finding) => finding.where === where && finding.problem === problem)) return;
    this.#all.push({ where, seq: seqIn(where), problem });
  }

  /** The first bad event first, then what belongs to none. */
  sorted(): Finding[] {
    return [...this.#all].sort((a, b) => (a.seq ?? Number.MAX_SAFE_INTEGER) - (b.seq ?? Number.MAX_SAFE_INTEGER));
  }
}

export function seqIn(where: string): number | null {
  const seq = /^(?:event |events\/.*\/)(\d+)/.exec(where)?.[1];
  return seq === undefined ? null : Number(seq);
}
