import type { Backend } from "../backend.ts";
import type { ModelConfig } from "../config/config.ts";
import type { FileRef } from "../document.ts";
import { TrainyardError } from "../errors.ts";
import type { Registry } from "../registry/read/registry.ts";
import { timestamp } from "../time.ts";
import type { Failure } from "../train/run-record.ts";
import { score } from "../train/score.ts";
import { versionFiles } from "../train/version-files.ts";
import { type CurrentScores, checkScores, needsScoring } from "./current-scores.ts";
import { driftConfig } from "./drift-config.ts";
import { joinAnswers } from "./labelled-rows.ts";
import { lookedAt } from "./looked-at.ts";

export interface ScoreSettings {
  readonly model: string;
  readonly config: ModelConfig;
  /** Whose live version scores. */
  readonly environment: string;
  /** Absolute path of the commands' log. */
  readonly log: string;
}

type Ports = Pick<Backend, "store" | "tables" | "workspace" | "processes" | "sha256" | "clock" | "progress"> & {
  registry: Registry;
};

/** Scores, or why there are none: a command that failed, or nothing that had to be scored. */
export type ScoredCurrent =
  | { readonly scores: CurrentScores }
  | { readonly failure: Failure }
  | { readonly nothing: string };

/**
 * Scores the rows that a drift check would look at now with the files of the live version: the user's `predict`, so it belongs in a job that cannot
 * write. Damaged files are left for the check to find.
 * @param keep Puts the predictions (absolute path, name) where they stay, and says what they are.
 * @throws SETTING_MISSING, NOT_DEPLOYED, NO_CURRENT_DATA, and what checkScores refuses
 */
export async function scoreCurrent(
  settings: ScoreSettings,
  ports: Ports,
  keep: (file: string, name: string) => Promise<FileRef>,
): Promise<ScoredCurrent> {
  const { model, config, environment } = settings;
  const drift = driftConfig(model, config, []);
  const command = config.evaluate.predict;
  if (!needsScoring(config) || command === undefined)
    return {
      nothing:
        drift.predictions === undefined
          ? `models.${model}.evaluate.predict is not set.`
          : `models.${model}.drift.predictions says what the model answered.`,
    };
  const state = await ports.registry.state(model);
  const version = state.aliases.get(environment)?.version ?? null;
  if (version === null) throw new TrainyardError("NOT_DEPLOYED", { model, environment });
  const manifest = await ports.registry.manifest(model, version);
  const { current } = await lookedAt(drift, ports.clock.now(), ports);
  if (current.files.length === 0) return { nothing: "No file of drift.current can be read." };
  if (joinAnswers(current.table, null, null) !== null) return { nothing: "The current rows carry their scores." };

  const label = `${model} v${version}`;
  const extension = /\.[a-z]+$/.exec(config.evaluate.predictions)?.[0] ?? ".parquet";
  const name = `predictions${extension}`;
  const began = ports.clock.seconds();
  ports.progress.working(`predict: scoring the current rows with ${label}`, null);
  const scored = await score(
    {
      step: "predict",
      command,
      passOn: config.train.env,
      model: { files: await versionFiles(manifest, ports), label },
      data: current.files.map(({ path }) => ports.workspace.path(path)),
      predictions: name,
      environment: {},
      log: settings.log,
    },
    ports,
    async (file) => {
      const { rows } = checkScores(await ports.tables.read(file, name), "what predict wrote", config.task);
      return { rows, predictions: await keep(file, name) };
    },
  );
  if (scored.result === null) return { failure: scored.failure as Failure };
  ports.progress.done("predict", `${scored.result.rows.toLocaleString("en-US")} current rows with ${label}`, {
    seconds: ports.clock.seconds() - began,
  });
  return {
    scores: {
      kind: "trainyard.current-scores/v1",
      model,
      version,
      rootDigest: manifest.rootDigest,
      current: current.files.map(({ path, digest }) => ({ path, digest })),
      ...scored.result,
      at: timestamp(ports.clock.now()),
    },
  };
}
