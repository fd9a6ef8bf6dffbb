import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { TrainyardError } from "@trainyard/core";
import { readRefusal } from "./file-refusals.ts";
import { openPlain } from "./plain-file.ts";

/** What a person handed over: a file of at most `limit` bytes, or `-`, what is piped in. @throws FILE_NOT_FOUND, FILE_UNREADABLE, TEXT_TOO_LONG */
export async function givenText(folder: string, name: string, limit: number): Promise<string> {
  if (name === "-") {
    const piped = await text(process.stdin);
    refuseLong("Standard input", Buffer.byteLength(piped), limit);
    return piped;
  }
  const path = resolve(folder, name);
  try {
    await using file = await openPlain(path);
    refuseLong(name, (await file.stat()).size, limit);
    return await file.readFile("utf8");
  } catch (error) {
    throw readRefusal(error, name);
  }
}

function refuseLong(what: string, bytes: number, limit: number): void {
  if (bytes > limit) throw new TrainyardError("TEXT_TOO_LONG", { what, bytes, limit });
}
