import type { RegistryBranch } from "@trainyard/core";
import { expect, vi } from "vitest";
import { git } from "../../packages/backends/src/git/git.ts";
import { editByHand, REF } from "../contract/edit-by-hand.ts";
import { registryContract } from "../contract/registry.ts";
import { type BranchHarness, registryBranchContract } from "../contract/registry-branch.ts";
import { registryWorld } from "./registry-world.ts";

vi.setConfig({ testTimeout: 180_000 }); // eight writers at once over HTTP, each of whom starts git a dozen times

async function open(): Promise<BranchHarness> {
  const world = await registryWorld();
  const { bare } = world.server;
  let next = 0;
  /** Opened when it is first used: most tests need no other client. */
  const later = (): RegistryBranch => {
    let opening: Promise<RegistryBranch> | undefined;
    const name = `other-${next++}`;
    const it = () => (opening ??= world.branch(name));
    return {
      name,
      head: async () => (await it()).head(),
      read: async (...words) => (await it()).read(...words),
      list: async (...words) => (await it()).list(...words),
      log: async (...words) => (await it()).log(...words),
      commit: async (...words) => (await it()).commit(...words),
    };
  };
  return {
    branch: await world.branch("here"),
    other: later,
    edit: (changes, message = "Edit by hand\n") => editByHand(bare, changes, message),
    rewind: async (revision) =>
      void (await git(bare, revision === null ? ["update-ref", "-d", REF] : ["update-ref", REF, revision])),
    async close() {
      expect(world.server.violations).toEqual([]);
      await world[Symbol.asyncDispose]();
    },
  };
}

registryBranchContract("GitHub over HTTP", open);
registryContract("GitHub over HTTP", open);
