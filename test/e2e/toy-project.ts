import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generator } from "../generator.ts";

/**
 * A small real project: rows of 60 days with one feature, a "training" that fits its slope by a few lines of JavaScript, a `predict` that scores
 * rows with what it fitted. No Python, no network: seconds to run, and every part of the loop is real.
 */
export class ToyProject {
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;

  /** The repository's folder, where the project is one below it. */
  readonly #top: string;

  constructor(overrides: { config?: string; commit?: boolean; below?: string } = {}) {
    this.#top = mkdtempSync(join(tmpdir(), "trainyard-toy-"));
    this.root = join(this.#top, overrides.below ?? "");
    mkdirSync(this.root, { recursive: true });
    this.environment = {
      ...process.env,
      HOME: join(this.root, ".home"),
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_SYSTEM: "/dev/null",
      NO_COLOR: "1",
    };
    mkdirSync(join(this.root, ".home"));
    this.write("trainyard.yaml", overrides.config ?? config);
    this.write("train.mjs", trainScript);
    this.write("predict.mjs", predictScript);
    this.write("params.yaml", "noise: 0\nseed: 7\n");
    this.write("data/train.csv", rows({ days: 60, perDay: 40, seed: 1 }));
    this.write("data/evaluate.csv", rows({ days: 60, perDay: 40, seed: 2 }));
    this.write(".gitignore", "data/\nserving/\nlogs/\n.home/\nmodel.json\npredictions.csv\nmetrics.json\n");
    execFileSync("git", ["init", "-q", "-b", "main", this.#top], { env: this.environment });
    this.git("config", "user.name", "Ana");
    this.git("config", "user.email", "ana@example.com");
    if (overrides.commit !== false) this.commit("A first model");
  }

  write(path: string, content: string | Uint8Array): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  git(...words: string[]): string {
    return execFileSync("git", ["-C", this.root, ...words], { encoding: "utf8", env: this.environment });
  }

  commit(message: string): void {
    this.git("add", "-A");
    this.git("commit", "-q", "-m", message);
  }

  /** Runs `trainyard …` here; never throws for an exit code. */
  trainyard(...words: string[]): Promise<Ended> {
    return run(process.execPath, [bin, "-C", this.root, ...words], this.environment);
  }

  /** Runs a command with `--json` and parses its one value. */
  async json<T = Record<string, unknown>>(...words: string[]): Promise<{ value: T; code: number; stderr: string }> {
    const ended = await this.trainyard(...words, "--json");
    return { value: JSON.parse(ended.stdout) as T, code: ended.code, stderr: ended.stderr };
  }

  /** Train and evaluate, register and deploy a first version. */
  async firstVersion(): Promise<void> {
    for (const words of [
      ["train"],
      ["evaluate"],
      ["register"],
      ["deploy", "toy@1", "--environment", "production", "--yes"],
    ]) {
      const ended = await this.trainyard(...words);
      if (ended.code !== 0)
        throw new Error(`trainyard ${words.join(" ")} ended with ${ended.code}:\n${ended.stdout}${ended.stderr}`);
    }
  }

  [Symbol.dispose](): void {
    execFileSync("chmod", ["-R", "u+w", this.#top]);
    rmSync(this.#top, { recursive: true, force: true });
  }
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const bin = fileURLToPath(new URL("../../packages/cli/bin/trainyard.mjs", import.meta.url));

export function run(
  file: string,
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
  started?: (child: ReturnType<typeof spawn>) => void | Promise<void>,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, words, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk));
    child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk));
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? (signal === "SIGKILL" ? 137 : 143), stdout, stderr }));
    Promise.resolve(started?.(child)).catch(reject);
  });
}

/** Starts `trainyard` and hands over the process, for tests that interrupt it. */
export function startTrainyard(
  project: ToyProject,
  words: readonly string[],
  started: (child: ReturnType<typeof spawn>) => void | Promise<void>,
): Promise<Ended> {
  return run(process.execPath, [bin, "-C", project.root, ...words], project.environment, started);
}

