import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestFile, readText } from "@trainyard/backends";
import { CurrentScores, type HandedScores, ModelName, parseDocument, TrainyardError, z } from "@trainyard/core";
import { Part } from "./bundle-ref.ts";
import type { HandOver } from "./hand-over.ts";
import { SCORES_FILE, SCORES_ID } from "./scores-file.ts";

/** Scores of current rows as one job hands them to another: output `scores` of train. By id and digest, never by a name. */
const ScoresRef = z.strictObject({ model: ModelName, scores: Part });
export type ScoresRef = z.output<typeof ScoresRef>;

/** A document of this kind names the files that were scored: some megabytes for very many. */
const LARGEST_DOCUMENT = 16 * 1024 * 1024;

/** @throws INPUT_INVALID */
export function parseScoresRef(text: string): ScoresRef {
  try {
    return ScoresRef.parse(JSON.parse(text));
  } catch {
    const got = JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}…` : text);
    throw new TrainyardError("INPUT_INVALID", { input: "scores", expected: "the output `scores` of train", got });
  }
}

/** Hands on a folder that holds `scores.json` and the predictions it names. */
export async function handScoresOn(scores: CurrentScores, folder: string, handOver: HandOver): Promise<ScoresRef> {
  const { model, predictions } = scores;
  const { digest } = await digestFile(join(folder, SCORES_FILE));
  const part = await handOver.send("scores", { model, id: SCORES_ID, digest }, folder, [SCORES_FILE, predictions.path]);
  return { model, scores: part };
}

/**
 * The scores that `scores:` names, else those that this workflow run handed on of the model; null where it handed on none.
 * @throws INPUT_INVALID, BUNDLE_FOREIGN, BUNDLE_GONE
 */
export async function findScores(
  text: string | undefined,
  model: string,
  { handOver, runId }: { handOver: HandOver; runId: number },
): Promise<ScoresRef | null> {
  if (text === undefined) {
    const handed = (await handOver.list(runId)).find((one) => one.half === "scores" && one.model === model);
    return handed === undefined ? null : { model, scores: handed.part };
  }
  const ref = parseScoresRef(text);
  if (ref.model !== model)
    throw new TrainyardError("INPUT_INVALID", { input: "scores", expected: `of ${model}`, got: ref.model });
  await handOver.refuseOthers(ref.scores, runId, `of ${model}'s scores`);
  return ref;
}

/**
 * Brings scores of another job into a fresh folder: digests compared, two plain files and nothing beside, the predictions as the document says.
 * What they say is not judged here.
 * @returns Them, and what removes the folder.
 * @throws BUNDLE_GONE, BUNDLE_INVALID, DIGEST_MISMATCH, DOCUMENT_INVALID
 */
export async function receiveScores(
  { model, scores }: ScoresRef,
  { handOver, temp }: { handOver: HandOver; temp: string | undefined },
): Promise<HandedScores & { remove(): Promise<void> }> {
  const folder = await mkdtemp(join(temp || tmpdir(), "trainyard-scores-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await handOver.bring("scores", scores, folder);
    const refuse = (problem: string) =>
      new TrainyardError("BUNDLE_INVALID", { path: `what was handed on as scores of ${model}`, problem });
    const entries = await readdir(folder, { withFileTypes: true, recursive: true });
    const odd = entries.find((entry) => !entry.isFile() || entry.parentPath !== folder);
    if (odd !== undefined) throw refuse(`${JSON.stringify(odd.name)} is not a plain file of it`);
    const { size } = await digestFile(join(folder, SCORES_FILE)).catch(() => ({ size: Number.POSITIVE_INFINITY }));
    if (size > LARGEST_DOCUMENT) throw refuse(`it has no ${SCORES_FILE}, or one that is too large`);
    const document = parseDocument(CurrentScores, (await readText(join(folder, SCORES_FILE))) ?? "", SCORES_FILE);
    const { path, digest } = document.predictions;
    const names = entries.map(({ name }) => name).sort();
    if (names.length !== 2 || !names.includes(path) || path === SCORES_FILE)
      throw refuse(`it holds ${JSON.stringify(names)}, not ${SCORES_FILE} and ${JSON.stringify(path)} alone`);
    const file = join(folder, path);
    const { digest: got } = await digestFile(file);
    if (got !== digest) throw new TrainyardError("DIGEST_MISMATCH", { what: path, expected: digest, got });
    return { document, file, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
