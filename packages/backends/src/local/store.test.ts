import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Sha256 } from "@trainyard/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sha256 } from "./sha256.ts";
import { folderStore } from "./store.ts";

const refusal = (code: string, details: object = {}) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });

let folder: string;
let state: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "store-"));
  state = join(folder, ".trainyard");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const blob = (digest: Sha256) => join(state, "store", "blobs", "sha256", digest.slice(7));
const file = (name: string, content: string | Buffer) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const drafts = () => readdirSync(join(state, "store", "ingest"));

describe("a folder store", () => {
  test("gives back text it was given, under the digest any other tool computes", async () => {
    const store = folderStore(state);
    const { digest, size } = await store.put({ text: "grüße\n" });
    const theirs = execFileSync("sha256sum", { input: "grüße\n", encoding: "utf8" }).slice(0, 64);
    expect([digest, size]).toEqual([`sha256:${theirs}`, 8]);
    expect(await store.text(digest, "the greeting")).toBe("grüße\n");
    expect(await store.has(digest)).toBe(true);
    expect(await store.has(sha256("other"))).toBe(false);
  });

  test("is an OCI image layout that ignores itself in git", async () => {
    await folderStore(state).put({ text: "x" });
    expect(JSON.parse(readFileSync(join(state, "store", "oci-layout"), "utf8"))).toEqual({
      imageLayoutVersion: "1.0.0",
    });
    expect(readFileSync(join(state, ".gitignore"), "utf8")).toBe("*\n");
    expect(drafts()).toEqual([]);
  });

  test("stores an empty file, and one whose name has a newline", async () => {
    const store = folderStore(state);
    expect(await store.put({ file: file("empty", "") })).toEqual({ digest: sha256(""), size: 0 });
    expect((await store.put({ file: file("two\nlines", "x") })).digest).toBe(sha256("x"));
  });

  test("refuses other bytes than expected and keeps nothing of them", async () => {
    const store = folderStore(state);
    const expected = sha256("right");
    for (const bytes of [{ text: "wrong" }, { file: file("wrong", "wrong") }]) {
      await expect(store.put(bytes, { expect: expected })).rejects.toEqual(
        refusal("DIGEST_MISMATCH", { expected, got: sha256("wrong") }),
      );
    }
    expect([await store.has(sha256("wrong")), drafts()]).toEqual([false, []]);
  });

  test("checks the bytes again even when the expected blob is there already", async () => {
    const store = folderStore(state);
    const { digest } = await store.put({ text: "right" });
    await expect(store.put({ file: file("wrong", "wrong") }, { expect: digest })).rejects.toEqual(
      refusal("DIGEST_MISMATCH"),
    );
  });

  test.each(["symlink", "folder", "missing"])("refuses a %s as input", async (kind) => {
    const path = join(folder, "input");
    if (kind === "symlink") symlinkSync(file("real", "x"), path);
    if (kind === "folder") mkdirSync(path);
    await expect(folderStore(state).put({ file: path })).rejects.toEqual(
      refusal(kind === "missing" ? "FILE_NOT_FOUND" : "FILE_UNREADABLE", { path }),
    );
  });

  test("does not wait on a named pipe", async () => {
    execFileSync("mkfifo", [join(folder, "pipe")]);
    await expect(folderStore(state).put({ file: join(folder, "pipe") })).rejects.toEqual(refusal("FILE_UNREADABLE"));
  });

  test("never hands out a blob that was changed by one byte, and heals when it is given the bytes again", async () => {
    const store = folderStore(state);
    const { digest } = await store.put({ text: "model bytes" });
    chmodSync(blob(digest), 0o644);
    writeFileSync(blob(digest), "model bytez");
    await expect(store.text(digest, "the model")).rejects.toEqual(
      refusal("DIGEST_MISMATCH", { what: "the model", expected: digest }),
    );
    await expect(store.copyTo(digest, join(folder, "out"), "the model")).rejects.toEqual(refusal("DIGEST_MISMATCH"));
    expect(readdirSync(folder)).toEqual([".trainyard"]);
    expect(await store.verify([digest, sha256("gone")])).toEqual([
      { digest, problem: "damaged" },
      { digest: sha256("gone"), problem: "missing" },
    ]);
    await store.put({ text: "model bytes" }, { expect: digest });
    expect(await store.verify([digest])).toEqual([]);
  });

  test("says which blob is missing", async () => {
    const digest = sha256("never stored");
    await expect(folderStore(state).text(digest, "the card")).rejects.toEqual(
      refusal("BLOB_MISSING", { digest, what: "the card" }),
    );
    await expect(folderStore(state).copyTo(digest, join(folder, "out"), "x")).rejects.toEqual(refusal("BLOB_MISSING"));
  });

  test("copies a blob to a new name, in folders it makes, and never over a file that exists", async () => {
    const store = folderStore(state);
    const { digest } = await store.put({ text: "model" });
    await store.copyTo(digest, join(folder, "a/b/model"), "the model");
    expect(readFileSync(join(folder, "a/b/model"), "utf8")).toBe("model");
    await expect(store.copyTo(digest, join(folder, "a/b/model"), "the model")).rejects.toEqual(refusal("FILE_EXISTS"));
    expect(readdirSync(join(folder, "a/b"))).toEqual(["model"]);
  });

  test("a digest that is none never becomes a path", async () => {
    await expect(folderStore(state).has("sha256:../../../etc/passwd" as Sha256)).rejects.toThrow();
  });

  test("a large sparse file streams in little memory and stays sparse", async () => {
    const path = file("sparse", "head");
    truncateSync(path, 300 * 1024 * 1024);
    const before = process.memoryUsage().rss;
    const { digest, size } = await folderStore(state).put({ file: path });
    expect(size).toBe(300 * 1024 * 1024);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    expect(statSync(blob(digest)).blocks * 512).toBeLessThan(8 * 1024 * 1024);
    expect((await folderStore(state).verify([digest])).length).toBe(0);
  });
});

