import { spawnSync } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { makeWorkspace } from "../../examples/flight-delays/story/workspace.ts";

/** Months of 2001 a model is trained on, and another seed where that is all that differs. */
export interface Recipe {
  readonly months: readonly number[];
  readonly seed?: number;
}

/** Rows drawn for every training, as in the study. */
const ROWS = 200_000;

/** The example's own scripts in a workspace of their own: rows by month, models, scores. */
export class Flights {
  readonly root: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #models = new Map<string, string>();

  private constructor(root: string, python: string) {
    this.root = root;
    this.#environment = { ...process.env, PATH: `${dirname(python)}${delimiter}${process.env["PATH"] ?? ""}` };
  }

  static async prepare(root: string, python: string): Promise<Flights> {
    await makeWorkspace(root);
    const flights = new Flights(root, python);
    flights.#python("prepare.py");
    return flights;
  }

  /** A file of predictions for a month's flights. */
  scored(recipe: Recipe, month: number): string {
    const model = this.#trained(recipe);
    const out = join(this.root, "scored", `${nameOf(recipe)}-on-${month}.parquet`);
    mkdirSync(dirname(out), { recursive: true });
    this.#python("predict.py", {
      TRAINYARD_MODEL_DIR: model,
      TRAINYARD_DATA: this.#list(`on-${month}.txt`, [month]),
      TRAINYARD_PREDICTIONS: out,
    });
    return out;
  }

  #trained(recipe: Recipe): string {
    const name = nameOf(recipe);
    const known = this.#models.get(name);
    if (known !== undefined) return known;
    const folder = join(this.root, "models", name);
    mkdirSync(folder, { recursive: true });
    const params = join(folder, "params.json");
    const seed = recipe.seed ?? 7;
    writeFileSync(
      params,
      JSON.stringify({
        seed,
        learning_rate: 0.1,
        max_iter: 100,
        max_leaf_nodes: 31,
        rows: ROWS,
        window: "all",
        until: null,
      }),
    );
    this.#python("train.py", {
      TRAINYARD_PARAMS: params,
      TRAINYARD_SEED: String(seed),
      TRAINYARD_DATA: this.#list(`${name}.txt`, recipe.months),
    });
    renameSync(join(this.root, "model.onnx"), join(folder, "model.onnx"));
    this.#models.set(name, folder);
    return folder;
  }

  #list(name: string, months: readonly number[]): string {
    const file = join(this.root, name);
    writeFileSync(file, `${months.map((month) => join(this.root, `data/2001-0${month}.parquet`)).join("\n")}\n`);
    return file;
  }

  #python(script: string, environment: Readonly<Record<string, string>> = {}): void {
    const { status, stderr } = spawnSync("python", [script], {
      cwd: this.root,
      env: { ...this.#environment, ...environment },
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`${script} ended with ${status}: ${stderr}`);
  }
}

function nameOf({ months, seed }: Recipe): string {
  return `months-${months.join("")}${seed === undefined ? "" : `-seed-${seed}`}`;
}
