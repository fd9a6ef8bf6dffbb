import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { git } from "../../packages/backends/src/git/git.ts";
import { atMost, type Figure, plain } from "../figure.ts";
import { REF, register } from "./fixture.ts";
import { open } from "./open.ts";

const COUNT = 128;
const FOLDERS = "all folders";

/** Bytes of the object database per register with a 1 KB manifest, one a commit: as written, and after `git gc`; and which files they are of. */
export async function growth(place: string, size: number): Promise<Figure[]> {
  await git(place, ["gc", "--quiet", "--prune=now"]);
  const since = (await git(place, ["rev-parse", REF])).trim();
  const before = await packed(place);
  const { registry, close } = await open(place);
  for (let round = 0; round < COUNT; round++) await register(registry, 1, `growth ${round}`);
  close();
  const all = filesBelow(join(place, ".git/objects"));
  const files = all.filter(({ path }) => !path.includes("/pack/pack-") || !before.packs.has(path));
  const kinds = await kindsOf(place, [REF, `^${since}`]);
  const loose = new Map<string, number>();
  let objects = 0;
  for (const { id, kind } of kinds) {
    objects++;
    const path = join(place, ".git/objects", id.slice(0, 2), id.slice(2));
    add(loose, kind, statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  }
  await git(place, ["gc", "--quiet", "--prune=now"]);
  const after = await packed(place);
  const each = (bytes: number) => bytes / COUNT / 1000;
  const unit = "kB a register";
  const written = files.reduce((sum, file) => sum + file.size, 0);
  for (const sums of [loose, before.kinds, after.kinds])
    sums.set(
      FOLDERS,
      [...sums].reduce((sum, [kind, bytes]) => sum + (kind.startsWith("folder") ? bytes : 0), 0),
    );
  const parts = [...new Set([...loose.keys(), ...after.kinds.keys()])]
    .map((kind) => ({
      kind,
      loose: each(loose.get(kind) ?? 0),
      packed: each((after.kinds.get(kind) ?? 0) - (before.kinds.get(kind) ?? 0)),
    }))
    .filter((part) => part.loose > 0.0005 || Math.abs(part.packed) > 0.0005)
    .sort((a, b) => b.loose - a.loose);
  return [
    atMost(3, { name: `growth, loose, ${size} versions`, value: each(written), unit }),
    ...parts.map((part) => plain({ name: `  loose, ${size}: ${part.kind}`, value: part.loose, unit })),
    plain({ name: `objects, ${size} versions`, value: objects / COUNT, unit: "a register" }),
    atMost(1.3, { name: `growth, packed, ${size} versions`, value: each(after.bytes - before.bytes), unit }),
    ...parts.map((part) => plain({ name: `  packed, ${size}: ${part.kind}`, value: part.packed, unit })),
  ];
}

/** Bytes of the packs without their indices, which add 28 an object; and of which kinds of files. */
async function packed(
  place: string,
): Promise<{ bytes: number; packs: ReadonlySet<string>; kinds: Map<string, number> }> {
  const files = filesBelow(join(place, ".git/objects")).filter(({ path }) => path.includes("/pack/"));
  const objects = await kindsOf(place, [REF]);
  const { stdout } = spawnSync("git", ["cat-file", "--batch-check=%(objectsize:disk)"], {
    cwd: place,
    encoding: "utf8",
    input: objects.map(({ id }) => `${id}\n`).join(""),
    maxBuffer: 1 << 30,
  });
  const kinds = new Map<string, number>();
  for (const [index, bytes] of stdout.trim().split("\n").entries())
    add(kinds, objects[index]?.kind ?? "", Number(bytes));
  const packs = files.filter(({ path }) => path.endsWith(".pack"));
  return {
    bytes: packs.reduce((sum, { size }) => sum + size, 0),
    packs: new Set(files.map(({ path }) => path)),
    kinds,
  };
}

/** Every object of some commits with the kind of file it is: its path with N for every number, "folder" for a tree. */
async function kindsOf(place: string, revisions: readonly string[]): Promise<{ id: string; kind: string }[]> {
  const { stdout } = spawnSync("git", ["rev-list", "--objects", "--in-commit-order", ...revisions], {
    cwd: place,
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  return stdout
    .trim()
    .split("\n")
    .map((line) => {
      const [id = "", path] = line.split(/ (.*)/s);
      if (path === undefined) return { id, kind: "commit" };
      const general = path.replace(/\d+/g, "N");
      if (path === "") return { id, kind: "folder /" };
      return { id, kind: /\.jsonl?$/.test(path) ? general : `folder ${general}` };
    });
}

function filesBelow(folder: string): { path: string; size: number }[] {
  const { stdout } = spawnSync("find", [folder, "-type", "f", "-printf", "%s %p\\n"], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [size, path = ""] = line.split(/ (.*)/s);
      return { path, size: Number(size) };
    })
    .filter(({ path }) => !path.includes("/info/") && !path.includes("tmp_"));
}

function add(sums: Map<string, number>, kind: string, bytes: number): void {
  sums.set(kind, (sums.get(kind) ?? 0) + bytes);
}
