/** A job of a workflow run that is over. */
export interface EndedJob {
  readonly name: string;
  readonly conclusion: string | null;
  /** What its annotations say, titles first. */
  readonly said: readonly string[];
}

/**
 * What stands in a job whose machine was taken away: the words of GitHub's service, of the runner that was told to stop, and of a training that
 * ended with a checkpoint (`runText`). A training that saves its state on SIGTERM may well exit 0; `train` records it as interrupted all the same.
 */
const SIGNS: readonly RegExp[] = [
  /lost communication with the server/i,
  /the runner has received a shutdown signal/i,
  /\brun \S+ interrupted in step \S+:[\s\S]*it goes on from its checkpoint/,
];

/** Jobs that ended because their machine was taken away, not because of what they found. */
export function interruptedJobs(jobs: readonly EndedJob[]): string[] {
  return jobs
    .filter(
      ({ conclusion, said }) => conclusion === "failure" && said.some((text) => SIGNS.some((sign) => sign.test(text))),
    )
    .map(({ name }) => name);
}
