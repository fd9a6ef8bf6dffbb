import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { sha256 } from "@trainyard/backends";
import { prettyJson, type RunRecord, rootDigest } from "@trainyard/core";
import { aRun } from "@trainyard/core/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseBundleRefs } from "./bundle-ref.ts";
import { checkBundle } from "./check-bundle.ts";
import { folderHandOver } from "./folder-hand-over.ts";
import { unzip } from "./unzip.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trainyard-bundle-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const refused = (code: string, says: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(says) as string });

interface Member {
  readonly name: string;
  readonly text?: string;
  /** Mode of a Unix file; 0o120777 is a link. */
  readonly mode?: number;
  /** Bytes it announces, where they are others. */
  readonly announced?: number;
}

/** An archive of files as they are, by the letter of the format: what no packer would write too. */
function zip(members: readonly Member[]): string {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, text = "x", mode = 0o100644, announced } of members) {
    const [file, bytes] = [Buffer.from(name), Buffer.from(text)];
    const sizes = Buffer.alloc(14);
    sizes.writeUInt32LE(crc32(bytes), 0);
    sizes.writeUInt32LE(bytes.length, 4);
    sizes.writeUInt32LE(announced ?? bytes.length, 8);
    sizes.writeUInt16LE(file.length, 12);
    const local = Buffer.concat([
      Buffer.from([0x50, 0x4b, 3, 4, 20, 0, 0, 8, 0, 0, 0, 0, 0, 0]),
      sizes,
      Buffer.alloc(2),
      file,
      bytes,
    ]);
    const tail = Buffer.alloc(16);
    tail.writeUInt32LE((mode << 16) >>> 0, 8);
    tail.writeUInt32LE(offset, 12);
    central.push(
      Buffer.concat([Buffer.from([0x50, 0x4b, 1, 2, 20, 3, 20, 0, 0, 8, 0, 0, 0, 0, 0, 0]), sizes, tail, file]),
    );
    locals.push(local);
    offset += local.length;
  }
  const index = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(offset, 16);
  const path = join(folder, "a.zip");
  writeFileSync(path, Buffer.concat([...locals, index, end]));
  return path;
}

describe("an archive nobody vouches for", () => {
  const into = () => join(folder, "into");
  beforeEach(() => mkdirSync(into()));

  test("gives its files", async () => {
    await unzip(zip([{ name: "record.json", text: "{}" }, { name: "predictions/candidate.csv" }]), into());
    expect(readdirSync(into(), { recursive: true }).sort()).toEqual([
      "predictions",
      "predictions/candidate.csv",
      "record.json",
    ]);
  });

  test.each<[string, readonly Member[], RegExp]>([
    ["a name that leaves the folder", [{ name: "../../evil" }], /BUNDLE|name|cannot be read/],
    ["an absolute name", [{ name: `${tmpdir()}/trainyard-evil` }], /name|cannot be read/],
    ["a link", [{ name: "record.json", text: "elsewhere", mode: 0o120777 }], /is a link/],
    ["a name twice", [{ name: "a" }, { name: "a" }], /twice/],
    ["more bytes than it may have", [{ name: "a", text: "y".repeat(2000) }], /more than 1000 bytes/],
    ["more bytes than it announces", [{ name: "a", text: "y".repeat(900), announced: 9 }], /cannot be read/],
    ["a backslash in a name", [{ name: "a\\..\\b" }], /name|cannot be read/],
    ["a line break in a name", [{ name: "a\nb" }], /holds the name "a\\nb"/],
    ["a name with an empty part", [{ name: "a//b" }], /holds the name "a\/\/b"/],
  ])("is refused with %s, and nothing lies outside", async (_what, members, says) => {
    await expect(unzip(zip(members), into(), 1000)).rejects.toThrow(refused("BUNDLE_INVALID", says));
    expect(readdirSync(folder).sort()).toEqual(["a.zip", "into"]);
  });

  test("is refused when it is none", async () => {
    const path = join(folder, "a.zip");
    writeFileSync(path, "no archive");
    await expect(unzip(path, into())).rejects.toThrow(refused("BUNDLE_INVALID", /not a zip archive/));
  });
});

