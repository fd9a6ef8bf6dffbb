import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { isRelativePath, TrainyardError } from "@trainyard/core";
import type { Entry, ZipFile } from "yauzl";

/** Files of a bundle, and bytes of its documents and predictions together: far above any real one. */
export const MOST_FILES = 10_000;
export const MOST_BYTES = 4 * 1024 ** 3;

const FILE_TYPE = 0o170000;
const LINK = 0o120000;

/**
 * Extracts a zip archive that nobody vouches for. Every name stays below the folder, links are refused, each entry gives as many bytes as it
 * announces, and all together no more than `limit`.
 * @throws BUNDLE_INVALID
 */
export async function unzip(archive: string, folder: string, limit = MOST_BYTES): Promise<void> {
  const refuse = (problem: string, cause?: unknown) =>
    new TrainyardError("BUNDLE_INVALID", { path: "the downloaded artifact", problem }, { cause });
  const { openPromise } = await import("yauzl");
  let zip: ZipFile;
  try {
    zip = await openPromise(archive, { lazyEntries: true, strictFileNames: true, validateEntrySizes: true });
  } catch (cause) {
    throw refuse("it is not a zip archive", cause);
  }
  try {
    if (zip.entryCount > MOST_FILES) throw refuse(`it has ${zip.entryCount} files`);
    const seen = new Set<string>();
    let bytes = 0;
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName;
      if (name.endsWith("/")) continue;
      if (!isRelativePath(name)) throw refuse(`it holds the name ${JSON.stringify(name)}`);
      if (isLink(entry)) throw refuse(`${JSON.stringify(name)} is a link`);
      if (seen.has(name)) throw refuse(`it holds ${JSON.stringify(name)} twice`);
      seen.add(name);
      bytes += entry.uncompressedSize;
      if (bytes > limit) throw refuse(`it has more than ${limit} bytes`);
      const target = join(folder, name);
      await mkdir(dirname(target), { recursive: true });
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target, { flags: "wx" }));
    }
  } catch (error) {
    throw error instanceof TrainyardError ? error : refuse("it cannot be read", error);
  } finally {
    zip.close();
  }
}

/** The upper half of the attributes is the file's mode where a Unix wrote the archive. */
function isLink({ externalFileAttributes }: Entry): boolean {
  return ((externalFileAttributes >>> 16) & FILE_TYPE) === LINK;
}
