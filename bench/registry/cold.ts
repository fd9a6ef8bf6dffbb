import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ToyProject, config as toyConfig } from "../../test/e2e/toy-project.ts";
import { atLeast, atMost, type Figure, plain } from "../figure.ts";
import { against, type ColdCommand, least, measured, type Taken } from "../meter.ts";
import { MODEL, makeFixture } from "./fixture.ts";
import type { Gto, Mlflow, MlflowOperation } from "./peers.ts";

const CLI = join(import.meta.dirname, "../../packages/cli/bin/trainyard.mjs");
const ROUNDS = 5;
/** Seconds of a cold list and show, by the number of versions. */
const LIST_LIMIT: Readonly<Record<number, number>> = { 1000: 0.15, 10000: 0.4, 100000: 4 };
const ONE_LIMIT = 0.15;

const CONFIG = `models:
  ${MODEL}:
    task: binary
    train: { run: node train.mjs, data: [data/train.csv], outputs: [model.onnx] }
    evaluate:
      data: data/evaluate.csv
      predict: node predict.mjs
      predictions: predictions.csv
      gates: [{ metric: roc_auc, min: 0.6 }]
`;

const trainyard = (cwd: string, ...words: string[]): ColdCommand => ({ words: [process.execPath, CLI, ...words], cwd });

/** Reading commands in fresh processes, the least of some rounds in turn with bare Node, so that a busy machine slows all of them. */
export function coldReads(place: string, size: number, gto: { peer: Gto; place: string } | null): Figure[] {
  writeFileSync(join(place, "trainyard.yaml"), CONFIG);
  const commands: [string, string[], number][] = [
    [`list ${MODEL}`, ["list", MODEL, "--json"], LIST_LIMIT[size] ?? 4],
    [`resolve ${MODEL}@production`, ["resolve", `${MODEL}@production`, "--json"], ONE_LIMIT],
    [`show ${MODEL}@production`, ["show", `${MODEL}@production`, "--json"], LIST_LIMIT[size] ?? 4],
  ];
  const runs: Taken[][] = commands.map(() => []);
  const bare: Taken[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(measured({ words: [process.execPath, "--eval", "0"], cwd: place }));
    for (const [index, [, words]] of commands.entries()) runs[index]?.push(measured(trainyard(place, ...words)));
  }
  const floor = against("bare Node", least(bare).wall, "s");
  const figures = commands.flatMap(([name, , limit], index) => {
    const { wall, cpu, megabytes } = least(runs[index] as Taken[]);
    return [
      atMost(limit, { name: `${name}, cold, ${size} versions`, value: wall, unit: "s", against: floor }),
      plain({ name: `${name}, cold, ${size} versions: CPU`, value: cpu, unit: "s" }),
      plain({ name: `${name}, cold, ${size} versions: memory`, value: megabytes, unit: "MB" }),
    ];
  });
  if (gto === null) return figures;
  const { name } = gto.peer;
  const shown = least([1, 2].map(() => measured(gto.peer.cold(gto.place, "show", MODEL))));
  const held = measured(gto.peer.cold(gto.place, "show", `${MODEL}#prod`));
  const registered = measured(gto.peer.cold(gto.place, "register", MODEL));
  const ours = least(runs[0] as Taken[]);
  const resolved = least(runs[1] as Taken[]);
  return [
    ...figures,
    faster(40, `list ${MODEL}, cold, ${size} versions`, ours, `${name} show`, shown),
    faster(40, `resolve ${MODEL}@production, cold, ${size} versions`, resolved, `${name} show #prod`, held),
    plain({ name: `${name} register, cold, ${size} versions`, value: registered.wall, unit: "s" }),
  ];
}

/**
 * Writing and reading commands of one registry in fresh processes. Registering is the whole command on a judged run: it hashes the model's
 * bytes, stores them, and appends what was judged and the version; MLflow's creates a version whose bytes nobody looks at.
 */
export async function coldCommands(
  size: number,
  mlflow: { peer: Mlflow; database: string } | null,
  say: (text: string) => void,
): Promise<Figure[]> {
  const config = toyConfig.replace("data/evaluate.csv", "data/evaluate.csv\n      baseline: none");
  using project = new ToyProject({ config });
  const runs: string[] = [];
  for (let seed = 1; seed <= 3; seed++) {
    say(`training and judging run ${seed} of 3 for a cold register`);
    const { value } = await project.json<{ id: string }>("train", "--set", `seed=${seed}`);
    const judged = await project.trainyard("evaluate", "--run", value.id);
    if (judged.code !== 0) throw new Error(`evaluate ended with ${judged.code}: ${judged.stdout}${judged.stderr}`);
    runs.push(value.id);
  }
  await makeFixture(project.root, size, { model: "toy", alias: "candidate" });
  const ours = (...words: string[]) => ({ ...trainyard(project.root, ...words), env: environmentOf(project) });
  const pairs: [string, MlflowOperation, (round: number) => string[]][] = [
    ["register a judged run", "create", (round) => ["register", "--run", runs[round] as string]],
    ["alias", "alias", (round) => ["alias", `toy@${round + 1}`, "champion"]],
    ["resolve toy@candidate", "resolve", () => ["resolve", "toy@candidate", "--json"]],
    ["list toy", "list", () => ["list", "toy", "--json"]],
  ];
  return pairs.flatMap(([name, operation, words]) => {
    const rounds = [0, 1, 2];
    say(`${name}, cold, ${size} versions`);
    const own = least(rounds.map((round) => measured(ours(...words(round)))));
    const what = `${name}, cold, ${size} versions`;
    if (mlflow === null)
      return [
        plain({ name: what, value: own.wall, unit: "s" }),
        plain({ name: `${what}: memory`, value: own.megabytes, unit: "MB" }),
      ];
    const { peer, database } = mlflow;
    const theirs = least(rounds.map(() => measured(peer.cold(database, operation))));
    const title = `${peer.name} ${operation}`;
    return [
      plain({ name: what, value: own.wall, unit: "s", against: against(title, theirs.wall, "s") }),
      plain({
        name: `${what}: memory`,
        value: own.megabytes,
        unit: "MB",
        against: against(title, theirs.megabytes, "MB"),
      }),
      faster(10, what, own, title, theirs),
      atLeast(3, {
        name: `${what}: less memory`,
        value: theirs.megabytes / own.megabytes,
        unit: "×",
        against: against(title, theirs.megabytes, "MB"),
      }),
    ];
  });
}

function faster(limit: number, what: string, ours: Taken, title: string, theirs: Taken): Figure {
  const value = theirs.wall / ours.wall;
  return atLeast(limit, { name: `${what}: faster`, value, unit: "×", against: against(title, theirs.wall, "s") });
}

function environmentOf({ environment }: ToyProject): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter((entry): entry is [string, string] => !!entry[1]));
}
