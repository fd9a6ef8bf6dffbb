/** A request to stop what is running. */
export interface Stop {
  /** Aborted when a stop was asked for: the command is asked to end and may save what it has. */
  readonly asked: AbortSignal;
  /** Aborted when it was asked for again: the command is killed at once. */
  readonly now: AbortSignal;
}

/** Never asked for. */
export const neverStop: Stop = { asked: new AbortController().signal, now: new AbortController().signal };

/**
 * Stops on the first SIGINT, SIGTERM or SIGHUP, and at once on a second SIGINT or SIGTERM.
 *
 * @param source The process, or anything else that emits signals by name.
 * @param settle Milliseconds in which a second signal counts as the same: a terminal and a parent often send one each.
 * @returns `off` gives the signals their old meaning back; `signal` is the first that came.
 */
export function stopOnSignals(
  source: {
    on(name: string, listener: () => void): unknown;
    off(name: string, listener: () => void): unknown;
  } = process,
  settle = 200,
): Stop & { off(): void; readonly signal: NodeJS.Signals | null } {
  const asked = new AbortController();
  const now = new AbortController();
  let first: NodeJS.Signals | null = null;
  let since = 0;
  const listeners = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((name) => {
    const listener = () => {
      if (first === null) {
        first = name;
        since = performance.now();
        asked.abort(name);
      } else if (name !== "SIGHUP" && performance.now() - since > settle) now.abort(name);
    };
    source.on(name, listener);
    return { name, listener };
  });
  return {
    asked: asked.signal,
    now: now.signal,
    get signal() {
      return first;
    },
    off() {
      for (const { name, listener } of listeners) source.off(name, listener);
    },
  };
}