describe("publishing", () => {
  const version = async (store: ReturnType<typeof folderStore>, number: number) => {
    const { digest, size } = await store.put({ text: `model ${number}` });
    return {
      model: "flight-delays",
      version: number,
      rootDigest: digest,
      files: [{ path: "model.onnx", digest, size }],
      card: "# Card\n",
    };
  };
  const index = () => JSON.parse(readFileSync(join(state, "store", "index.json"), "utf8"));

  test("adds a ModelPack manifest that index.json names model:vN", async () => {
    const store = folderStore(state);
    const one = await version(store, 12);
    await store.publish(one);
    const [entry] = index().manifests;
    expect(entry.annotations["org.opencontainers.image.ref.name"]).toBe("flight-delays:v12");
    const manifest = JSON.parse(await store.text(entry.digest, "manifest"));
    expect(manifest.artifactType).toBe("application/vnd.cncf.model.manifest.v1+json");
    expect(manifest.layers.map((layer: { annotations: object }) => Object.values(layer.annotations)[0])).toEqual([
      "model.onnx",
      "README.md",
    ]);
    for (const { digest, size } of [manifest.config, ...manifest.layers])
      expect(statSync(blob(digest)).size).toBe(size);
  });

  test("twice changes nothing; entries of others stay", async () => {
    const store = folderStore(state);
    const one = await version(store, 1);
    await store.publish(one);
    const first = index();
    writeFileSync(
      join(state, "store", "index.json"),
      JSON.stringify({ ...first, manifests: [{ digest: "theirs" }, ...first.manifests], extra: 1 }),
    );
    await store.publish(one);
    expect(index()).toEqual({ ...first, manifests: [{ digest: "theirs" }, ...first.manifests], extra: 1 });
  });

  test("of many at the same time none is lost, and a lock whose owner was killed does not hold them", async () => {
    const store = folderStore(state);
    await store.put({ text: "" });
    const dead = spawn("true");
    await once(dead, "exit");
    const { hostname } = await import("node:os");
    writeFileSync(
      join(state, "store", "index.json.lock"),
      JSON.stringify({ pid: dead.pid, started: null, host: hostname() }),
    );
    await Promise.all(
      Array.from({ length: 8 }, async (_, i) => folderStore(state).publish(await version(store, i + 1))),
    );
    expect(index().manifests).toHaveLength(8);
    expect(readdirSync(join(state, "store")).filter((name) => name.includes("lock") || name.includes("tmp"))).toEqual(
      [],
    );
  });

  test("without one of its files is refused", async () => {
    const digest = sha256("not stored");
    const files = [{ path: "model.onnx", digest, size: 3 }];
    await expect(
      folderStore(state).publish({ model: "m", version: 1, rootDigest: digest, files, card: "" }),
    ).rejects.toEqual(refusal("BLOB_MISSING"));
  });
});

