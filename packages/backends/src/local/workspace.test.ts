import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sha256 } from "./sha256.ts";
import { localWorkspace } from "./workspace.ts";

const refusal = (code: string, details: object = {}) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });

let root: string;
let elsewhere: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "workspace-")));
  elsewhere = realpathSync(mkdtempSync(join(tmpdir(), "elsewhere-")));
});
afterEach(() => {
  for (const folder of [root, elsewhere]) rmSync(folder, { recursive: true, force: true });
});

const open = () => localWorkspace(root, join(root, ".trainyard"));
const write = (path: string, content = path) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
};
const link = (target: string, path: string) => symlinkSync(target, join(root, path));
/** As old as a file must be for its digest to be remembered; its ctime needs real waiting. */
const paths = async (patterns: string[]) => (await open().files(patterns)).map((file) => file.path);

describe("a path of the project", () => {
  test("is absolute and canonical, whether something is there or not", () => {
    write("a/b");
    expect([open().path("a/b"), open().path("./a/"), open().path("."), open().path("new/file")]).toEqual(
      ["a/b", "a", "", "new/file"].map((path) => join(root, path)),
    );
    link("a", "inside");
    expect(open().path("inside/b")).toBe(join(root, "a/b"));
  });

  test.each(["..", "../x", "a/../../x", "/etc/passwd", "a\\..\\b", "C:/x", "a\nb", "a\0b", "a//b"])(
    "%j is refused",
    (path) => {
      expect(() => open().path(path)).toThrow(refusal("PATH_OUTSIDE", { path }));
    },
  );

  test("through a symlink that leads out, or nowhere, or round in a circle is refused", () => {
    link(elsewhere, "out");
    link("nowhere", "dangling");
    link("circle", "circle");
    write("file");
    for (const path of ["out", "out/x", "out/x/y", "dangling", "circle"])
      expect(() => open().path(path)).toThrow(refusal("PATH_OUTSIDE"));
    expect(() => open().path("file/x")).not.toThrow(); // reading it says that nothing is there
  });
});

describe("files", () => {
  test("of a file, a folder, and globs come sorted by code point, each once, with digests", async () => {
    for (const path of [
      "b.py",
      "a.py",
      "sub/c.py",
      "data/2.csv",
      "data/x/1.csv",
      "data/.hidden",
      "\u{1F600}.py",
      "\uFF5E.py",
    ])
      write(path);
    expect(await paths(["*.py", "a.py"])).toEqual(["a.py", "b.py", "\uFF5E.py", "\u{1F600}.py"]);
    expect(await paths(["**/*.py"])).toEqual(["a.py", "b.py", "sub/c.py", "\uFF5E.py", "\u{1F600}.py"]);
    expect(await paths(["data/"])).toEqual(["data/.hidden", "data/2.csv", "data/x/1.csv"]);
    expect(await paths(["data/*.csv", "data/{x,y}/?.csv"])).toEqual(["data/2.csv", "data/x/1.csv"]);
    expect(await paths(["dat[a-c]", "su*"])).toEqual(["data/.hidden", "data/2.csv", "data/x/1.csv", "sub/c.py"]);
    expect(await open().files(["a.py"])).toEqual([{ path: "a.py", size: 4, digest: sha256("a.py") }]);
  });

  test("that are not there give nothing", async () => {
    expect(await paths(["missing", "*.none", "no/such/*.csv"])).toEqual([]);
  });

  test("a name that looks like a glob is that name first", async () => {
    write("data[1].csv");
    write("data1.csv");
    expect(await paths(["data[1].csv"])).toEqual(["data[1].csv"]);
  });

  test("never include .git and what Trainyard keeps, wherever it keeps it", async () => {
    for (const path of ["x", ".git/config", "sub/.git/config", ".trainyard/y", "kept/z"]) write(path);
    const workspace = localWorkspace(root, join(root, "kept"));
    expect((await workspace.files(["**", ".", ".git", ".trainyard", "kept/z"])).map((file) => file.path)).toEqual([
      "x",
    ]);
  });

  test("follow symlinks inside the project, once round a circle, and refuse those that lead out", async () => {
    write("data/1.csv");
    link("data/1.csv", "latest.csv");
    link("../data", "data/again");
    link("nowhere", "data/dangling");
    expect(await paths(["latest.csv", "data"])).toEqual(["data/1.csv", "latest.csv"]);
    link(elsewhere, "data/out");
    await expect(paths(["data"])).rejects.toEqual(refusal("PATH_OUTSIDE", { path: "data/out" }));
    await expect(paths(["data/out/*.csv"])).rejects.toEqual(refusal("PATH_OUTSIDE"));
  });

  test.each(["../x", "/etc/*", "a/../../b", "**/../x"])("%s is refused", async (pattern) => {
    await expect(paths([pattern])).rejects.toEqual(refusal("PATH_OUTSIDE", { path: pattern }));
  });

  test("whose name has a newline are refused: no document could hold it", async () => {
    write("data/two\nlines");
    await expect(paths(["data"])).rejects.toEqual(refusal("NAME_INVALID", { name: "data/two\nlines" }));
  });

  test("whose name is not UTF-8 are refused as well", async () => {
    mkdirSync(join(root, "data"));
    writeFileSync(Buffer.concat([Buffer.from(join(root, "data/")), Buffer.from([0x61, 0xff])]), "x");
    await expect(paths(["data"])).rejects.toEqual(refusal("NAME_INVALID"));
  });
});

