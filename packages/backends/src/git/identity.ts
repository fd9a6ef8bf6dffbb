import type { Actor } from "@trainyard/core";

/** Commits are Trainyard's; `.invalid` can never be anybody's address. */
export const EMAIL = "trainyard@noreply.invalid";

/** The reflog's identity: git would else ask the user's settings, or refuse for want of them. */
export function identityOf(actor: Actor): Record<string, string> {
  const name = personOf(actor);
  return { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: EMAIL, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: EMAIL };
}

/** A name as a commit may carry it: without the characters that end it. */
export function personOf(actor: Actor): string {
  return (
    oneLine(actor.name)
      .replace(/[<>]/g, "")
      .replace(/^[.,:;"'\s]+|[.,:;"'\s]+$/g, "") || "trainyard"
  );
}

/** Text as one line of a commit may carry it. */
export function oneLine(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, " ")
    .trim()
    .slice(0, 200)
    .toWellFormed(); // a character cut in half
}