describe("a bundle of another job", () => {
  const run = () => join(folder, "run");
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(run(), path)), { recursive: true });
    rmSync(join(run(), path), { force: true }); // a link that lies there is never written through
    writeFileSync(join(run(), path), text, { flag: "wx" });
    return { path, size: Buffer.byteLength(text), digest: sha256(text) };
  };

  /** A whole bundle with a record that names its files. */
  function bundle(change: Partial<RunRecord> = {}): RunRecord {
    const model = put("outputs/model.json", "{}");
    const modelFiles = [{ ...model, path: "model.json" }];
    const scored = put("predictions/candidate.csv", "id,y_score\n1,0.5\n");
    const log = put("log.txt", "epoch 1\n");
    const record: RunRecord = {
      ...aRun(),
      outputs: modelFiles,
      modelFiles,
      rootDigest: rootDigest(modelFiles, sha256),
      predictions: {
        candidate: { file: scored, rows: 1, of: "candidate", version: null, rootDigest: null },
        baseline: null,
        baselineProblem: null,
      },
      profiles: { training: null, evaluation: null, predictions: null },
      log: { path: log.path, size: log.size },
      ...change,
    };
    put("record.json", prettyJson(record));
    return record;
  }
  const check = (record: RunRecord) => checkBundle(run(), { model: record.model, run: record.id }, ["record", "bytes"]);

  test("is taken when every file is what its record says", async () => {
    const record = bundle();
    expect(await check(record)).toEqual(record);
  });

  test("is refused with a file its record does not name: an evaluation above all", async () => {
    const record = bundle();
    put("evaluation.json", "{}");
    await expect(check(record)).rejects.toThrow(refused("BUNDLE_INVALID", /"evaluation.json"/));
  });

  test("is refused when its record names a file where an evaluation would lie", async () => {
    const file = put("evaluation.json", "{}");
    const candidate = { file, rows: 1, of: "candidate", version: null, rootDigest: null };
    const record = bundle({ predictions: { candidate, baseline: null, baselineProblem: null } });
    rmSync(join(run(), "predictions"), { recursive: true });
    await expect(check(record)).rejects.toThrow(refused("BUNDLE_INVALID", /where no run has a file/));
  });

  test("has the data that is kept, or leaves it to a store that both jobs have; other data is refused", async () => {
    const rows = put("data/rows", "id,y\n1,0\n");
    rmSync(join(run(), "data"), { recursive: true });
    const { size, digest } = rows;
    const dataset = { path: "data/train.csv", size, rows: 1, claimed: null, role: "training", kept: true } as const;
    const record = bundle({ datasets: [{ ...dataset, digest: digest as `sha256:${string}` }] });
    expect(await check(record)).toEqual(record);
    const name = `data/${digest.slice("sha256:".length)}`;
    put(name, "id,y\n1,0\n");
    expect(await check(record)).toEqual(record);
    put(name, "id,y\n1,1\n");
    await expect(check(record)).rejects.toThrow(refused("DIGEST_MISMATCH", /data\//));
    put(`data/${"0".repeat(64)}`, "more");
    await expect(check(record)).rejects.toThrow(refused("BUNDLE_INVALID", /does not name/));
  });

  test("is refused with other bytes, a file less, a link, another run, a false root", async () => {
    const record = bundle();
    put("predictions/candidate.csv", "id,y_score\n1,0.9\n");
    await expect(check(record)).rejects.toThrow(refused("DIGEST_MISMATCH", /predictions/));
    rmSync(join(run(), "predictions/candidate.csv"));
    await expect(check(record)).rejects.toThrow(refused("BUNDLE_INVALID", /lacks predictions/));
    const link = join(run(), "predictions/candidate.csv");
    symlinkSync(join(folder, "elsewhere"), link);
    await expect(check(record)).rejects.toThrow(refused("BUNDLE_INVALID", /not a plain file/));
    rmSync(link); // writing would go through it
    await expect(checkBundle(run(), { model: "other", run: null }, ["record"])).rejects.toThrow();
    const forged = bundle({ rootDigest: sha256("another") });
    await expect(check(forged)).rejects.toThrow(refused("BUNDLE_INVALID", /root digest/));
  });
});

test("a folder that all runners have hands on the newest run of each model, and refuses paths out of it", async () => {
  const there = folderHandOver(join(folder, "store"), 7);
  const from = join(folder, "run");
  mkdirSync(from);
  writeFileSync(join(from, "record.json"), "{}");
  const part = await there.send("record", { model: "toy", id: "abcd", digest: sha256("{}") }, from, ["record.json"]);
  expect(await there.list(7)).toEqual([{ model: "toy", half: "record", part }]);
  expect(await there.list(8)).toEqual([]);
  const into = join(folder, "into");
  await there.bring("record", part, into);
  expect(readFileSync(join(into, "record.json"), "utf8")).toBe("{}");
  await expect(there.bring("record", { ...part, digest: sha256("") }, into)).rejects.toThrow(
    refused("DIGEST_MISMATCH", /record/),
  );
  await expect(there.bring("record", { ...part, id: "handed-on/../../x" }, into)).rejects.toThrow(
    refused("BUNDLE_GONE", /no bundle/),
  );
});

test.each(["", "{}", "17", '{"model":"../x","run":"abcd","record":{"id":1,"digest":"sha256:0"},"bytes":null}'])(
  "what is no output of train is no bundle: %s",
  (text) => expect(() => parseBundleRefs(text)).toThrow(refused("INPUT_INVALID", /output `bundle` of train/)),
);
