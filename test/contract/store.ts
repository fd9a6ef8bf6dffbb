import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Store, TrainyardError } from "@trainyard/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const digestOf = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const refusal = (code: string) => expect.objectContaining({ name: "TrainyardError", code });

/** A store under test, and the two ways its bytes can go wrong from outside. */
export interface StoreHarness {
  store: Store;
  /** Changes one byte of a stored blob. */
  damage(digest: string): Promise<void>;
  /** Takes a stored blob away. */
  lose(digest: string): Promise<void>;
  /** Makes a blob look as if it had been stored at an instant (milliseconds since 1970). */
  age(digest: string, storedAt: number): Promise<void>;
  /** Makes a file that `put` can take and `copyTo` can stand beside, and reads one; in memory for the memory store. */
  disk?: { write(path: string, text: string): Promise<void>; read(path: string): Promise<string | null> };
  /** Whether what was published is needed by the store's own index; true unless told. */
  indexes?: boolean;
  close?(): Promise<void>;
}

/** What every Store promises. `open` gives an empty one. */
export function storeContract(name: string, open: () => Promise<StoreHarness>): void {
  describe(`${name} is a store`, () => {
    let harness: StoreHarness;
    let folder: string;
    const disk = () =>
      harness.disk ?? {
        write: (path: string, text: string) => writeFile(path, text),
        read: (path: string) => readFile(path, "utf8").catch(() => null),
      };
    beforeEach(async () => {
      harness = await open();
      folder = await mkdtemp(join(tmpdir(), "store-contract-"));
    });
    afterEach(async () => {
      await harness.close?.();
      await rm(folder, { recursive: true, force: true });
    });

    test("text comes back under its SHA-256 digest", async () => {
      const { store } = harness;
      const { digest, size } = await store.put({ text: "hällo\n" });
      expect({ digest, size }).toEqual({ digest: digestOf("hällo\n"), size: 7 });
      expect(await store.has(digest)).toBe(true);
      expect(await store.text(digest, "the greeting")).toBe("hällo\n");
    });

    test("storing the same bytes again, also by many at once, is free and gives the same digest", async () => {
      const { store } = harness;
      const stored = await Promise.all(Array.from({ length: 8 }, () => store.put({ text: "the same" })));
      expect(new Set(stored.map(({ digest }) => digest)).size).toBe(1);
      expect(await store.verify([digestOf("the same")])).toEqual([]);
    });

    test("a file goes in and comes out byte for byte, the empty one too", async () => {
      const { store } = harness;
      for (const text of ["", "weights"]) {
        await disk().write(join(folder, "in"), text);
        const { digest } = await store.put({ file: join(folder, "in") });
        const out = join(folder, `out-${text.length}`);
        await store.copyTo(digest, out, "model.onnx");
        expect(await disk().read(out)).toBe(text);
      }
    });

    test("other bytes than expected are refused and not kept", async () => {
      const { store } = harness;
      await disk().write(join(folder, "in"), "other");
      await expect(store.put({ file: join(folder, "in") }, { expect: digestOf("expected") })).rejects.toEqual(
        refusal("DIGEST_MISMATCH"),
      );
      await expect(store.put({ text: "other" }, { expect: digestOf("expected") })).rejects.toEqual(
        refusal("DIGEST_MISMATCH"),
      );
      expect(await store.has(digestOf("expected"))).toBe(false);
    });

    test("a blob that was never stored is refused by name", async () => {
      const { store } = harness;
      expect(await store.has(digestOf("nothing"))).toBe(false);
      await expect(store.text(digestOf("nothing"), "the record of run r1")).rejects.toThrow("the record of run r1");
      await expect(store.copyTo(digestOf("nothing"), join(folder, "out"), "model.onnx")).rejects.toEqual(
        refusal("BLOB_MISSING"),
      );
      expect(await disk().read(join(folder, "out"))).toBeNull();
    });

    test("a blob with one byte changed is never given out, and verify finds it", async () => {
      const { store } = harness;
      const { digest } = await store.put({ text: "precious" });
      await harness.damage(digest);
      await expect(store.text(digest, "the report")).rejects.toEqual(refusal("DIGEST_MISMATCH"));
      await expect(store.copyTo(digest, join(folder, "out"), "the report")).rejects.toEqual(refusal("DIGEST_MISMATCH"));
      expect(await disk().read(join(folder, "out"))).toBeNull();
      expect(await store.verify([digest])).toEqual([{ digest, problem: "damaged" }]);
    });

    test("a blob that is gone is found by verify, and others are not blamed", async () => {
      const { store } = harness;
      const lost = await store.put({ text: "lost" });
      const kept = await store.put({ text: "kept" });
      await harness.lose(lost.digest);
      expect(await store.verify([kept.digest, lost.digest])).toEqual([{ digest: lost.digest, problem: "missing" }]);
    });

    test("a file that exists is not overwritten", async () => {
      const { store } = harness;
      const { digest } = await store.put({ text: "new" });
      await disk().write(join(folder, "out"), "old");
      await expect(store.copyTo(digest, join(folder, "out"), "model.onnx")).rejects.toBeInstanceOf(TrainyardError);
      expect(await disk().read(join(folder, "out"))).toBe("old");
    });

    test("what is settled is there; settling again, or with nothing put, harms nothing", async () => {
      const { store } = harness;
      const home = { model: "flight-delays", digest: digestOf("root"), title: "flight-delays v1", card: "# Card\n" };
      await store.settle(home);
      const { digest } = await store.put({ text: "weights" });
      await store.put({ text: "" });
      await store.settle(home);
      await store.settle(home);
      expect(await store.text(digest, "the weights")).toBe("weights");
      expect(await store.verify([digest, digestOf("")])).toEqual([]);
    });

    test("publishing a version, also twice, harms nothing", async () => {
      const { store } = harness;
      const { digest, size } = await store.put({ text: "weights" });
      const version = {
        model: "flight-delays",
        version: 1,
        rootDigest: digestOf("root"),
        files: [{ path: "model.onnx", size, digest }],
        card: "# flight-delays v1\n",
      };
      const { model, rootDigest, card } = version;
      await store.settle({ model, digest: rootDigest, title: "flight-delays v1", card });
      await store.publish(version);
      await store.publish(version);
      expect(await store.verify([digest])).toEqual([]);
    });

    test("every blob is listed with its size and when it was stored; an empty store has none", async () => {
      const { store } = harness;
      expect(await store.list()).toEqual([]);
      const { digest } = await store.put({ text: "hällo\n" });
      await store.put({ text: "" });
      await harness.age(digest, 1_000_000_000_000);
      const listed = await store.list();
      expect(listed.length).toBe(2);
      expect(listed).toContainEqual({ digest, size: 7, storedAt: 1_000_000_000_000, indexed: false });
    });

    test("what was published is listed as the index's own, all of it", async () => {
      const { store } = harness;
      const { digest, size } = await store.put({ text: "weights" });
      const loose = await store.put({ text: "loose" });
      const files = [{ path: "model.onnx", size, digest }];
      const home = { model: "flight-delays", digest: digestOf("root"), title: "flight-delays v1", card: "# v1\n" };
      await store.settle(home);
      await store.publish({ model: "flight-delays", version: 1, rootDigest: digestOf("root"), files, card: "# v1\n" });
      const listed = await store.list();
      if (harness.indexes === false)
        expect(listed.map((blob) => blob.digest).sort()).toEqual([digest, loose.digest].sort());
      else expect(listed.filter(({ indexed }) => !indexed).map((blob) => blob.digest)).toEqual([loose.digest]);
    });

    test("a blob is taken away once, and only when it was not stored again since", async () => {
      const { store } = harness;
      const { digest } = await store.put({ text: "old" });
      await harness.age(digest, 1000);
      expect(await store.remove([digest], 1000)).toEqual([]);
      await store.put({ text: "old" });
      expect(await store.remove([digest], 2000)).toEqual([]); // storing what is there makes it new
      await harness.age(digest, 1000);
      expect(await store.remove([digest], 1001)).toEqual([digest]);
      expect(await store.has(digest)).toBe(false);
      expect(await store.remove([digest], 1001)).toEqual([]);
      await store.put({ text: "old" });
      expect(await store.text(digest, "the old one")).toBe("old");
    });
  });
}
