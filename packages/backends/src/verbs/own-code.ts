import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CONFIG_NAME, chooseModel, type OpenOwnCode, TrainyardError } from "@trainyard/core";
import { readRefusal } from "../local/file-refusals.ts";
import type { Project } from "../project.ts";

/** Opens the code of a commit, with what its own trainyard.yaml says of a model. Only commands that run the user's code may. */
export function ownCodeOf({ backend }: Project): OpenOwnCode {
  return async (model, commit) => {
    const checkout = await backend.source.checkout(commit);
    if (checkout === null) return null;
    const name = `${commit.slice(0, 7)}:${CONFIG_NAME}`;
    try {
      const text = await readFile(join(checkout.folder, CONFIG_NAME)).catch((error: unknown) => {
        throw readRefusal(error, name, "The config");
      });
      const { evaluate } = chooseModel(
        (await import("../config/parse-config.ts")).parseConfig(text, name),
        model,
      ).config;
      if (evaluate.predict === undefined) throw new TrainyardError("PREDICT_MISSING", { model });
      const { predict, predictions } = evaluate;
      return { folder: checkout.folder, predict, predictions, remove: checkout.remove };
    } catch (error) {
      await checkout.remove();
      throw error;
    }
  };
}
