import { expect, test } from "vitest";
import { ToyProject } from "./toy-project.ts";
import { amendByHand, commitByHand, REF, registerTwoModels } from "./two-models.ts";

/** What somebody can do to the registry's branch with git, and what every command says then. The newest event is fraud's, never churn's. */
const damages: readonly (readonly [what: string, how: (project: ToyProject) => void, says: string])[] = [
  [
    "a commit by hand",
    (project) => commitByHand(project, { "models/churn.json": "{}\n" }),
    "Trainyard did not make this commit",
  ],
  [
    "a file added by hand",
    (project) => commitByHand(project, { "README.md": "hi\n" }),
    "Trainyard did not make this commit",
  ],
  [
    "a file removed by hand",
    (project) => commitByHand(project, { "models/churn.json": null }),
    "Trainyard did not make this commit",
  ],
  [
    "an amend that keeps the message and edits a file",
    (project) => amendByHand(project, { "aliases/churn/champion.json": "{}\n" }),
    "its files are not those that Trainyard committed",
  ],
  [
    "an amend that keeps the message and adds a model",
    (project) => amendByHand(project, { "models/zebra.json": "{}\n" }),
    "its files are not those that Trainyard committed",
  ],
  [
    "an amend that keeps the message and removes a model",
    (project) => amendByHand(project, { "models/churn.json": null, "aliases/churn/champion.json": null }),
    "its files are not those that Trainyard committed",
  ],
  [
    "a merge commit with the message of a sound one",
    (project) => {
      const [message, head, main] = [
        ["log", "-1", "--format=%B", REF],
        ["rev-parse", REF],
        ["rev-parse", "main"],
      ].map((words) => project.git(...words).trim()) as [string, string, string];
      commitByHand(project, {}, { parents: [head, main], message });
    },
    "it is a merge",
  ],
];

test.each(damages)(
  "%s is refused by every command that reads or writes, and nothing is written",
  async (_what, how, says) => {
    using project = new ToyProject();
    await registerTwoModels(project.root);
    how(project);
    const head = project.git("rev-parse", REF);
    const commands = [
      ["list"],
      ["list", "churn"],
      ["show", "churn@champion"],
      ["history", "churn"],
      ["note", "churn", "hello"],
    ];
    const outcomes = await Promise.all(commands.map((words) => project.trainyard(...words)));
    for (const [index, { code, stdout, stderr }] of outcomes.entries()) {
      expect({ words: commands[index], code, stdout }).toEqual({ words: commands[index], code: 2, stdout: "" });
      expect(stderr).toContain("REGISTRY_DAMAGED");
      expect(stderr).toContain(says);
      expect(stderr).toContain(`git update-ref ${REF}`); // what to do
      expect(stderr).not.toMatch(/^\s+at /m);
    }
    const verify = await project.trainyard("verify", "--no-bytes");
    expect(verify.code).toBe(1);
    expect(verify.stdout).toContain(says);
    expect(project.git("rev-parse", REF)).toBe(head);
  },
  60_000,
);

test("a registry of a later format is refused with the format that is needed, whatever else it says", async () => {
  using project = new ToyProject();
  await registerTwoModels(project.root);
  commitByHand(project, { "trainyard.json": '{"format":7,"registry":["anything"]}\n' });
  const head = project.git("rev-parse", REF);
  for (const words of [["list"], ["show", "churn@champion"], ["verify"], ["note", "churn", "hello"]]) {
    const { code, stderr } = await project.trainyard(...words);
    expect({ words, code }).toEqual({ words, code: 2 });
    expect(stderr).toContain("one that knows format 7");
  }
  expect(project.git("rev-parse", REF)).toBe(head);
}, 60_000);

test("the command that the refusal names brings the branch back", async () => {
  using project = new ToyProject();
  await registerTwoModels(project.root);
  const sound = project.git("rev-parse", REF).trim();
  commitByHand(project, { "models/churn.json": null });
  project.git("update-ref", REF, project.git("rev-parse", `${REF}@{1}`).trim());
  expect(project.git("rev-parse", REF).trim()).toBe(sound);
  expect((await project.trainyard("verify", "--no-bytes")).code).toBe(0);
}, 60_000);

test("a model that only the registry knows is offered where its name is misspelt", async () => {
  using project = new ToyProject();
  await registerTwoModels(project.root);
  for (const words of [
    ["list", "chrun"],
    ["history", "chrun"],
    ["note", "chrun", "hello"],
  ]) {
    const { code, stderr } = await project.trainyard(...words);
    expect({ words, code }).toEqual({ words, code: 2 });
    expect(stderr).toContain('Did you mean "churn"?');
  }
}, 60_000);

test("a model's file with more events than there are, in a commit made as Trainyard makes them, is refused, not read", async () => {
  using project = new ToyProject();
  await registerTwoModels(project.root);
  const file = '{"chain":"","events":3200000000000,"model":"churn","recent":[],"versions":2,"withdrawn":[]}\n';
  const event = /^Trainyard-Event: .*$/m.exec(project.git("log", "-1", "--format=%B", REF))?.[0];
  commitByHand(project, { "models/churn.json": file }, { message: `x\n\nTrainyard-Tree: TREE\n${event}\n` });
  const { code, stderr } = await project.trainyard("list", "churn");
  expect([code, stderr]).toEqual([2, expect.stringContaining("it has 3200000000000 events, the registry 7")]);
  expect((await project.trainyard("verify", "--no-bytes")).code).toBe(1);
}, 60_000);