/** Another process that uses the store of this test. */
function other(code: string) {
  const source = `const { folderStore } = await import(${JSON.stringify(join(import.meta.dirname, "store.ts"))});
    const store = folderStore(${JSON.stringify(state)}); ${code}`;
  return spawn(process.execPath, ["--conditions=trainyard-source", "--input-type=module", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

describe("with other processes", () => {
  test("two that put the same bytes at once both succeed, and one blob is there", async () => {
    const path = file("model", Buffer.alloc(20 * 1024 * 1024, 7));
    const both = [1, 2].map(() => other(`await store.put({ file: ${JSON.stringify(path)} });`));
    expect(await Promise.all(both.map(async (child) => (await once(child, "exit"))[0]))).toEqual([0, 0]);
    expect(readdirSync(join(state, "store", "blobs", "sha256"))).toHaveLength(1);
    expect(drafts()).toEqual([]);
  });

  test("one that is killed in the middle of a put leaves no blob, and its draft is swept", async () => {
    const path = file("big", "");
    truncateSync(path, 8 * 1024 ** 3); // takes many seconds to hash
    const child = other(`console.log("go"); await store.put({ file: ${JSON.stringify(path)} });`);
    await once(child.stdout, "data");
    for (let i = 0; i < 200; i++) {
      await sleep(20);
      try {
        if (drafts().length > 0) break;
      } catch {
        // the folder is not made yet
      }
    }
    expect(drafts()).toHaveLength(1);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(readdirSync(join(state, "store", "blobs", "sha256"))).toEqual([]);
    await folderStore(state).put({ text: "next" });
    expect(drafts()).toEqual([]);
  });
});

/** A small disk needs the right to mount one. */
function smallDisk(): string | null {
  const path = mkdtempSync(join(tmpdir(), "disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", path], { stdio: "ignore" });
    return path;
  } catch {
    rmSync(path, { recursive: true });
    return null;
  }
}

test("a full disk is refused as such, and nothing is half-written", async (context) => {
  const disk = smallDisk();
  if (disk === null) return context.skip("mounting a small disk needs root");
  try {
    const store = folderStore(join(disk, ".trainyard"));
    const big = Buffer.alloc(4 * 1024 * 1024, 1);
    await expect(store.put({ file: file("big", big) })).rejects.toEqual(refusal("DISK_FULL"));
    await expect(store.put({ text: big.toString() })).rejects.toEqual(refusal("DISK_FULL"));
    expect(readdirSync(join(disk, ".trainyard", "store", "blobs", "sha256"))).toEqual([]);
    expect(readdirSync(join(disk, ".trainyard", "store", "ingest"))).toEqual([]);
    const { digest } = await folderStore(state).put({ file: file("big", big) });
    await expect(folderStore(state).copyTo(digest, join(disk, "out"), "big")).rejects.toEqual(refusal("DISK_FULL"));
    expect(readdirSync(disk)).toEqual([".trainyard"]);
    expect((await store.put({ text: "small" })).size).toBe(5);
  } finally {
    execFileSync("umount", [disk]);
    rmSync(disk, { recursive: true });
  }
});
