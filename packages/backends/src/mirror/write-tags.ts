import type { MirrorTag } from "@trainyard/core";
import { findRepository, runGit } from "../git/git.ts";
import { EMAIL, personOf } from "../git/identity.ts";
import { ObjectBatch } from "../git/object-writer.ts";
import { refRefusal } from "../git/update-ref.ts";

/**
 * Writes annotated tags, all of them or none, in one transaction; a name that exists by now is in its way.
 * @throws REGISTRY_CONFLICT, REGISTRY_READ_ONLY, DISK_FULL, GIT_FAILED
 */
export async function writeTags(folder: string, tags: readonly MirrorTag[]): Promise<void> {
  if (tags.length === 0) return;
  const repository = await findRepository(folder);
  const batch = new ObjectBatch(repository);
  const creates = tags.map((tag) => `create refs/tags/${tag.name} ${batch.add("tag", tagBytes(tag))}\n`);
  await batch.write();
  const words = ["-c", "core.fsync=reference", "update-ref", "--stdin"];
  const input = `start\n${creates.join("")}prepare\ncommit\n`;
  const { code, stderr } = await runGit(repository.commonFolder, words, { input });
  if (code !== 0)
    throw await refRefusal(stderr, {
      folder: repository.commonFolder,
      ref: `refs/tags/${tags[0]?.name}`,
      command: "git update-ref",
    });
}

function tagBytes({ name, commit, tagger, at, message }: MirrorTag): Buffer {
  const person = personOf({ name: tagger, kind: "person" });
  const head = [
    `object ${commit}`,
    "type commit",
    `tag ${name}`,
    `tagger ${person} <${EMAIL}> ${Math.max(0, at)} +0000`,
  ];
  return Buffer.from(`${head.join("\n")}\n\n${message}`);
}

/** Those of some ids that are commits of the repository here; nothing is fetched to find out. */
export async function commitsHere(folder: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const asked = [...new Set(ids)];
  if (asked.length === 0) return new Set();
  const { stdout } = await runGit(folder, ["cat-file", "--batch-check=%(objectname) %(objecttype)"], {
    input: `${asked.join("\n")}\n`,
    environment: { GIT_NO_LAZY_FETCH: "1" },
  });
  return new Set(
    stdout.split("\n").flatMap((line) => (line.endsWith(" commit") ? [line.slice(0, -" commit".length)] : [])),
  );
}