describe("the digest cache", () => {
  const cache = () => join(root, ".trainyard/cache/digests.json");
  const settle = () => new Promise((resolve) => setTimeout(resolve, 2100));

  test("does not remember what changed within two seconds, so an edit of the same size at the same time is seen", async () => {
    write("a", "old");
    const times = statSync(join(root, "a"));
    const workspace = open();
    const before = await workspace.files(["a"]);
    writeFileSync(join(root, "a"), "new");
    utimesSync(join(root, "a"), times.atime, times.mtime);
    expect([before, await workspace.files(["a"])].map(([file]) => file?.digest)).toEqual([
      sha256("old"),
      sha256("new"),
    ]);
    expect(existsSync(cache())).toBe(false);
  });

  test("remembers what did not change, sees what did, even with its old mtime, and survives being damaged", async () => {
    write("a", "old");
    write("b", "same");
    const times = statSync(join(root, "a"));
    await settle();
    await open().files(["a", "b"]);
    const planted = readFileSync(cache(), "utf8").replace(sha256("same"), sha256("planted"));
    writeFileSync(cache(), planted);
    writeFileSync(join(root, "a"), "new");
    utimesSync(join(root, "a"), times.atime, times.mtime);
    expect((await open().files(["a", "b"])).map((file) => file.digest)).toEqual([sha256("new"), sha256("planted")]); // b was not read
    for (const damage of ["", "{", '{"format":1,"entries":[[1]]}', '{"format":1,"entries":7}', '{"format":2}']) {
      writeFileSync(cache(), damage);
      expect((await open().files(["b"]))[0]?.digest).toBe(sha256("same"));
    }
  });

  test("of many at once keeps what each of them learnt", async () => {
    for (let i = 0; i < 6; i++) write(`f${i}`);
    await settle();
    await Promise.all(Array.from({ length: 6 }, (_, i) => open().files([`f${i}`])));
    expect(JSON.parse(readFileSync(cache(), "utf8")).entries).toHaveLength(6);
    expect(readdirSync(dirname(cache()))).toEqual(["digests.json"]);
  });
});

