/**
 * `npm run quickstart`: real flights, real trainings, a real server; one terminal, one story.
 * Everything lies in .quickstart/ and nothing outside the checkout is touched. `--dir DIR` puts the workspace elsewhere.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensureVenv } from "../examples/flight-delays/setup.mjs";
import { Arrivals } from "../examples/flight-delays/story/arrivals.ts";
import { epilogue } from "../examples/flight-delays/story/epilogue.ts";
import {
  firstModel,
  healthyWeek,
  kilometres,
  lessData,
  moreData,
  type Stage,
} from "../examples/flight-delays/story/episodes.ts";
import { spring } from "../examples/flight-delays/story/spring.ts";
import { Teller } from "../examples/flight-delays/story/teller.ts";
import { makeWorkspace } from "../examples/flight-delays/story/workspace.ts";

const { values } = parseArgs({ options: { dir: { type: "string" } } });
const own = join(fileURLToPath(new URL("..", import.meta.url)), ".quickstart");
const home = resolve(values.dir ?? own);
mkdirSync(home, { recursive: true });
const python = await ensureVenv({ dir: join(own, "venv") });
const began = performance.now();

const root = join(home, "flight-delays");
const { port } = await makeWorkspace(root);
const teller = new Teller(root, python);
teller.say(
  "Trainyard on 3 million US flights of January – June 2001: will a flight arrive more than 15 minutes late, predicted at push-back?",
);
teller.say("Every verdict below is computed. The rules stand in trainyard.yaml and were fixed before.");

const server = teller.background("python", ["serve.py", "--dir", "serving/production", "--port", String(port)]);
try {
  const stage: Stage = { teller, arrivals: new Arrivals(teller), url: await server.ready, shown: [] };
  await firstModel(stage);
  await moreData(stage);
  await lessData(stage);
  await healthyWeek(stage);
  await kilometres(stage);
  const checks = await spring(stage);
  await epilogue(stage, checks, (performance.now() - began) / 1000);
} catch (error) {
  process.stderr.write(
    `\nThe quickstart stopped: ${error instanceof Error ? error.message : String(error)}\n  What was made so far lies in ${root}.\n`,
  );
  process.exitCode = 1;
} finally {
  await server.stop();
}
