import type { Sha256 } from "@trainyard/core";

/** GitHub's limit, in characters. */
const LONGEST = 125_000;
/** Left free for the note that somebody relies on the release. */
const MARK_ROOM = 100;
const CUT = "\n\n… (cut here: the whole card is among the assets)\n";

/** What people read on a release's page. It is equal for equal cards, so that publishing again finds nothing to change. */
export function releaseBody(home: Sha256, card: string | undefined): string {
  const foot = [
    "",
    "---",
    `Kept by Trainyard under \`${home}\`. Every asset is named by the SHA-256 digest of its bytes; small files share the \`bundle-….tar\`, whose \`index.json\` says what is in it. Please leave the assets as they are.`,
    "",
  ].join("\n");
  const text = card === undefined ? "" : `${card.trimEnd()}\n`;
  const room = LONGEST - MARK_ROOM - foot.length;
  return `${text.length <= room ? text : `${text.slice(0, room - CUT.length)}${CUT}`}${foot}`;
}