export const config = `models:
  toy:
    task: binary
    train:
      run: node train.mjs
      params: params.yaml
      data: [data/train.csv]
      outputs: [model.json, metrics.json]
    evaluate:
      data: data/evaluate.csv
      predict: node predict.mjs
      predictions: predictions.csv
      groups: day
      slices: [kind]
      gates:
        - { metric: log_loss, improve-by: 0 }
        - { metric: roc_auc, min: 0.6 }
    deploy:
      production: { target: directory, path: serving/production }
    drift:
      current: data/incoming/*.csv
      predictions: logs/*.csv
      labels: data/labels/*.csv
      on-drift: retrain
`;

/** Rows id,day,kind,x,y: y is 1 with probability logistic(2x + the day's own shift). Deterministic. */
export function rows(options: {
  days: number;
  perDay: number;
  seed: number;
  scale?: number;
  labels?: boolean;
  firstId?: number;
}): string {
  const random = generator(options.seed);
  const lines = [options.labels === false ? "id,day,kind,x" : "id,day,kind,x,y"];
  let id = options.firstId ?? options.seed * 1_000_000;
  for (let day = 1; day <= options.days; day++) {
    const shift = (random() - 0.5) * 0.4;
    for (let i = 0; i < options.perDay; i++) {
      const x = random() * 4 - 2;
      const y = random() < 1 / (1 + Math.exp(-(2 * x + shift))) ? 1 : 0;
      const cells = [
        id++,
        `d${String(day).padStart(3, "0")}`,
        random() < 0.5 ? "a" : "b",
        (x * (options.scale ?? 1)).toFixed(4),
      ];
      lines.push((options.labels === false ? cells : [...cells, y]).join(","));
    }
  }
  return `${lines.join("\n")}\n`;
}

const trainScript = `// Logistic regression of y on x by gradient descent: small, real, deterministic.
import { readFileSync, writeFileSync, appendFileSync } from "node:fs";
const params = JSON.parse(readFileSync(process.env.TRAINYARD_PARAMS, "utf8"));
const files = readFileSync(process.env.TRAINYARD_DATA, "utf8").trim().split("\\n");
const rows = files.flatMap((file) => readFileSync(file, "utf8").trim().split("\\n").slice(1).map((line) => line.split(","))).filter(([, , , , y]) => y !== undefined);
let slope = 0, intercept = 0;
for (let step = 0; step < 200; step++) {
  let ds = 0, di = 0, loss = 0;
  for (const [, , , x, y] of rows) {
    const p = 1 / (1 + Math.exp(-(slope * Number(x) + intercept)));
    ds += (p - Number(y)) * Number(x); di += p - Number(y);
    loss -= Math.log(Number(y) === 1 ? p : 1 - p);
  }
  slope -= ds / rows.length; intercept -= di / rows.length;
  if (step % 50 === 0) appendFileSync(process.env.TRAINYARD_METRICS_FILE, JSON.stringify({ step, name: "train_loss", value: loss / rows.length }) + "\\n");
}
const noise = Number(params.noise);
writeFileSync("model.json", JSON.stringify({ slope: slope * (1 - noise), intercept, seed: Number(process.env.TRAINYARD_SEED) }));
writeFileSync("metrics.json", JSON.stringify({ slope, rows: rows.length }));
console.log("trained on", rows.length, "rows");
`;

const predictScript = `import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
const model = JSON.parse(readFileSync(join(process.env.TRAINYARD_MODEL_DIR, "model.json"), "utf8"));
const files = readFileSync(process.env.TRAINYARD_DATA, "utf8").trim().split("\\n");
const out = ["id,day,kind,y_score,y_true"];
for (const file of files) {
  for (const line of readFileSync(file, "utf8").trim().split("\\n").slice(1)) {
    const [id, day, kind, x, y] = line.split(",");
    out.push([id, day, kind, (1 / (1 + Math.exp(-(model.slope * Number(x) + model.intercept)))).toFixed(6), y ?? ""].join(","));
  }
}
writeFileSync(process.env.TRAINYARD_PREDICTIONS, out.join("\\n") + "\\n");
`;
