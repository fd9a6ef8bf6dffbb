import type { World } from "./world.ts";

/** Somebody else's commit lands on a branch that is there: it changes no file, only the head. A branch that is not there is made. */
export async function landCommit(world: World, branch: string): Promise<string> {
  const ref = `refs/heads/${branch}`;
  const head = await world.git.resolve(ref);
  const person = { name: "Somebody else", email: "else@example.org", date: world.now() };
  const { commit } = await world.git.commit({
    parent: head,
    changes: [],
    message: `Land before (${world.nextId()})\n`,
    author: person,
    committer: person,
  });
  await world.git.moveRef(ref, commit, head);
  return commit;
}
