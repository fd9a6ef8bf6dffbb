import { ModelName } from "../document.ts";
import { TrainyardError } from "../errors.ts";

/** What a person asked for in a comment on a pull request. */
export interface AskedInComment {
  /** MODEL or MODEL@VERSION; empty: the config's one model, its newest version. */
  readonly model: string;
  readonly rollback: boolean;
  readonly reason: string;
}

const FORM = "/promote [MODEL[@VERSION] [REASON]] or /rollback MODEL REASON, on the first line";
/** Longer reasons are cut: they go into the history, where one sentence is wanted. */
const REASON_LENGTH = 500;

/**
 * Reads `/promote MODEL@VERSION REASON` and `/rollback MODEL REASON` from a comment's first line. Who may ask is the workflow's and the
 * environment's business; what comes out is checked again by `deploy`.
 * @throws INPUT_INVALID for any other text
 */
export function askedInComment(body: string): AskedInComment {
  const [line = ""] = body.trim().split(/\r?\n/);
  const [word = "", model = "", ...rest] = line.trim().split(/[ \t]+/);
  const reason = rest.join(" ").slice(0, REASON_LENGTH);
  const rollback = word === "/rollback";
  const [name = "", version, ...more] = model.split("@");
  const isModel = model === "" || (ModelName.safeParse(name).success && more.length === 0 && version !== "");
  if ((!rollback && word !== "/promote") || !isModel || (rollback && (model === "" || reason === "")))
    throw new TrainyardError("INPUT_INVALID", {
      input: "comment",
      expected: FORM,
      got: JSON.stringify(line.slice(0, 100)),
    });
  return { model, rollback, reason };
}
