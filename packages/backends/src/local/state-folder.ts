import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorCode, writeRefusal } from "./file-refusals.ts";

/**
 * Makes the folder Trainyard keeps its own things in. A new (or empty) one ignores itself in git; a folder that already holds something is
 * left as it is, because `store:` may name one the user shares with other things.
 * @throws DISK_FULL, FILE_UNWRITABLE
 */
export async function makeStateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    if ((await readdir(folder)).length === 0) await writeFile(join(folder, ".gitignore"), "*\n", { flag: "wx" });
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw writeRefusal(error, folder); // EEXIST: another process was faster
  }
}
