import { Task } from "../../config/task.ts";
import { nearest } from "../../nearest.ts";
import { standardName } from "../../train/metric-names.ts";
import { knownMetric } from "./metrics.ts";

/** For the words of a refusal only: which metric somebody most likely means by a name that is none. */

/** What people and other libraries call metrics, without capitals and signs between, and what they are called here: the first that a task has. */
const CALLED: ReadonlyMap<string, readonly string[]> = new Map([
  ...called(["auc", "auroc", "rocauc", "aucroc", "rocaucscore"], "roc_auc", "roc_auc_ovr", "roc_auc_macro"),
  ...called(["ap", "aucpr", "prauc", "auprc", "map"], "average_precision", "average_precision_macro", "map"),
  ...called(["logloss", "crossentropy", "binarycrossentropy", "nll", "loss"], "log_loss"),
  ...called(["acc", "accuracyscore"], "accuracy"),
  ...called(["f1", "f1score", "fscore", "f1measure"], "f1", "f1_macro"),
  ...called(["precision", "ppv"], "precision", "precision_macro"),
  ...called(["recall", "sensitivity", "tpr", "truepositiverate"], "recall", "recall_macro"),
  ...called(["tnr", "truenegativerate"], "specificity"),
  ...called(["fpr", "fallout"], "false_positive_rate"),
  ...called(["matthews", "matthewscorrcoef", "phi"], "mcc"),
  ...called(["kappa", "cohenkappascore"], "cohen_kappa"),
  ...called(["brierscore", "brierscoreloss"], "brier"),
  ...called(["expectedcalibrationerror", "calibrationerror"], "ece"),
  ...called(["rootmeansquarederror", "rmsd"], "rmse"),
  ...called(["meansquarederror"], "mse"),
  ...called(["meanabsoluteerror"], "mae"),
  ...called(["meanabsolutepercentageerror"], "mape"),
  ...called(["r2score", "rsquared", "rsq"], "r2"),
  ...called(["ndcg"], "ndcg@10"),
  ...called(["cost"], "expected_cost"),
]);

function called(words: readonly string[], ...names: string[]): [string, readonly string[]][] {
  return words.map((word) => [word, names]);
}

export interface MeantMetric {
  /** One of the known names; null: none is near. */
  readonly nearest: string | null;
  /** Another task that has a metric of just this name; null: none. */
  readonly of: Task | null;
}

/** @param known Names that would do here. */
export function meantMetric(asked: string, known: readonly string[], task: Task): MeantMetric {
  const bare = plain(asked);
  const here = (name: string) => known.find((one) => plain(one) === plain(name)) ?? null;
  const same = here(asked) ?? here(standardName(asked).name);
  if (same !== null) return { nearest: same, of: null };
  for (const name of CALLED.get(bare) ?? []) if (known.includes(name)) return { nearest: name, of: null };
  const named = [asked, bare, standardName(asked).name, ...(CALLED.get(bare) ?? [])];
  const of = Task.options.find((other) => other !== task && named.some((name) => knownMetric(name, other) !== null));
  if (of !== undefined) return { nearest: null, of };
  if (bare.length < 4)
    return { nearest: known.find((name) => bare !== "" && plain(name).startsWith(bare)) ?? null, of: null }; // of three letters any other three are near
  const words = [...CALLED.keys()].filter((word) => (CALLED.get(word) ?? []).some((name) => known.includes(name)));
  const near = nearest(bare, [...known.map(plain), ...words]);
  const begins = known.find((name) => plain(name).startsWith(bare) || bare.startsWith(plain(name)));
  const word = near === null ? null : (CALLED.get(near) ?? []).find((name) => known.includes(name));
  return { nearest: (near === null ? begins : (here(near) ?? word ?? begins)) ?? null, of: null };
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9@]/g, "");
