import type { Backend } from "../../backend.ts";
import { canonicalJson } from "../../document.ts";
import { TrainyardError } from "../../errors.ts";
import { openRun } from "../../train/open-run.ts";
import type { RunInputs, RunRecord } from "../../train/run-record.ts";
import type { Pool, PooledRun } from "../judge/pool.ts";
import { type Reading, type ReadPorts, readScored } from "./scored-files.ts";

/**
 * Reads runs that are to be judged together with one: of the same recipe, each with a seed of its own.
 * @throws POOL_DIFFERS, POOL_SAME, PREDICTIONS_MISSING, and what `openRun` and `readScored` refuse
 */
export async function readPool(
  { model, id, inputs }: RunRecord,
  ids: readonly string[],
  reading: Reading,
  ports: ReadPorts & Pick<Backend, "runs">,
): Promise<Pool | null> {
  if (ids.length === 0) return null;
  const others: PooledRun[] = [];
  const seen = [{ run: id, seed: seedOf(inputs) }];
  for (const asked of ids) {
    const { folder, record } = await openRun(model, asked, ports);
    const what = differences(inputs, record.inputs);
    if (what.length > 0) throw new TrainyardError("POOL_DIFFERS", { run: id, other: record.id, what });
    const seed = seedOf(record.inputs);
    const twin = seen.find((one) => one.run === record.id || (seed !== null && one.seed === seed));
    if (twin !== undefined)
      throw new TrainyardError("POOL_SAME", {
        run: twin.run,
        other: record.id,
        seed: twin.run === record.id ? null : seed,
      });
    if (record.predictions === null) throw new TrainyardError("PREDICTIONS_MISSING", { run: record.id });
    const predictions = await readScored(folder, record.predictions.candidate, { ...reading, slices: [] }, ports);
    others.push({ run: record.id, seed, predictions });
    seen.push({ run: record.id, seed });
  }
  return { named: { run: id, seed: seedOf(inputs) }, others };
}

const seedOf = ({ seed }: RunInputs): number | null => seed;

/** Inputs in which two runs differ, the seed apart, whether it is given as such or as a parameter. */
function differences(ours: RunInputs, theirs: RunInputs): string[] {
  const [a, b] = [recipe(ours), recipe(theirs)];
  const names = (of: Readonly<Record<string, unknown>>) => Object.keys(of).filter((name) => name !== "params");
  const apart = names(a).filter((name) => canonicalJson(a[name] ?? null) !== canonicalJson(b[name] ?? null));
  const params = [...new Set([...Object.keys(a.params), ...Object.keys(b.params)])].filter(
    (name) => canonicalJson(a.params[name] ?? null) !== canonicalJson(b.params[name] ?? null),
  );
  return [...apart, ...params.map((name) => `parameter ${name}`)];
}

function recipe(
  inputs: RunInputs,
): Readonly<Record<string, unknown>> & { readonly params: Readonly<Record<string, unknown>> } {
  const params = Object.entries(inputs.params).filter(([name, value]) => name !== "seed" || value !== inputs.seed);
  return { ...inputs, seed: null, params: Object.fromEntries(params) };
}
