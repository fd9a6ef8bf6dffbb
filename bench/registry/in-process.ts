import { open as openFile } from "node:fs/promises";
import { join } from "node:path";
import { atMost, type Figure, plain, quantile } from "../figure.ts";
import { against } from "../meter.ts";
import { pointAlias, register } from "./fixture.ts";
import { open } from "./open.ts";
import type { Mlflow, MlflowOperation } from "./peers.ts";

const ROUNDS = 60;

/** Medians of durable writes and of reads in one process, milliseconds; `first` keeps those of the first size for the ratio. */
export async function inProcess(
  place: string,
  size: number,
  mlflow: { peer: Mlflow; database: string } | null,
  first: Map<string, number>,
): Promise<Figure[]> {
  const { registry, close } = await open(place);
  await register(registry, 1, "warm");
  const registering = await times(ROUNDS, (round) => register(registry, 1, `one ${round}`));
  const moving = await times(ROUNDS, (round) => pointAlias(registry, "champion", 1 + (round % 7)));
  const syncing = await times(ROUNDS, () => syncedFile(join(place, ".git/floor")));
  const batches = await times(5, (round) => register(registry, 100, `batch ${round}`));
  close();
  const theirs = mlflow?.peer.process(mlflow.database, size > 10_000 ? 3 : 10);
  const beside = (operation: MlflowOperation) =>
    theirs === undefined ? null : against(`${mlflow?.peer.name} ${operation}`, quantile(theirs[operation], 0.5), "ms");
  const ratio = (what: string, value: number): Figure[] => {
    const before = first.get(what);
    first.set(what, before ?? value);
    if (before === undefined) return [];
    const name = `${what}, in process, ${size} versions ÷ first size`;
    return [atMost(1.3, { name, value: value / before, unit: "×", against: against("the first size", before, "ms") })];
  };
  const [register50, alias50] = [quantile(registering, 0.5), quantile(moving, 0.5)];
  const named = (what: string) => `${what}, in process, ${size} versions`;
  return [
    atMost(8, { name: `${named("register")}, p50`, value: register50, unit: "ms", against: beside("create") }),
    plain({ name: `${named("register")}, least`, value: Math.min(...registering), unit: "ms" }),
    ...ratio("register", register50),
    atMost(8, { name: `${named("set alias")}, p50`, value: alias50, unit: "ms", against: beside("alias") }),
    plain({ name: `${named("set alias")}, least`, value: Math.min(...moving), unit: "ms" }),
    ...ratio("set alias", alias50),
    atMost(1, { name: `${named("each of 100 in one commit")}`, value: quantile(batches, 0.5) / 100, unit: "ms" }),
    plain({
      name: `4 KB written and fsynced, beside ${size} versions, p50`,
      value: quantile(syncing, 0.5),
      unit: "ms",
    }),
    ...(theirs === undefined ? [] : peersReads(theirs, size, mlflow?.peer.name ?? "")),
  ];
}

function peersReads(theirs: Record<MlflowOperation, number[]>, size: number, name: string): Figure[] {
  return (["resolve", "list"] as const).map((operation) =>
    plain({
      name: `${name} ${operation}, in process, ${size} versions, p50`,
      value: quantile(theirs[operation], 0.5),
      unit: "ms",
    }),
  );
}

/** What the disk takes for one durable write: no registry does it in less. */
async function syncedFile(path: string): Promise<void> {
  const file = await openFile(path, "w");
  await file.write(new Uint8Array(4096));
  await file.sync();
  await file.close();
}

async function times(rounds: number, work: (round: number) => Promise<void>): Promise<number[]> {
  const taken: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    await work(round);
    taken.push(performance.now() - began);
  }
  return taken;
}
