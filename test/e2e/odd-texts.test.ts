import { expect, test } from "vitest";
import { config, ToyProject } from "./toy-project.ts";
import { REF, registerTwoModels, registryAt } from "./two-models.ts";

/** Names, numbers and lengths that no registry should take, through the command. */
interface Refused {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}
const names: readonly (readonly [what: string, name: string])[] = [
  ["a slash", "chu/rn"],
  ["a way out", "../churn"],
  ["a Cyrillic а", "chаrn"],
  ["another case", "Churn"],
  ["a dot at the end", "churn."],
  ["two dots", "chu..rn"],
  ["200 characters", "c".repeat(200)],
  ["a newline", "churn\n"],
  ["an option", "-churn"],
  ["a control character", "chu\u0007rn"],
  ["nothing", ""],
];

test("names that no file, tag or person could tell apart are refused with the rule, and nothing is written", async () => {
  using project = new ToyProject();
  await registerTwoModels(project.root);
  const head = project.git("rev-parse", REF);
  const refused = async (file: string, operation: object) => {
    project.write(file, `${JSON.stringify(operation)}\n`);
    const { value, code } = await project.json<Refused>("transact", file);
    expect({ operation, code, error: value.error.code }).toEqual({ operation, code: 2, error: "BATCH_LINE" });
    expect(value.error.message).toContain("lower-case letters, digits");
  };
  for (const [, name] of names) {
    await Promise.all([
      refused("model.jsonl", { op: "note", model: name, text: "x" }),
      refused("alias.jsonl", { op: "alias", model: "churn", alias: name, version: 1 }),
    ]);
  }
  const alias = await project.json<Refused>("alias", "churn@1", "chаmpion");
  expect(alias.value.error.code).toBe("NAME_INVALID");
  const list = await project.json<Refused>("list", "Toy");
  expect(list).toMatchObject({
    code: 2,
    value: { error: { message: expect.stringContaining('Did you mean "toy"?') } },
  });
  expect(project.git("rev-parse", REF)).toBe(head);
}, 120_000);

test.each(names.filter(([what]) => what !== "nothing"))(
  "a model whose name has %s is refused in the config",
  async (_what, name) => {
    using project = new ToyProject({ config: config.replace("  toy:", `  ${JSON.stringify(name)}:`) });
    const { value, code } = await project.json<Refused>("train");
    expect({ code, error: value.error.code }).toEqual({ code: 2, error: "CONFIG_INVALID" });
    expect(value.error.message).toContain("lower-case letters, digits");
  },
);

test("two megabytes of text are refused wherever a text is taken, and nothing is written", async () => {
  using project = new ToyProject();
  await registerTwoModels(project.root);
  const head = project.git("rev-parse", REF);
  const long = "é".repeat(1_000_000);
  const files: Record<string, string> = {
    "note.jsonl": JSON.stringify({ op: "note", model: "churn", text: long }),
    "reason.jsonl": JSON.stringify({ op: "alias", model: "churn", alias: "other", version: 1, reason: long }),
    "withdraw.jsonl": JSON.stringify({ op: "withdraw", model: "churn", version: 1, reason: long }),
    "policy.yaml": `aliases: [${Array.from({ length: 200_000 }, (_, index) => `alias-${index}`).join(", ")}]\n`,
  };
  for (const [path, text] of Object.entries(files)) project.write(path, text);
  for (const words of [
    ["transact", "note.jsonl"],
    ["transact", "reason.jsonl"],
    ["transact", "withdraw.jsonl"],
    ["policy", "--set", "policy.yaml", "--reason", "long"],
    ["note", "toy", "x".repeat(100_000)],
    ["alias", "churn@1", "other", "--reason", "x".repeat(100_000)],
  ]) {
    const { value, code } = await project.json<Refused>(...words);
    expect({
      command: words.slice(0, 2),
      code,
      said: `${value.error.message} ${value.error.hint}`.length < 2_000,
    }).toEqual({
      command: words.slice(0, 2),
      code: 2,
      said: true,
    });
    expect(value.error.message).toMatch(/bytes; \d+ is the most|at most|too many|too long/i);
  }
  expect(project.git("rev-parse", REF)).toBe(head);
}, 120_000);

test("of ten thousand aliases a thousand are kept; what is taken away makes room", async () => {
  using project = new ToyProject();
  await registerTwoModels(project.root);
  const lines = (from: number, to: number, version: number | null) =>
    Array.from({ length: to - from }, (_, index) =>
      JSON.stringify({ op: "alias", model: "churn", alias: `a-${from + index}`, version }),
    ).join("\n");
  project.write("first.jsonl", lines(0, 999, 1)); // champion is one too
  expect((await project.trainyard("transact", "first.jsonl")).code).toBe(0);
  const head = project.git("rev-parse", REF);
  for (let from = 999; from < 10_000; from += 3_000) {
    project.write("more.jsonl", lines(from, Math.min(from + 1_000, 10_000), 2));
    const { value, code } = await project.json<Refused>("transact", "more.jsonl");
    expect({ code, error: value.error.code }).toEqual({ code: 2, error: "BATCH_LINE" });
    expect(value.error.message).toContain("Line 1: churn would have more than 1000 aliases");
  }
  expect((await project.json<Refused>("alias", "churn@1", "one-more")).value.error.code).toBe("ALIASES_TOO_MANY");
  expect((await project.json<Refused>("show", "churn@no-such")).value.error.hint).toContain("and 980 more");
  expect(project.git("rev-parse", REF)).toBe(head);
  expect((await project.trainyard("alias", "churn@2", "a-5")).code).toBe(0); // one that is held moves
  expect((await project.trainyard("alias", "churn@1", "a-7", "--remove")).code).toBe(0);
  expect((await project.trainyard("alias", "churn@1", "one-more")).code).toBe(0);
  expect((await project.trainyard("verify", "--no-bytes")).code).toBe(0);
}, 180_000);

test("a registry has three thousand models at most", async () => {
  using project = new ToyProject();
  const born = (from: number, to: number) =>
    registryAt(project.root, null, (registry) => {
      const models = Array.from({ length: to - from }, (_, index) => `m-${from + index}`);
      return registry.transactAll(models, () => ({
        events: models.map((model) => ({ type: "note", model, text: "born" })),
        result: null,
      }));
    });
  await born(0, 2_999);
  await expect(born(2_999, 3_001)).rejects.toMatchObject({ code: "MODELS_TOO_MANY" });
  await born(2_999, 3_000);
  await expect(born(3_000, 3_001)).rejects.toMatchObject({ code: "MODELS_TOO_MANY" });
  await born(0, 2); // those that are there go on
  expect((await project.trainyard("verify", "--no-bytes")).code).toBe(0);
}, 120_000);
