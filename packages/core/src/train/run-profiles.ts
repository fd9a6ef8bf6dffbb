import type { RunFolder } from "../backend.ts";
import type { DatasetRef } from "../data/dataset.ts";
import type { Profile } from "../data/profile.ts";
import { parseDocument, prettyJson } from "../document.ts";
import { eachTable, profileIfTables, profilePredictions } from "./datasets.ts";
import type { RunRecord } from "./run-record.ts";
import { KeptRowFinder, type RowOverlap, TRAINED_ROWS_FILE, TrainedRowFinder, TrainedRows } from "./trained-rows.ts";
import type { TrainPorts, TrainSettings } from "./what-goes-in.ts";

/** What is known of a run's rows once they were read. */
export interface RunProfiles {
  readonly refs: RunRecord["profiles"];
  /** Rows of each file that is a table, by path. */
  readonly rows: ReadonlyMap<string, number>;
  readonly overlap: RowOverlap | null;
}

export const noProfiles: RunProfiles = {
  refs: { training: null, evaluation: null, predictions: null },
  rows: new Map(),
  overlap: null,
};

type Ports = Pick<TrainPorts, "workspace" | "store" | "tables" | "clock" | "progress">;
type Rules = Pick<TrainSettings["config"], "evaluate">;

/** Reads the data of a run once: profiles of its rows, and how many evaluation rows were trained on. */
export async function writeProfiles(
  folder: RunFolder,
  { config }: { config: Rules },
  datasets: readonly DatasetRef[],
  predictions: RunRecord["predictions"],
  ports: Ports,
): Promise<RunProfiles> {
  const groups = config.evaluate.groups ?? null;
  const write = (name: string, profile: Profile | null) =>
    profile === null ? null : folder.write(`profiles/${name}.json`, prettyJson(profile));
  const judgedOn = datasets.filter((dataset) => dataset.role === "evaluation");
  const { columns } = config.evaluate;
  const finder = new TrainedRowFinder({ id: columns["id"], groups: config.evaluate.groups }, (visit) =>
    eachTable(judgedOn, visit, ports),
  );
  const evaluation = await profileIfTables(
    judgedOn,
    { source: "evaluation rows", groups, onTable: (table) => finder.evaluation(table) },
    ports,
  );
  const training = await profileIfTables(
    datasets.filter((dataset) => dataset.role === "training"),
    { source: "training rows", groups: null, onTable: (table) => finder.training(table) },
    ports,
  );
  const trained = training.profile === null ? null : finder.trained();
  const kept = trained === null ? null : await folder.write(TRAINED_ROWS_FILE, `${JSON.stringify(trained)}\n`);
  return {
    refs: {
      training: await write("training", training.profile),
      evaluation: await write("evaluation", evaluation.profile),
      predictions: await profilePredictions(folder, predictions?.candidate.file.path ?? null, groups, ports),
      ...(kept === null ? {} : { trainedRows: kept }),
    },
    rows: new Map([...training.rows, ...evaluation.rows]),
    overlap: training.profile === null || evaluation.profile === null ? null : finder.overlap(),
  };
}

/** The same for evaluation rows that are scored later: what they share with the training rows is told by the sample kept of those. */
export async function rewriteProfiles(
  folder: RunFolder,
  { config, profiles }: { config: Rules; profiles: RunRecord["profiles"] },
  datasets: readonly DatasetRef[],
  predictions: RunRecord["predictions"],
  ports: Ports,
): Promise<RunProfiles> {
  const groups = config.evaluate.groups ?? null;
  const text = profiles.trainedRows === undefined ? null : await folder.read(profiles.trainedRows.path);
  const finder = text === null ? null : new KeptRowFinder(parseDocument(TrainedRows, text, TRAINED_ROWS_FILE));
  const { profile, rows } = await profileIfTables(
    datasets,
    { source: "evaluation rows", groups, onTable: (table) => finder?.evaluation(table) },
    ports,
  );
  return {
    refs: {
      ...profiles,
      evaluation: profile === null ? null : await folder.write("profiles/evaluation.json", prettyJson(profile)),
      predictions: await profilePredictions(folder, predictions?.candidate.file.path ?? null, groups, ports),
    },
    rows,
    overlap: profile === null ? null : (finder?.overlap() ?? null),
  };
}
