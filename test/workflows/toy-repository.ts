import { join } from "node:path";
import { config, rows, ToyProject } from "../e2e/toy-project.ts";
import type { Beginning } from "./repository.ts";
import { templateNames, templateText } from "./workflow.ts";

/** The toy project, its data committed: seconds to train. */
export function toyRepository(folder: string): Beginning {
  const toy = new ToyProject({ commit: false });
  const serving = (name: string) => join(folder, "serving", name);
  toy.write(
    "trainyard.yaml",
    config
      .replace("      predictions: logs/*.csv\n", "")
      .replace(
        "production: { target: directory, path: serving/production }",
        `staging: { target: directory, path: ${serving("staging")} }\n      production: { target: directory, path: ${serving("production")}, after: staging }`,
      ),
  );
  toy.write("params.yaml", "noise: 0.5\nseed: 7\n");
  toy.write("data/incoming/today.csv", rows({ days: 60, perDay: 40, seed: 3, labels: false }));
  toy.write(".gitignore", ".home/\nmodel.json\npredictions.csv\nmetrics.json\n"); // runners have the data: here it is committed
  for (const name of templateNames) toy.write(`.github/workflows/${name}.yml`, templateText(name));
  toy.commit("A first model");
  return { name: "toys", project: toy };
}

/** Two models of one repository: the same code and rows, a params file each. */
export function twoToysRepository(folder: string): Beginning {
  const toy = new ToyProject({ commit: false });
  const model = (name: string) =>
    config
      .replace("models:\n  toy:", `  ${name}:`)
      .replace("params: params.yaml", `params: ${name}.yaml`)
      .replace("path: serving/", `path: ${join(folder, "serving", name)}/`)
      .replace(
        "deploy:\n",
        `deploy:\n      staging: { target: directory, path: ${join(folder, "serving", name, "staging")} }\n`,
      );
  toy.write("trainyard.yaml", `models:\n${model("car")}${model("boat")}`);
  toy.write("car.yaml", "noise: 0.5\nseed: 7\n");
  toy.write("boat.yaml", "noise: 0.4\nseed: 8\n");
  toy.write(".gitignore", ".home/\nmodel.json\npredictions.csv\nmetrics.json\n");
  for (const name of templateNames) toy.write(`.github/workflows/${name}.yml`, templateText(name));
  toy.commit("A car and a boat");
  return { name: "toys", project: toy };
}
