import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ToyProject } from "./toy-project.ts";
import { REF, registerTwoModels } from "./two-models.ts";

/**
 * Disks that are full or may not be written. Mounted in a mount namespace of the child's own, which needs root or user namespaces; where neither is
 * to be had (some containers), these tests are skipped.
 */
const alone = ["unshare", "--mount", "--map-root-user"];
const canMount = spawnSync("unshare", [...alone.slice(1), "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0;
const bin = fileURLToPath(new URL("../../packages/cli/bin/trainyard.mjs", import.meta.url));

/** Runs a shell script in a namespace of its own; `$T` is the command, on the project. */
function script(project: ToyProject, text: string): string {
  const [file = "", ...words] = alone;
  const environment = { ...project.environment, NODE: process.execPath, BIN: bin, ROOT: project.root };
  const head = 'T() { "$NODE" "$BIN" -C "$ROOT" "$@"; }\n';
  return execFileSync(file, [...words, "sh", "-c", head + text], { encoding: "utf8", env: environment });
}

test.skipIf(!canMount)(
  "a disk that fills up at whatever moment of a write refuses it, keeps what was there, and the next write goes through",
  async () => {
    using project = new ToyProject();
    await registerTwoModels(project.root);
    // The project on a disk of 4 MB; of it, room for 0 to 16 more blocks of 4 kB: a note takes nine for its objects, then its lock, the ref and the reflog.
    const said = script(
      project,
      `set -e
      D=$(mktemp -d)
      mount -t tmpfs -o size=4m none "$D"
      cp -r "$ROOT/." "$D"; ROOT="$D"; cd "$D"
      for room in 0 2 4 6 8 9 10 11 12 13 14 16; do
        before=$(git rev-parse ${REF})
        dd if=/dev/zero of=room bs=4096 count=$room 2>/dev/null
        dd if=/dev/zero of=filler bs=4096 2>/dev/null || true
        rm room
        code=0; T note toy "room $room" >out 2>"$HOME/err" || code=$?
        rm -f filler
        after=$(git rev-parse ${REF})
        moved=same; test "$before" = "$after" || moved=moved
        echo "$code $moved $(head -1 "$HOME/err")"
        T verify --no-bytes >/dev/null
      done
      T note toy "room again" >/dev/null
      T history toy --json | grep -o '"room again"'
      git fsck --strict --no-dangling
      `.replaceAll(">out", ">/dev/null"),
    );
    const lines = said.trim().split("\n");
    expect(lines.pop()).toBe('"room again"');
    expect(lines).toHaveLength(12);
    for (const line of lines) expect(line).toMatch(/^(2 same error DISK_FULL|0 moved )/);
    expect(lines[0]).toBe("2 same error DISK_FULL");
    expect(lines.at(-1)).toBe("0 moved ");
  },
  120_000,
);

test.skipIf(!canMount)(
  "a read-only repository is read as ever; writing it is refused and changes nothing",
  async () => {
    using project = new ToyProject();
    await registerTwoModels(project.root);
    const head = project.git("rev-parse", REF);
    const said = script(
      project,
      `for part in "$ROOT" "$ROOT/.git" "$ROOT/.git/objects" "$ROOT/.git/refs"; do
        mount --bind "$part" "$part" && mount -o remount,ro,bind "$part"
        T list churn >/dev/null; echo "list $?"
        T verify --no-bytes >/dev/null; echo "verify $?"
        T note toy "hello" 2>&1 >/dev/null | head -1
        cd /; umount "$part"
      done`,
    );
    expect(said.trim().split("\n")).toEqual(
      Array.from({ length: 4 }, () => ["list 0", "verify 0", "error REGISTRY_READ_ONLY"]).flat(),
    );
    expect(project.git("rev-parse", REF)).toBe(head);
    expect((await project.trainyard("note", "toy", "now")).code).toBe(0);
  },
  120_000,
);
