import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { memoryBackend } from "../../testing/index.ts";
import { openRegistry } from "../write/open-registry.ts";
import { verifyBranch } from "./verify.ts";

const sha256 = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

test("a file that the log knows nothing of is found, though its commit says what a sound one would", async () => {
  const backend = memoryBackend(sha256);
  await openRegistry(backend).transact("churn", () => ({
    events: [{ type: "note", model: "churn", text: "x" }],
    result: null,
  }));
  const head = (await backend.branch.head()) as string;
  const message = (await backend.branch.log(head, 1))[0]?.message as string;
  expect((await verifyBranch(backend)).findings.sorted()).toEqual([]);
  for (const path of ["README.md", "aliases/churn/production.json", "models/zebra.json"]) {
    backend.branch.edit(new Map([[path, "{}\n"]]), message);
    expect((await verifyBranch(backend)).findings.sorted()).toContainEqual({
      where: path,
      seq: null,
      problem: "the log knows nothing of it",
    });
    backend.branch.edit(new Map([[path, null]]), message);
  }
});