describe("outputs set aside", () => {
  test("are gone during the run; after one that failed, what it did not write anew is back", async () => {
    for (const path of ["model.onnx", "out/a", "out/deep/b", "other"]) write(path, `old ${path}`);
    const aside = await open().setAside(["model.onnx", "out/", "missing"]);
    expect(["model.onnx", "out/a", "out/deep/b", "other"].map((path) => existsSync(join(root, path)))).toEqual([
      false,
      false,
      false,
      true,
    ]);
    write("model.onnx", "new");
    await aside.restore();
    expect(["model.onnx", "out/a", "out/deep/b"].map((path) => readFileSync(join(root, path), "utf8"))).toEqual([
      "new",
      "old out/a",
      "old out/deep/b",
    ]);
    expect(readdirSync(join(root, ".trainyard/set-aside"))).toEqual([]);
  });

  test("are gone for good after a run that succeeded", async () => {
    write("model.onnx");
    const aside = await open().setAside(["*.onnx"]);
    await aside.discard();
    await aside.restore(); // too late, and harmless
    expect(existsSync(join(root, "model.onnx"))).toBe(false);
  });

  test("a stale symlink is moved as itself; what it points to stays", async () => {
    writeFileSync(join(elsewhere, "big"), "x");
    link(join(elsewhere, "big"), "model.onnx");
    const aside = await open().setAside(["model.onnx"]);
    expect(existsSync(join(root, "model.onnx"))).toBe(false);
    await aside.restore();
    expect(lstatSync(join(root, "model.onnx")).isSymbolicLink()).toBe(true);
    expect(existsSync(join(elsewhere, "big"))).toBe(true);
  });

  test("where the run made a file of a folder, the file stays", async () => {
    write("out/a");
    const aside = await open().setAside(["out"]);
    rmSync(join(root, "out"), { recursive: true });
    write("out", "a file now");
    await aside.restore();
    expect(readFileSync(join(root, "out"), "utf8")).toBe("a file now");
  });

  test("without anything to move make no folder", async () => {
    await (await open().setAside(["nothing"])).restore();
    expect(readdirSync(root)).toEqual([]);
  });

  test("of a process that was killed come back with the next one, not before it is dead", async () => {
    write("model.onnx", "precious");
    const source = `const { localWorkspace } = await import(${JSON.stringify(join(import.meta.dirname, "workspace.ts"))});
      await localWorkspace(${JSON.stringify(root)}, ${JSON.stringify(join(root, ".trainyard"))}).setAside(["model.onnx"]);
      console.log("aside"); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--conditions=trainyard-source", "--input-type=module", "-e", source], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    expect(await paths(["model.onnx"])).toEqual([]);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await paths(["model.onnx"])).toEqual(["model.onnx"]);
    expect(readdirSync(join(root, ".trainyard/set-aside"))).toEqual([]);
  });

  test("of a process killed between deciding to discard and doing it do not come back", async () => {
    write(".trainyard/set-aside/x.discarded/files/model.onnx");
    expect(await paths(["model.onnx"])).toEqual([]);
    expect(readdirSync(join(root, ".trainyard/set-aside"))).toEqual([]);
  });
});

describe("outputs", () => {
  test("are the plain files that exist, with digests", async () => {
    write("model.onnx", "m");
    write("plots/a.svg", "s");
    expect(await open().outputs(["model.onnx", "plots/", "metrics.json"])).toEqual([
      { path: "model.onnx", size: 1, digest: sha256("m") },
      { path: "plots/a.svg", size: 1, digest: sha256("s") },
    ]);
  });

  test.each(["a file elsewhere", "nowhere"])("that are a symlink to %s are refused", async (where) => {
    const target = join(elsewhere, "secret");
    if (where !== "nowhere") writeFileSync(target, "x");
    mkdirSync(join(root, "out"));
    link(target, "out/model.onnx");
    await expect(open().outputs(["out"])).rejects.toEqual(refusal("OUTPUT_LINK", { path: "out/model.onnx", target }));
  });

  test("that are a symlink inside count with what it leads to", async () => {
    write("checkpoints/best", "b");
    link("checkpoints/best", "model.onnx");
    expect(await open().outputs(["model.onnx"])).toEqual([{ path: "model.onnx", size: 1, digest: sha256("b") }]);
  });

  test("in a folder that is a symlink out of the project are refused", async () => {
    link(elsewhere, "out");
    await expect(open().outputs(["out/model.onnx"])).rejects.toEqual(refusal("PATH_OUTSIDE"));
    await expect(open().outputs(["out"])).rejects.toEqual(refusal("OUTPUT_LINK"));
  });
});

describe("delivering and scratch", () => {
  test("a file comes whole, over an old one, into folders that are made, never outside", async () => {
    writeFileSync(join(elsewhere, "scores"), "id,y\n");
    write("out/old.csv", "old");
    expect(await open().deliver(join(elsewhere, "scores"), "out/old.csv")).toEqual({
      path: "out/old.csv",
      size: 5,
      digest: sha256("id,y\n"),
    });
    await open().deliver(join(elsewhere, "scores"), "new/deep/x.csv");
    expect([readdirSync(join(root, "out")), readdirSync(join(root, "new/deep"))]).toEqual([["old.csv"], ["x.csv"]]);
    await expect(open().deliver(join(elsewhere, "scores"), "../x")).rejects.toEqual(refusal("PATH_OUTSIDE"));
  });

  test("a scratch folder holds files, can be sealed, and is removed even so", async () => {
    const scratch = await open().scratch();
    write("model", "m");
    await scratch.add("model/files/model", join(root, "model"));
    await scratch.write("params.json", "{}");
    await scratch.seal("model");
    expect(statSync(scratch.path("model/files/model")).mode & 0o222).toBe(0);
    expect(statSync(scratch.path("model/files")).mode & 0o222).toBe(0);
    expect([
      await scratch.read("params.json"),
      await scratch.read("none"),
      await scratch.size("params.json"),
      await scratch.size("model"),
    ]).toEqual(["{}", null, 2, null]);
    expect(() => scratch.path("../x")).toThrow(refusal("PATH_OUTSIDE"));
    await scratch.remove();
    expect(existsSync(scratch.path(""))).toBe(false);
  });
});
