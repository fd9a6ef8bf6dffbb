import { execFile, spawnSync } from "node:child_process";
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { ensureVenv } from "../../examples/flight-delays/setup.mjs";
import { days } from "../../examples/flight-delays/story/calendar.ts";
import { Teller } from "../../examples/flight-delays/story/teller.ts";
import { makeWorkspace } from "../../examples/flight-delays/story/workspace.ts";
import type { Beginning } from "./repository.ts";
import { templateNames, templateText } from "./workflow.ts";

const ROOT = join(import.meta.dirname, "../..");

/**
 * The flight example as people have it on GitHub: its own config, scikit-learn, its model server. Runners have what a workflow's "choose" lines ask for:
 * the virtual environment, the raw data, and, where drift is looked for, the days that have arrived.
 */
export class FlightRepository implements AsyncDisposable {
  /** What runners take for today; flights of 2001 are no news to a clock of today. */
  now = "2001-03-01T06:00:00Z";
  readonly #folder: string;
  readonly #python: string;
  readonly #server: ReturnType<Teller["background"]>;
  /** Days from and to that production has seen. */
  #arrived: [from: string, to: string] | null = null;
  /** Where a training has split the raw data by day. */
  #prepared: string | null = null;

  private constructor(folder: string, python: string, server: ReturnType<Teller["background"]>) {
    this.#folder = folder;
    this.#python = python;
    this.#server = server;
  }

  /** @throws SetupError where there is no Python, or its packages cannot be had: a story nobody told is no passed test */
  static async begin(folder: string): Promise<FlightRepository> {
    const python = await ensureVenv({ dir: join(ROOT, ".quickstart/venv") }); // the quickstart's; whoever is first makes it
    const { port } = await makeWorkspace(join(folder, "flights"));
    await everyFifth(join(folder, "flights/raw/flights-3m.parquet"), python);
    const live = join(folder, "serving/production");
    const teller = new Teller(join(ROOT, "examples/flight-delays"), python);
    const server = teller.background("python", ["serve.py", "--dir", live, "--port", String(port)]);
    await server.ready;
    return new FlightRepository(folder, python, server);
  }

  /** The example's repository, with the templates in it. The first model has few trees, so that another can be better. */
  beginning(): Beginning {
    const root = join(this.#folder, "flights");
    const write = (path: string, content: string) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    };
    const text = (path: string) => readFileSync(join(root, path), "utf8");
    write(
      "trainyard.yaml",
      text("trainyard.yaml").replaceAll("path: serving/", `path: ${join(this.#folder, "serving")}/`),
    );
    write("params.yaml", this.params({ max_iter: 15 }));
    for (const name of templateNames) write(`.github/workflows/${name}.yml`, templateText(name));
    for (const words of [
      ["add", "-A"],
      ["commit", "-q", "-m", "Few trees, and workflows"],
    ])
      if (spawnSync("git", ["-C", root, ...words]).status !== 0) throw new Error(`git ${words.join(" ")} failed`);
    return {
      name: "flights",
      project: { root },
      variables: () => ({
        PATH: `${dirname(this.#python)}:${process.env["PATH"]}`,
        OMP_WAIT_POLICY: "passive",
        PYTHONDONTWRITEBYTECODE: "1",
        TRAINYARD_NOW: this.now,
      }),
      prepare: (workspace, job) => this.#prepare(workspace, job),
    };
  }

  /** params.yaml of the example with some values changed. */
  params(values: Readonly<Record<string, number>>): string {
    const text = readFileSync(join(ROOT, "examples/flight-delays/params.yaml"), "utf8");
    return Object.entries(values).reduce(
      (all, [name, value]) => all.replace(new RegExp(`^${name}: .*$`, "m"), `${name}: ${value}`),
      text,
    );
  }

  /** Production sees the flights of these days, answers them, and their labels come in. */
  arrive(from: string, to: string): void {
    this.#arrived = [from, to];
  }

  #prepare(workspace: string, job: string): void {
    if (job === "train" || job === "train-fork") {
      mkdirSync(join(workspace, "raw"));
      copyFileSync(join(this.#folder, "flights/raw/flights-3m.parquet"), join(workspace, "raw/flights-3m.parquet"));
      this.#prepared ??= join(workspace, "data");
    }
    if (this.#arrived !== null && (job === "train" || job === "drift-check")) this.#deliver(workspace, this.#arrived);
  }

  /** The days, their labels, and what the live model answered: scored by its own files, as its server has them. */
  #deliver(workspace: string, [from, to]: [string, string]): void {
    for (const folder of ["data/incoming", "data/labels", "logs/predictions"])
      mkdirSync(join(workspace, folder), { recursive: true });
    const names = days(from, to).map((day) => `${day}.parquet`);
    for (const name of names) {
      copyFileSync(join(this.#prepared as string, "days", name), join(workspace, "data/incoming", name));
      copyFileSync(join(this.#prepared as string, "day-labels", name), join(workspace, "data/labels", name));
    }
    const answers = join(this.#folder, "answers.parquet");
    if (!existsSync(answers)) {
      const list = join(this.#folder, "rows");
      for (const name of names) appendFileSync(list, `${join(workspace, "data/incoming", name)}\n`);
      const { status, stderr } = spawnSync(this.#python, [join(ROOT, "examples/flight-delays/predict.py")], {
        env: {
          ...process.env,
          TRAINYARD_MODEL_DIR: join(this.#folder, "serving/production/current"),
          TRAINYARD_DATA: list,
          TRAINYARD_PREDICTIONS: answers,
        },
        encoding: "utf8",
      });
      if (status !== 0) throw new Error(`the days could not be scored:\n${stderr}`);
    }
    copyFileSync(answers, join(workspace, "logs/predictions", `${from}_${to}.parquet`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop();
  }
}

/** Of three million flights every fifth one is enough: intervals come from days, and of those none is missing. */
async function everyFifth(file: string, python: string): Promise<void> {
  const script = `
import sys, numpy, pyarrow.parquet as parquet
flights = parquet.read_table(sys.argv[1])
parquet.write_table(flights.take(numpy.arange(0, len(flights), 5)), sys.argv[1])`;
  await promisify(execFile)(python, ["-c", script, file]);
}
